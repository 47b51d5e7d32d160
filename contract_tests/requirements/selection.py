"""The requirements that a user chooses by name. A name is an id, an area (modify or modify/), or a level."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

from contract_tests.http import editions
from contract_tests.requirements import catalogue

LEVELS = ("must", "should")


class UnknownNameError(Exception):
    """No requirement has this name. The text is the one line that the user sees."""


@dataclass(frozen=True)
class Selection:
    """`only` and `skip` hold names. `failed` holds the ids of an earlier run. An empty part chooses every requirement,
    and an empty `skip` none."""

    only: tuple[str, ...] = ()
    skip: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()

    def includes(self, requirement: str) -> bool:
        """True if the edition has the requirement, and every part of the selection chooses it."""
        if requirement not in catalogue.requirements():
            return False
        wanted = not self.only or _is_named(requirement, self.only)
        return wanted and (not self.failed or requirement in self.failed) and not _is_named(requirement, self.skip)

    @property
    def is_empty(self) -> bool:
        return not any(map(self.includes, catalogue.requirements()))


EVERYTHING = Selection()


def check_name(name: str) -> None:
    """Raises UnknownNameError with the names that are most like this one."""
    if not any(_is_named(id, (name,)) for id in catalogue.requirements()):
        raise UnknownNameError(f"{name}: not a requirement, an area such as modify, or a level. {suggest(name)}")


def suggest(name: str) -> str:
    """A sentence with the names that are most like this one, or the command that prints all names."""
    every = [*catalogue.requirements(), *catalogue.areas(), *LEVELS]
    near = get_close_matches(name, every, n=3, cutoff=0.6) or [each for each in every if name in each][:3]
    if near:
        return f"Did you mean {' or '.join(near)}?"
    return f"assistants-contract list{editions.option()} prints all of them."


def _is_named(requirement: str, names: Iterable[str]) -> bool:
    known = catalogue.requirements()[requirement]
    return not {known.id, known.area, f"{known.area}/", known.level}.isdisjoint(names)
