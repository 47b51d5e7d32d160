"""`python -m fake_server` is the command."""

from fake_server.start import main

main()
