"""The free choices that an accepted answer shows: constants, cleared texts, statuses, ids, extra fields and headers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from contract_tests.dialect.normalize import is_a_time
from contract_tests.dialect.observations import Observation
from contract_tests.dialect.rules import Fact, Resolved, UnresolvedError, choice, unanimous
from contract_tests.http import editions
from contract_tests.http.messages import Json, same
from contract_tests.http.openapi import CONSTANT, ORGANIZATION, id_prefixes, ignored_names
from contract_tests.http.operations import CREATE, DELETE, MODIFIES, MODIFY, RETRIEVE
from contract_tests.oracle.model import ORGANIZATIONS
from contract_tests.requirements import catalogue

# These headers belong to HTTP, to a proxy before the service, or to a setting of their own.
EVERYBODYS = re.compile(
    "date|server|connection|keep-alive|transfer-encoding|trailer|upgrade|content-.*|etag|vary|via|age|expires|allow|"
    "cache-control|pragma|alt-svc|set-cookie|www-authenticate|strict-transport-security|nel|report-to|cf-.*|"
    "access-control-.*|x-request-id|retry-after|x-ratelimit-.*"
)
NOWHERE = ""  # no visible field of an answer shows it
SHAPES = {
    "number": r"\d{1,11}",
    "short": r"[0-9a-f]{12}",
    "hex": r"[0-9a-f]{24}",
    "uuid": r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}",
    "letters": r"[0-9A-Za-z]{24}",
}


def _same_on_all(name: str, organizations: Sequence[str]) -> Callable[[Observation], Iterator[Json]]:
    """The value of the field on every assistant. A value that the run sent before any answer showed it is left out: the
    server may only have kept the value."""

    def rule(observation: Observation) -> Iterator[Json]:
        if name not in observation.fields and ORGANIZATIONS.get(observation.call.role) in organizations:
            shown = (item[name] for item in observation.assistants if name in item)
            yield from (value for value in shown if not observation.sent_first(name, value))

    return rule


def _resolve_same_on_all(facts: Sequence[Fact]) -> Resolved:
    """The value, with a note if one assistant alone has shown it. Raises UnresolvedError."""
    resolved = unanimous(facts)
    ids = {item["id"] for _, observation in facts for item in observation.assistants}
    return resolved if len(ids) > 1 else replace(resolved, note="one assistant alone showed it")


# The fields of the page's edition: another edition leaves these settings out.
with editions.use(editions.PAGE):
    for _name in ignored_names(CONSTANT):
        choice(f"constants.{_name}", rf"assistant\.{_name}( .*)?", _resolve_same_on_all)(
            _same_on_all(_name, ("home", "abroad"))
        )
    for _name in ignored_names(ORGANIZATION):
        choice(f"organization.{_name}", rf"assistant\.{_name}( .*)?", _resolve_same_on_all)(
            _same_on_all(_name, ("home",))
        )


@choice("answers.create_status", "status")
def create_status(observation: Observation) -> Iterator[Json]:
    if observation.accepted and observation.call.operation == CREATE:
        yield observation.status


@choice("answers.modify_status", "status")
def modify_status(observation: Observation) -> Iterator[Json]:
    if observation.accepted and observation.call.operation == MODIFY:
        yield observation.status


def _resolve_cleared_by_create(facts: Sequence[Fact]) -> Resolved:
    """Creates without instructions must agree, but an empty text must have been sent. Raises UnresolvedError."""
    if not any(observation.fields.get("instructions") == "" for _, observation in facts):
        raise UnresolvedError("no create with an empty text for instructions was accepted")
    return unanimous(facts)


@choice("answers.cleared_by_create", r"assistant\.instructions( .*)?", _resolve_cleared_by_create)
def cleared_by_create(observation: Observation) -> Iterator[Json]:
    if observation.call.operation == CREATE and observation.fields.get("instructions") in (None, ""):
        yield from _cleared(observation)


@choice("answers.cleared_by_modify", r"assistant\.instructions( .*)?")
def cleared_by_modify(observation: Observation) -> Iterator[Json]:
    if observation.call.operation in MODIFIES and observation.fields.get("instructions") == "":
        yield from _cleared(observation)


def _cleared(observation: Observation) -> Iterator[Json]:
    yield from (item["instructions"] for item in observation.assistants if item.get("instructions", 0) in (None, ""))


def _resolve_extra_fields(facts: Sequence[Fact]) -> Resolved:
    """The fields that every answer has, with one value. A time is left out: two equal times may be chance."""
    first, by = facts[0]
    always = {
        name: value
        for name, value in first.items()
        if not is_a_time(value) and all(name in fact and same(fact[name], value) for fact, _ in facts)
    }
    others = sorted({name for fact, _ in facts for name in fact} - always.keys())
    return Resolved(always, [by], f"other fields, without one value: {', '.join(others)}" if others else "")


@choice(
    "answers.extra_fields", r"assistant\.(?!id|object|created_at|name|instructions)\w+( .*)?", _resolve_extra_fields
)
def extra_fields(observation: Observation) -> Iterator[Json]:
    known = catalogue.fields("Assistant")
    for item in observation.assistants:
        yield {name: value for name, value in item.items() if name not in known}


def _resolve_extra_headers(facts: Sequence[Fact]) -> Resolved:
    """The headers that every answer has, with one value."""
    first, by = facts[0]
    return Resolved(
        {name: each for name, each in first.items() if all(fact.get(name) == each for fact, _ in facts)}, [by]
    )


@choice("answers.extra_headers", NOWHERE, _resolve_extra_headers)
def extra_headers(observation: Observation) -> Iterator[Json]:
    if observation.call.operation and observation.status:
        yield {name: each for name, each in observation.headers.items() if not EVERYBODYS.fullmatch(name)}


@choice("answers.request_id", NOWHERE)
def request_id(observation: Observation) -> Iterator[Json]:
    if observation.call.operation and observation.status:
        yield "x-request-id" in observation.headers


@choice("answers.sorted_keys", NOWHERE)
def sorted_keys(observation: Observation) -> Iterator[Json]:
    if (
        observation.call.operation in (CREATE, RETRIEVE, *MODIFIES)
        and len(observation.body) > 3
        and observation.assistants
    ):
        yield list(observation.body) == sorted(observation.body)


@choice("ids.shape", r"assistant\.id.*")
def shape(observation: Observation) -> Iterator[Json]:
    """Only creates decide it: an older assistant may have an id of another shape."""
    if observation.call.operation == CREATE:
        for item in observation.assistants:
            project = _without_prefix(item["id"])
            yield next((name for name, form in SHAPES.items() if re.fullmatch(form, project)), f"like {project}")


@choice("ids.bare_accepted", "status")
def bare_accepted(observation: Observation) -> Iterator[Json]:
    if _is_bare(observation) and not observation.foreign and not observation.call.free:
        if observation.accepted:
            yield True
        elif observation.status == 404:
            yield False


@choice("ids.echo_as_sent", r"body\.id")
def echo_as_sent(observation: Observation) -> Iterator[Json]:
    if observation.accepted and observation.call.operation == DELETE and _is_bare(observation):
        answered_id = observation.body.get("id")
        if answered_id in (observation.call.id, *_with_prefix(observation.call.id)):
            yield answered_id == observation.call.id


def _is_bare(observation: Observation) -> bool:
    return observation.before is not None and observation.before["id"] in _with_prefix(observation.call.id)


def _without_prefix(id: str) -> str:
    """The rest of an id that has a prefix of the edition."""
    return next((id.removeprefix(prefix) for prefix in id_prefixes() if id.startswith(prefix)), id)


def _with_prefix(id: str) -> list[str]:
    return [f"{prefix}{id}" for prefix in id_prefixes()]
