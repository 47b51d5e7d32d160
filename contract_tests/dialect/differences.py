"""Two runs of the same calls held together: where a client can tell the one server from the other, and what that is of.

Passive: a run may be long over, and known by its events alone.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from contract_tests.dialect import schema
from contract_tests.dialect.normalize import CUT, Facets, Names, asked, facets
from contract_tests.dialect.observations import Observation, observations
from contract_tests.dialect.rules import CHOICES, Learned, learn
from contract_tests.http.messages import Exchange, same
from contract_tests.http.openapi import CONSTANT, ORGANIZATION, ignored_fields, ignored_names
from contract_tests.http.operations import CREATE, DELETE, LIST, MODIFIES, MODIFY, PATCH, RETRIEVE
from contract_tests.oracle.attribution import IDENTITY
from contract_tests.oracle.expectations import TEXTS, demands
from contract_tests.oracle.oracle import UNKNOWN
from contract_tests.requirements import catalogue
from contract_tests.requirements.findings import brief

ABSENT = "(absent)"


def _field(*names: str) -> str:
    """A pattern of the places at which an assistant shows these fields."""
    return rf"assistant\.({'|'.join(names)})( .*)?"


UNSAID = ("errors.missing_key", "errors.unknown_key")  # wording
# What a difference is of, where the call itself shows no choice; by its place, and by the operation.
PLACES = (
    (r"header\.content-type", "errors/json-content-type"),
    (r"header\.access-control-.*", "browser/preflight"),
    (r"header\.retry-after", "rate/retry-after"),
    (r"header\.x-ratelimit-.*", "limiter.headers"),
    (r"error\.type", "errors/types"),
    (r"error\.(param|code)", "errors/param-and-code-present"),
    (r"error\..*", "errors/envelope"),
    (r"page\.has_more", "list/has-more-is-true-to-its-word"),
    (r"page\.(first|last)_id", "list/first-and-last-id"),
    (r"page\.length", "list/limit"),
    (r"page\.ours", "list/complete"),
    (r"page\..*", "list/envelope"),
    (_field(*ignored_names(ORGANIZATION)), "ignored/model-and-temperature-are-the-organizations"),
    (_field("tools"), "ignored/tools-are-file-search"),
    (_field(*ignored_names(CONSTANT)), "ignored/constants-hold"),
    (_field(*IDENTITY), "create/answers-the-assistant"),
)
ACCEPTED = {
    LIST: "list/envelope",
    CREATE: "create/name-suffices",
    RETRIEVE: "retrieve/equals-created",
    MODIFY: "modify/partial",
    PATCH: "modify/partial",
    DELETE: "delete/answers-deleted",
}

Key = tuple[str, int]


@dataclass(frozen=True)
class Difference:
    """`concern` is a setting of a dialect or a requirement; `one` and `other` are what the two servers did at `call`,
    the first of `times` that show it."""

    concern: str
    call: str
    one: str
    other: str
    times: int = 1

    @property
    def is_choice(self) -> bool:
        return self.concern in CHOICES

    @property
    def kind(self) -> str:
        """choice, must or should."""
        return "choice" if self.is_choice else catalogue.requirements()[self.concern].level


@dataclass
class Side:
    """One of the two. `seen` has its calls, each by what it asks and how often that was asked before; `evidence`, by
    requirement, the verdict and the exchanges that show it broken."""

    name: str
    found: Mapping[str, Learned]
    evidence: Mapping[str, tuple[str, list[Exchange]]]
    seen: dict[Key, tuple[Observation, Facets]] = field(default_factory=dict)


@dataclass(frozen=True)
class Comparison:
    """`alone` is how many calls the one or the other alone was asked, mostly since it had answered otherwise before."""

    sides: tuple[str, str]
    differences: list[Difference]
    together: int
    alone: int


def side(
    name: str,
    exchanges: Iterable[Exchange],
    evidence: Mapping[str, tuple[str, list[Exchange]]],
    names: Names,
    found: Mapping[str, Learned] | None = None,
) -> Side:
    """`found` is what is known of the choices, where the exchanges themselves are not known to the end."""
    seen = list(observations(exchange for exchange in exchanges if exchange.response.status != 429))
    taken, times = Side(name, learn(seen) if found is None else found, evidence), defaultdict[str, int](int)
    for sight in seen:
        names.take(sight.exchange)
        call = asked(sight.exchange.request, names)
        taken.seen[call, times[call]] = sight, facets(sight.exchange, names)
        times[call] += 1
    return taken


def compare(one: Side, other: Side) -> Comparison:
    """Each difference once for what it is of: the choices first, in the order of a dialect, then the requirements."""
    both = [key for key in one.seen if key in other.seen]
    choices = dict(_of_choices(one.found, other.found))
    rows: list[Difference] = []
    alike: set[Exchange] = set()
    for key in both:
        differing = list(_of_a_call(key[0], one.seen[key], other.seen[key], choices))
        rows += differing
        if not differing and CUT not in (one.seen[key][1].get("body"), other.seen[key][1].get("body")):
            alike |= {one.seen[key][0].exchange, other.seen[key][0].exchange}
    rows += [*choices.values(), *_of_verdicts(one, other, alike)]
    grouped = defaultdict[str, list[Difference]](list)
    for row in rows:
        grouped[row.concern].append(row)
    merged = [_merged(rows, choices.get(concern)) for concern, rows in grouped.items()]
    order = [*schema.settings(), *catalogue.requirements()]
    merged.sort(key=lambda row: order.index(row.concern))
    return Comparison((one.name, other.name), merged, len(both), len(one.seen) + len(other.seen) - 2 * len(both))


def _merged(rows: list[Difference], choice: Difference | None) -> Difference:
    """The first call that shows it; of a choice the values, where both are known."""
    shown = [row for row in rows if row is not choice]
    first = replace(shown[0] if shown else rows[0], times=max(1, len(shown)))
    return replace(first, one=choice.one, other=choice.other) if choice else first


def _of_choices(one: Mapping[str, Learned], other: Mapping[str, Learned]) -> Iterator[tuple[str, Difference]]:
    for name in CHOICES:
        known = [found[name] for found in (one, other) if name in found and not found[name].doubt]
        if len(known) == 2 and name not in UNSAID and not same(known[0].value, known[1].value):
            one_says, other_says = (brief(each.value) or '""' for each in known)
            yield name, Difference(name, "(as learned)", one_says, other_says)


def _of_a_call(
    call: str, one: tuple[Observation, Facets], other: tuple[Observation, Facets], choices: Mapping[str, Difference]
) -> Iterator[Difference]:
    (first, shown), (second, also) = one, other
    for place in _places(shown, also):
        values = shown.get(place, ABSENT), also.get(place, ABSENT)
        if not same(*values):
            actual, otherwise = (f"{place.partition(' ')[0]} {brief(value, 80)}" for value in values)
            yield Difference(_concern(place, first, second, choices), call, actual, otherwise)


def _places(one: Facets, other: Facets) -> list[str]:
    """Where there is something to be held together: of a refusal by another status the rest is another matter, and so
    is an assistant that only one page shows."""
    statuses = one["status"], other["status"]
    if not same(*statuses) and not all(isinstance(each, int) and 200 <= each < 300 for each in statuses):
        return ["status"]
    places = {**one, **other}
    if CUT in (one.get("body"), other.get("body")):
        return [place for place in places if place == "status" or place.startswith("header.")]
    both = {place.partition(" ")[2] for place in one} & {place.partition(" ")[2] for place in other}
    return [place for place in places if place.partition(" ")[2] in both]


def _concern(place: str, one: Observation, other: Observation, choices: Mapping[str, Difference]) -> str:
    """The choice that this very call shows, or one in which the two differ and that is seen there, or a requirement."""
    in_order = (CHOICES[name] for name in schema.settings() if name in CHOICES)
    at_place = [choice.setting for choice in in_order if re.fullmatch(choice.places, place)]
    facts = {name: (list(CHOICES[name].rule(one)), list(CHOICES[name].rule(other))) for name in at_place}
    telling = {name: both for name, both in facts.items() if both[0] != both[1]}
    here = [name for name, both in telling.items() if all(both) or name in choices]
    elsewhere = [name for name in at_place if name in choices and place != "status"]
    return next(iter([*here, *elsewhere]), "") or _requirement(place, one)


def _requirement(place: str, sight: Observation) -> str:
    call = sight.call
    for pattern, requirement in PLACES:
        if re.fullmatch(pattern, place):
            return requirement
    if text := next((name for name in TEXTS if place.startswith(f"assistant.{name}")), None):
        return _of_a_text(text, sight)
    if sight.exchange.request.method == "OPTIONS":
        return "browser/preflight"
    if not call.operation:
        return "errors/wrong-method-is-405-or-404" if call.known_url else "errors/unknown-url-is-404"
    if wanted := demands(call):
        return wanted[0].requirement
    if sight.foreign:
        return "org/closed-to-others"
    if call.id and not sight.before:
        return UNKNOWN[call.operation]
    return ignored_fields()[call.ignored[0]].accepted_id if call.ignored else ACCEPTED[call.operation]


def _of_a_text(name: str, sight: Observation) -> str:
    if sight.call.operation == CREATE:
        return "create/keeps-what-it-is-given"
    if sight.call.operation in MODIFIES:
        return "modify/seen-everywhere" if name in sight.fields else "modify/partial"
    return "retrieve/equals-created"


def _of_verdicts(one: Side, other: Side, alike: set[Exchange]) -> Iterator[Difference]:
    """Of what is broken at the one alone, where the calls that show it were answered alike as far as they show here."""
    for requirement in one.evidence.keys() & other.evidence.keys():
        (first, shown), (second, also) = one.evidence[requirement], other.evidence[requirement]
        if first != second and "unjudged" not in (first, second) and alike.issuperset([*shown, *also]):
            yield Difference(requirement, "(the whole run)", first, second)
