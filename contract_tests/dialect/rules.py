"""A free choice as a rule that reads it off exchanges; passive, so that it may be of a run that is long over.

A rule gives the facts that one exchange decides, and none where it decides nothing; what settles it makes one value of
the facts of a run, or says why there is none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from contract_tests.dialect import schema
from contract_tests.dialect.observations import Sight
from contract_tests.http.messages import Exchange, Json, same
from contract_tests.http.operations import LIST, MODIFIES
from contract_tests.oracle.expectations import TEXTS
from contract_tests.requirements.findings import brief

Fact = tuple[Json, Sight]
Rule = Callable[[Sight], Iterable[Json]]


class UnsettledError(Exception):
    """The facts make no value; the text says why."""


@dataclass(frozen=True)
class Settled:
    """`note` is what a reader of the value may want to know; `by` are the sights that decided it."""

    value: Json
    by: Sequence[Sight]
    note: str = ""


Settle = Callable[[Sequence[Fact]], Settled]


@dataclass(frozen=True)
class Choice:
    """`setting` is its name in the dialect; `places` a pattern of where a client sees it (`normalize.facets`)."""

    setting: str
    rule: Rule
    places: str
    settle: Settle


@dataclass(frozen=True)
class Found:
    """What a run says of a choice: a value, or the `doubt` that leaves it open."""

    value: Json = None
    note: str = ""
    doubt: str = ""
    exchanges: tuple[Exchange, ...] = ()


CHOICES: dict[str, Choice] = {}


def unanimous(facts: Sequence[Fact]) -> Settled:
    """The value that every fact says. Raises UnsettledError."""
    (value, first), *rest = facts
    for other, sight in rest:
        if not same(value, other):
            raise UnsettledError(f"{brief(value, 60)} to {named(first)}, but {brief(other, 60)} to {named(sight)}")
    return Settled(value, [first])


def choice(setting: str, places: str, settle: Settle = unanimous) -> Callable[[Rule], Rule]:
    """Adds a rule to the table."""

    def add(rule: Rule) -> Rule:
        CHOICES[setting] = Choice(setting, rule, places, settle)
        return rule

    return add


def learn(seen: Iterable[Sight]) -> dict[str, Found]:
    """What the exchanges of one run say of each choice; a choice of which they say nothing is left out."""
    whole = list(seen)
    facts: dict[str, list[Fact]] = {name: [] for name in CHOICES}
    for sight in whole:
        for name, each in CHOICES.items():
            facts[name] += [(value, sight) for value in each.rule(sight)]
    control = Control(whole)
    return {name: _settled(CHOICES[name], found, control) for name, found in facts.items() if found}


class Control:
    """A refusal tells of a body or a query only where the like without it was accepted: else it may be of anything."""

    def __init__(self, seen: Iterable[Sight]) -> None:
        accepted = [sight for sight in seen if sight.accepted and sight.call.free <= {"odd-body"}]
        self._lists = any(sight.call.operation == LIST for sight in accepted)
        self._texts = [_texts(sight) for sight in accepted if sight.call.operation in MODIFIES]

    def holds(self, sight: Sight) -> bool:
        if sight.accepted or sight.call.operation not in (LIST, *MODIFIES):
            return True
        if sight.call.operation == LIST:
            return self._lists
        return any(texts <= _texts(sight) for texts in self._texts)


def _texts(sight: Sight) -> set[str]:
    return sight.fields.keys() & set(TEXTS)


def named(sight: Sight) -> str:
    """A call, for a person to find again."""
    request = sight.exchange.request
    body = (request.body or b"")[:60].decode("utf-8", "replace")
    return f"{request.method} {request.path} {body}".rstrip()


def _settled(choice: Choice, given: Sequence[Fact], control: Control) -> Found:
    about_a_call = choice.setting.startswith(("bodies.", "lists."))
    facts = [fact for fact in given if not about_a_call or control.holds(fact[1])]
    try:
        if not facts:
            raise UnsettledError(f"{named(given[0][1])} was refused, and so was the like that has nothing odd")
        settled = choice.settle(facts)
        if fault := schema.fault(choice.setting, settled.value):
            raise UnsettledError(
                f"{brief(settled.value, 60)} to {named(settled.by[0])}: a dialect cannot say that ({fault})"
            )
    except UnsettledError as why:
        return Found(doubt=str(why), exchanges=tuple(sight.exchange for _, sight in given[:2]))
    return Found(settled.value, settled.note, exchanges=tuple(sight.exchange for sight in settled.by))
