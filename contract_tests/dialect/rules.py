"""The rules that learn the free choices of a server from exchanges. Sends nothing, so events are enough.

A rule gives the facts that one exchange shows, or none. A resolver makes one value of all facts of a run, or says why
they make none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from contract_tests.dialect import schema
from contract_tests.dialect.observations import Observation
from contract_tests.http.messages import Exchange, Json, same
from contract_tests.http.operations import LIST, MODIFIES
from contract_tests.oracle.calls import TEXTS
from contract_tests.requirements.findings import brief

Fact = tuple[Json, Observation]
Reader = Callable[[Observation], Iterable[Json]]


class UnresolvedError(Exception):
    """The facts make no value; the text says why."""


@dataclass(frozen=True)
class Resolved:
    """A value, the observations `by` which it was decided, and a `note` for people."""

    value: Json
    by: Sequence[Observation]
    note: str = ""


Resolver = Callable[[Sequence[Fact]], Resolved]


@dataclass(frozen=True)
class Rule:
    """`setting` is the name in the dialect. `places` is a pattern of the places at which a client sees the choice, as
    `normalize.visible_fields` names them."""

    setting: str
    rule: Reader
    places: str
    resolve: Resolver


@dataclass(frozen=True)
class Learned:
    """A choice after a run: its value, or the `doubt`, which is the reason why there is no value."""

    value: Json = None
    note: str = ""
    doubt: str = ""
    exchanges: tuple[Exchange, ...] = ()


CHOICES: dict[str, Rule] = {}


def unanimous(facts: Sequence[Fact]) -> Resolved:
    """The value that all facts have. Raises UnresolvedError if two facts differ."""
    (value, first), *rest = facts
    for other, observation in rest:
        if not same(value, other):
            raise UnresolvedError(
                f"{brief(value, 60)} to {describe(first)}, but {brief(other, 60)} to {describe(observation)}"
            )
    return Resolved(value, [first])


def choice(setting: str, places: str, resolve: Resolver = unanimous) -> Callable[[Reader], Reader]:
    """Adds the decorated rule to the table. Its facts need a resolver only if they may differ."""

    def add(rule: Reader) -> Reader:
        CHOICES[setting] = Rule(setting, rule, places, resolve)
        return rule

    return add


def learn(seen: Iterable[Observation]) -> dict[str, Learned]:
    """The choices of one run by setting. A choice without a fact is left out."""
    every = list(seen)
    choices = {name: each for name, each in CHOICES.items() if name in schema.settings()}
    facts: dict[str, list[Fact]] = {name: [] for name in choices}
    for observation in every:
        for name, each in choices.items():
            facts[name] += [(value, observation) for value in each.rule(observation)]
    control = Control(every)
    return {name: _resolve(CHOICES[name], found, control) for name, found in facts.items() if found}


class Control:
    """The control of a refusal: an accepted call that is like it, but without the odd part. Without an accepted call,
    the refusal may have any cause, so it decides nothing."""

    def __init__(self, seen: Iterable[Observation]) -> None:
        accepted = [
            observation for observation in seen if observation.accepted and observation.call.free <= {"odd-body"}
        ]
        self._lists = any(observation.call.operation == LIST for observation in accepted)
        self._texts = [_texts(observation) for observation in accepted if observation.call.operation in MODIFIES]

    def holds(self, observation: Observation) -> bool:
        if observation.accepted or observation.call.operation not in (LIST, *MODIFIES):
            return True
        if observation.call.operation == LIST:
            return self._lists
        return any(texts <= _texts(observation) for texts in self._texts)


def _texts(observation: Observation) -> set[str]:
    return observation.fields.keys() & set(TEXTS)


def describe(observation: Observation) -> str:
    """A call as one line for people."""
    request = observation.exchange.request
    body = (request.body or b"")[:60].decode("utf-8", "replace")
    return f"{request.method} {request.path} {body}".rstrip()


def _resolve(choice: Rule, given: Sequence[Fact], control: Control) -> Learned:
    about_a_call = choice.setting.startswith(("bodies.", "lists."))
    facts = [fact for fact in given if not about_a_call or control.holds(fact[1])]
    try:
        if not facts:
            raise UnresolvedError(
                f"{describe(given[0][1])} was refused, but no similar call without anything odd was accepted"
            )
        resolved = choice.resolve(facts)
        if fault := schema.fault(choice.setting, resolved.value):
            raise UnresolvedError(
                f"{brief(resolved.value, 60)} to {describe(resolved.by[0])}: no dialect can have this value ({fault})"
            )
    except UnresolvedError as why:
        return Learned(doubt=str(why), exchanges=tuple(observation.exchange for _, observation in given[:2]))
    return Learned(resolved.value, resolved.note, exchanges=tuple(observation.exchange for observation in resolved.by))
