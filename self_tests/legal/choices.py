"""The free choices of the contract, each with the ways to make it that differ from our fake's own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from fake_server.fake import Fake

Change = Callable[[Fake], None]


def keep(_: Fake) -> None:
    """Changes nothing."""


@dataclass(frozen=True)
class Alternative:
    """One way to make a choice: settings of a dialect, or a change of the fake. `warns` are the shoulds that a server
    with this choice does not keep."""

    name: str
    dialect: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    change: Change = keep
    warns: tuple[str, ...] = ()


@dataclass
class Choice:
    name: str
    alternatives: list[Alternative] = field(default_factory=list)


CHOICES: dict[str, Choice] = {}


def setting(name: str, *values: Any, warns: tuple[str, ...] = ()) -> None:
    """A choice that is one setting of the dialects; `values` are the other ways to make it."""
    for value in values:
        _add(name, Alternative(f"{name}: {value!r:.40}", {name: value}, warns=warns))


def choice(name: str, *warns: str) -> Callable[[Change], Change]:
    """Registers a function that changes a fake as one way to make the choice `name`."""

    def add(change: Change) -> Change:
        _add(name, Alternative(change.__name__.replace("_", " "), change=change, warns=warns))
        return change

    return add


def _add(name: str, alternative: Alternative) -> None:
    CHOICES.setdefault(name, Choice(name)).alternatives.append(alternative)


def find(name: str) -> list[Alternative]:
    """The alternatives with this text in their name."""
    return [each for choice in CHOICES.values() for each in choice.alternatives if name in each.name]
