"""Compares two runs of the same calls: each difference that a client can see, and the setting or requirement behind it.

Sends nothing, so the events of an earlier run are enough.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from contract_tests.dialect import schema, sentences
from contract_tests.dialect.normalize import CUT, Names, VisibleFields, describe_call, visible_fields
from contract_tests.dialect.observations import Observation, observations
from contract_tests.dialect.rules import CHOICES, Learned, learn
from contract_tests.http.editions import per_edition
from contract_tests.http.messages import Exchange, Json, same
from contract_tests.http.openapi import CONSTANT, ORGANIZATION, ignored_fields, ignored_names, kept_fields
from contract_tests.http.operations import CREATE, DELETE, LIST, MODIFIES, MODIFY, PATCH, RETRIEVE
from contract_tests.oracle.attribution import IDENTITY
from contract_tests.oracle.calls import TEXTS, kept_id
from contract_tests.oracle.expectations import demands
from contract_tests.oracle.states import UNKNOWN
from contract_tests.requirements import catalogue
from contract_tests.requirements.findings import brief

ABSENT = "(absent)"


def _field(*names: str) -> str:
    """A pattern of the places at which an assistant shows these fields."""
    return rf"assistant\.({'|'.join(names)})( .*)?"


WORDING = ("errors.missing_key", "errors.unknown_key")  # settings of a text, which does not count as a difference
# The requirement of a difference for which the call itself shows no choice: by its place, then by the operation.
PLACES: tuple[tuple[str, str], ...] = (
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
    (_field(*IDENTITY), "create/answers-the-assistant"),
)
ACCEPTED = {
    LIST: "list/envelope",
    RETRIEVE: "retrieve/equals-created",
    MODIFY: "modify/partial",
    PATCH: "modify/partial",
    DELETE: "delete/answers-deleted",
}


@per_edition
def _places_of_fields() -> tuple[tuple[str, str], ...]:
    """The requirement of a difference in a field that is ignored or kept."""
    ignored = (
        (ignored_names(ORGANIZATION), "ignored/model-and-temperature-are-the-organizations"),
        (ignored_names(CONSTANT), "ignored/constants-hold"),
        (ignored_names("file_search"), "ignored/tools-are-file-search"),
    )
    kept = (((name,), field.kept_id) for name, field in kept_fields().items())
    return tuple((_field(*names), requirement) for names, requirement in (*ignored, *kept) if names)


Key = tuple[str, int]


@dataclass(frozen=True)
class Difference:
    """`concern` is a setting of a dialect, or a requirement. `sentence` names the difference. `one` and `other` are the
    answers of the two servers to `call`, the first call that shows the difference. In all, `times` calls show it."""

    concern: str
    sentence: str
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
    """One of the two servers. `seen` has its calls. A key is the call as one line and the number of equal calls before.
    `evidence` has, for each requirement, the verdict and the exchanges that show a violation."""

    name: str
    found: Mapping[str, Learned]
    evidence: Mapping[str, tuple[str, list[Exchange]]]
    seen: dict[Key, tuple[Observation, VisibleFields]] = field(default_factory=dict)


@dataclass(frozen=True)
class Comparison:
    """`together` calls went to both servers. `alone` calls went to one server only, mostly because the servers had
    answered an earlier call differently."""

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
    """`found` are choices that were learned before, from whole bodies; without it, the exchanges decide the choices."""
    seen = list(observations(exchange for exchange in exchanges if exchange.response.status != 429))
    result, times = Side(name, learn(seen) if found is None else found, evidence), defaultdict[str, int](int)
    for observation in seen:
        names.add(observation.exchange)
        call = describe_call(observation.exchange.request, names)
        result.seen[call, times[call]] = observation, visible_fields(observation.exchange, names)
        times[call] += 1
    return result


def compare(one: Side, other: Side) -> Comparison:
    """One difference for each setting, in the order of a dialect, then one for each requirement."""
    both = [key for key in one.seen if key in other.seen]
    choices = dict(_choice_differences(one.found, other.found))
    alike_choices = {name for name, values in _known_by_both(one.found, other.found) if same(*values)}
    rows: list[Difference] = []
    alike: set[Exchange] = set()
    for key in both:
        differing = list(_call_differences(key[0], one.seen[key], other.seen[key], choices, alike_choices))
        rows += differing
        if not differing and CUT not in (one.seen[key][1].get("body"), other.seen[key][1].get("body")):
            alike |= {one.seen[key][0].exchange, other.seen[key][0].exchange}
    rows += [*choices.values(), *_verdict_differences(one, other, alike)]
    grouped = defaultdict[str, list[Difference]](list)
    for row in rows:
        grouped[row.concern].append(row)
    merged = [_merged(rows, choices.get(concern)) for concern, rows in grouped.items()]
    order = [*schema.settings(), *catalogue.requirements()]
    merged.sort(key=lambda row: order.index(row.concern))
    return Comparison((one.name, other.name), merged, len(both), len(one.seen) + len(other.seen) - 2 * len(both))


def _merged(rows: list[Difference], choice: Difference | None) -> Difference:
    """The first call that shows the difference. For a choice with two known values, the values replace the answers."""
    calls = [row for row in rows if row is not choice]
    first = replace(calls[0] if calls else rows[0], times=max(1, len(calls)))
    return replace(first, sentence=choice.sentence, one=choice.one, other=choice.other) if choice else first


def _choice_differences(one: Mapping[str, Learned], other: Mapping[str, Learned]) -> Iterator[tuple[str, Difference]]:
    for name, values in _known_by_both(one, other):
        if name not in WORDING and not same(*values):
            one_says, other_says = (brief(value) or '""' for value in values)
            sentence = sentences.of_setting(name, one_says, other_says)
            yield name, Difference(name, sentence, "(as learned)", one_says, other_says)


def _known_by_both(one: Mapping[str, Learned], other: Mapping[str, Learned]) -> Iterator[tuple[str, tuple[Json, Json]]]:
    for name in CHOICES:
        found = [each[name] for each in (one, other) if name in each and not each[name].doubt]
        if len(found) == 2:
            yield name, (found[0].value, found[1].value)


def _call_differences(
    call: str,
    one: tuple[Observation, VisibleFields],
    other: tuple[Observation, VisibleFields],
    choices: Mapping[str, Difference],
    alike: set[str],
) -> Iterator[Difference]:
    (first, one_fields), (second, other_fields) = one, other
    for place in _places(one_fields, other_fields):
        values = one_fields.get(place, ABSENT), other_fields.get(place, ABSENT)
        if not same(*values):
            actual, otherwise = (f"{place.partition(' ')[0]} {brief(value, 80)}" for value in values)
            sentence = sentences.of_call(first, place, *values)
            yield Difference(_concern(place, first, second, choices, alike), sentence, call, actual, otherwise)


def _places(one: VisibleFields, other: VisibleFields) -> list[str]:
    """The places to compare. If the statuses differ and one is a refusal, only the status. An assistant that only one
    of two pages shows is left out."""
    statuses = one["status"], other["status"]
    if not same(*statuses) and not all(isinstance(each, int) and 200 <= each < 300 for each in statuses):
        return ["status"]
    places = {**one, **other}
    if CUT in (one.get("body"), other.get("body")):
        return [place for place in places if place == "status" or place.startswith("header.")]
    both = {place.partition(" ")[2] for place in one} & {place.partition(" ")[2] for place in other}
    return [place for place in places if place.partition(" ")[2] in both]


def _concern(
    place: str, one: Observation, other: Observation, choices: Mapping[str, Difference], alike: set[str]
) -> str:
    """The choice that this call decides, else a choice of this place in which the servers differ, or a requirement.

    A choice that is `alike` on both servers explains nothing.
    """
    in_order = (CHOICES[name] for name in schema.settings() if name in CHOICES and name not in alike)
    if _is_preflight(one):
        in_order = (choice for choice in in_order if choice.setting.startswith("browser."))
    at_place = [choice.setting for choice in in_order if re.fullmatch(choice.places, place)]
    facts = {name: (list(CHOICES[name].rule(one)), list(CHOICES[name].rule(other))) for name in at_place}
    decisive = {name: both for name, both in facts.items() if both[0] != both[1]}
    here = [name for name, both in decisive.items() if all(both) or name in choices]
    elsewhere = [name for name in at_place if name in choices and place != "status"]
    return next(iter([*here, *elsewhere]), "") or _requirement(place, one)


def _requirement(place: str, observation: Observation) -> str:
    call = observation.call
    if _is_preflight(observation):
        return "browser/preflight"
    for pattern, requirement in (*PLACES, *_places_of_fields()):
        if re.fullmatch(pattern, place):
            return requirement
    if text := next((name for name in TEXTS if place.startswith(f"assistant.{name}")), None):
        return _requirement_of_text(text, observation)
    if not call.operation:
        return "errors/wrong-method-is-405-or-404" if call.known_url else "errors/unknown-url-is-404"
    if wanted := demands(call):
        return wanted[0].requirement
    if observation.foreign:
        return "org/closed-to-others"
    if call.id and not observation.before:
        return UNKNOWN[call.operation]
    if call.ignored:
        return ignored_fields()[call.ignored[0]].accepted_id
    if call.kept:
        return kept_id(call.kept[0])
    return catalogue.never_succeeds()[CREATE] if call.operation == CREATE else ACCEPTED[call.operation]


def _is_preflight(observation: Observation) -> bool:
    return observation.exchange.request.method == "OPTIONS"


def _requirement_of_text(name: str, observation: Observation) -> str:
    if observation.call.operation == CREATE:
        return "create/keeps-what-it-is-given"
    if observation.call.operation in MODIFIES:
        return "modify/seen-everywhere" if name in observation.fields else "modify/partial"
    return "retrieve/equals-created"


def _verdict_differences(one: Side, other: Side, alike: set[Exchange]) -> Iterator[Difference]:
    """The requirements with different verdicts, if no call that shows the violation has a visible difference."""
    for requirement in one.evidence.keys() & other.evidence.keys():
        (first, ones), (second, others) = one.evidence[requirement], other.evidence[requirement]
        if first != second and "unjudged" not in (first, second) and alike.issuperset([*ones, *others]):
            sentence = sentences.of_verdict(requirement, first, second)
            yield Difference(requirement, sentence, "(the whole run)", first, second)
