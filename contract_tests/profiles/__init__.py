"""What is asked of a service that holds real data: few requests, counted before the first is sent."""
