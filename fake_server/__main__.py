"""`python -m fake_server` is the command."""

from fake_server.cli import main

main()
