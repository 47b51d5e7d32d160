"""A step: the calls that test some requirements, written once. The full run uses the steps of the tour, and a profile
chooses the steps whose requests are counted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from inspect import signature
from types import ModuleType
from typing import Any

from contract_tests.generators.session import Session
from contract_tests.requirements import catalogue

# Requirements that every refused call tests besides its own.
REFUSALS = (
    "errors/envelope",
    "errors/param-and-code-present",
    "errors/types",
    "errors/code-is-text-or-null",
    "errors/json-content-type",
)


@dataclass(frozen=True)
class Step:
    """One step. `act` gets a session and the ids of its `fixtures`: assistants that the run creates for the step.

    A pattern is the id of a requirement; `kept/*` stands for every requirement of the area. The step is about the first
    one, so an edition without that one leaves the step out.

    `requests` is the number of calls that the step sends in a session that is not thorough, without the creates of its
    fixtures. None means not counted; no profile can use such a step. `requests_each` stands in its place if the number
    is so many for each requirement. `reserve` is the number of additional calls if the target refuses calls that it
    should accept. `needs` are declarations of the target or permissions of the user. `ends` are the fixtures that the
    step deletes. A step that `reads_only` sends GET alone and has no fixtures. A `wide` step is left out under a rate
    limit. A `hostile` step comes late, because it may leave the list unreadable. A `last` step comes last of all,
    because a server may refuse the second key from then on. A `control` sends accepted calls, with which refusals are
    compared, so a profile always runs it. A step without patterns only decides free choices.
    """

    act: Callable[..., None]
    patterns: tuple[str, ...]
    fixtures: tuple[str, ...] = ()
    requests: int | None = None
    requests_each: int = 0
    reserve: int = 0
    needs: tuple[str, ...] = ()
    ends: tuple[str, ...] = ()
    reads_only: bool = False
    wide: bool = False
    hostile: bool = False
    last: bool = False
    control: bool = False

    @property
    def requirements(self) -> tuple[str, ...]:
        """The requirements of the edition that the step tests."""
        return tuple(dict.fromkeys(id for pattern in self.patterns for id in catalogue.match(pattern)))

    @property
    def count(self) -> int | None:
        """The number of calls, by `requests` or by `requests_each`; None if they are not counted."""
        return self.requests_each * len(self.requirements) if self.requests_each else self.requests

    @property
    def is_in_edition(self) -> bool:
        """False if the edition lacks the requirement that the step is about."""
        return not self.patterns or bool(catalogue.match(self.patterns[0]))

    @property
    def name(self) -> str:
        return self.act.__name__.replace("_", " ")

    @property
    def promise(self) -> str:
        return (self.act.__doc__ or "").strip()

    def run(self, session: Session, fixture: Callable[[str], str]) -> None:
        """Creates the fixtures, each by its name, then sends the calls. Raises BlockedError."""
        ids = {name: fixture(name) for name in self.fixtures}
        self.act(session, **{name: ids[name] for name in _parameters(self.act)})


def step(*patterns: str, fixtures: Iterable[str] = (), **options: Any) -> Callable[[Callable[..., None]], Step]:
    """Turns a function into a step. The docstring of the function is the promise.

    The function's parameters after the session name its fixtures. `fixtures` are other assistants that must exist.
    `options` are further fields of Step.
    """
    return lambda act: Step(act, patterns, (*fixtures, *_parameters(act)), **options)


def _parameters(act: Callable[..., None]) -> list[str]:
    return list(signature(act).parameters)[1:]


def steps_of(module: ModuleType) -> Iterator[Step]:
    """The steps that a module defines, in their order."""
    return (each for each in vars(module).values() if isinstance(each, Step) and each.act.__module__ == module.__name__)
