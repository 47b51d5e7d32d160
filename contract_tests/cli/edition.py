"""The edition of the contract by which a command judges. The user, a target file and an earlier run may each
say one.
"""

from __future__ import annotations

from collections.abc import Iterable

import click

from contract_tests.http import editions

Stated = tuple[str, str | None]  # a place, such as an option, and the edition that it says; None if it says none
OPTION = "--edition"


def choose(stated: Iterable[Stated]) -> None:
    """The edition that these places say; the page's if none says one. Raises UsageError if two say different ones."""
    said = [(place, name) for place, name in stated if name]
    for place, name in said:
        check(place, name)
    first, chosen = said[0] if said else ("", editions.PAGE)
    for place, name in said:
        if name != chosen:
            raise click.UsageError(f"{first} says the edition {chosen}, and {place} says {name}: give one edition.")
    editions.choose(chosen)


def check(place: str, name: str) -> None:
    """Raises UsageError for a name of no edition."""
    try:
        editions.check(name)
    except editions.UnknownEditionError as fault:
        raise click.UsageError(f"{place} {fault}") from fault


def check_same(place: str, name: str) -> None:
    """Raises UsageError if a file of an earlier run is of another edition than this run."""
    if name != editions.chosen():
        raise click.UsageError(f"{place} is of the edition {name}, and this run is of the edition {editions.chosen()}.")
