"""Keys do not belong on a command line: a line that has one is refused, and no message repeats the key."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable

import click

ADVICE = "Put keys into the environment: every user of this machine can read a command line."
# The end of a sentence or of a quotation is no part of a key.
LOOKS_LIKE_A_KEY = re.compile(r"""\bsk-\S*[^\s.,;:)'"]""")
SHORTEST = 6  # characters of a key that is looked for by its value


def check_no_key(keys: Iterable[str] = ()) -> None:
    """Raises UsageError if the line has a key of the environment, one of `keys`, or a word that looks like a key."""
    line = " ".join(sys.argv[1:])
    known = (*_keys_of_the_environment().values(), *keys)
    if LOOKS_LIKE_A_KEY.search(line) or any(key in line for key in known if len(key) >= SHORTEST):
        raise click.UsageError(ADVICE)


def without_keys(message: str) -> str:
    """The message with each key masked, and then the advice. A message without a key stays as it is."""
    masked = message
    for name, key in _keys_of_the_environment().items():
        masked = masked.replace(key, f"${name}") if len(key) >= SHORTEST else masked
    masked = LOOKS_LIKE_A_KEY.sub("sk-…", masked)
    return message if masked == message else masked.removesuffix(".") + ". " + ADVICE


def _keys_of_the_environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name.endswith("API_KEY")}
