"""`python -m fake_server` runs the command assistants-fake."""

from fake_server.cli import main

main()
