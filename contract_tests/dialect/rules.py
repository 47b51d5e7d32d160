"""A free choice as a rule that reads it off exchanges; passive, so that it may be of a run that is long over.

A rule gives the facts that one exchange decides, and none where it decides nothing; what settles it makes one value of
the facts of a run, or says why there is none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from contract_tests.dialect import schema
from contract_tests.dialect.observations import Observation
from contract_tests.http.messages import Exchange, Json, same
from contract_tests.http.operations import LIST, MODIFIES
from contract_tests.oracle.expectations import TEXTS
from contract_tests.requirements.findings import brief

Fact = tuple[Json, Observation]
Reader = Callable[[Observation], Iterable[Json]]


class UnresolvedError(Exception):
    """The facts make no value; the text says why."""


@dataclass(frozen=True)
class Resolved:
    """`note` is what a reader of the value may want to know; `by` are the observations that decided it."""

    value: Json
    by: Sequence[Observation]
    note: str = ""


Settle = Callable[[Sequence[Fact]], Resolved]


@dataclass(frozen=True)
class Rule:
    """`setting` is its name in the dialect; `places` a pattern of where a client sees it (`normalize.facets`)."""

    setting: str
    rule: Reader
    places: str
    settle: Settle


@dataclass(frozen=True)
class Learned:
    """What a run says of a choice: a value, or the `doubt` that leaves it open."""

    value: Json = None
    note: str = ""
    doubt: str = ""
    exchanges: tuple[Exchange, ...] = ()


CHOICES: dict[str, Rule] = {}


def unanimous(facts: Sequence[Fact]) -> Resolved:
    """The value that every fact says. Raises UnresolvedError."""
    (value, first), *rest = facts
    for other, sight in rest:
        if not same(value, other):
            raise UnresolvedError(f"{brief(value, 60)} to {named(first)}, but {brief(other, 60)} to {named(sight)}")
    return Resolved(value, [first])


def choice(setting: str, places: str, settle: Settle = unanimous) -> Callable[[Reader], Reader]:
    """Adds a rule to the table."""

    def add(rule: Reader) -> Reader:
        CHOICES[setting] = Rule(setting, rule, places, settle)
        return rule

    return add


def learn(seen: Iterable[Observation]) -> dict[str, Learned]:
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

    def __init__(self, seen: Iterable[Observation]) -> None:
        accepted = [sight for sight in seen if sight.accepted and sight.call.free <= {"odd-body"}]
        self._lists = any(sight.call.operation == LIST for sight in accepted)
        self._texts = [_texts(sight) for sight in accepted if sight.call.operation in MODIFIES]

    def holds(self, sight: Observation) -> bool:
        if sight.accepted or sight.call.operation not in (LIST, *MODIFIES):
            return True
        if sight.call.operation == LIST:
            return self._lists
        return any(texts <= _texts(sight) for texts in self._texts)


def _texts(sight: Observation) -> set[str]:
    return sight.fields.keys() & set(TEXTS)


def named(sight: Observation) -> str:
    """A call, for a person to find again."""
    request = sight.exchange.request
    body = (request.body or b"")[:60].decode("utf-8", "replace")
    return f"{request.method} {request.path} {body}".rstrip()


def _settled(choice: Rule, given: Sequence[Fact], control: Control) -> Learned:
    about_a_call = choice.setting.startswith(("bodies.", "lists."))
    facts = [fact for fact in given if not about_a_call or control.holds(fact[1])]
    try:
        if not facts:
            raise UnresolvedError(f"{named(given[0][1])} was refused, and so was the like that has nothing odd")
        settled = choice.settle(facts)
        if fault := schema.fault(choice.setting, settled.value):
            raise UnresolvedError(
                f"{brief(settled.value, 60)} to {named(settled.by[0])}: a dialect cannot say that ({fault})"
            )
    except UnresolvedError as why:
        return Learned(doubt=str(why), exchanges=tuple(sight.exchange for _, sight in given[:2]))
    return Learned(settled.value, settled.note, exchanges=tuple(sight.exchange for sight in settled.by))
