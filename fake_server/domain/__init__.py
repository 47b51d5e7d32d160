"""The domain of the fake: assistants, the errors of the API, the clock, ids, and the rate limiter.

May import nothing else of the fake. Must not know HTTP, TinyDB or openapi.yaml.
"""
