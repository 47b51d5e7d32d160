"""What an answer shows of what the contract leaves open: constants, cleared texts, statuses, ids, and what else."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from contract_tests.dialect.normalize import is_a_time
from contract_tests.dialect.observations import Observation
from contract_tests.dialect.rules import Fact, Resolved, choice
from contract_tests.http.messages import Json, same
from contract_tests.http.openapi import CONSTANT, ORGANIZATION, ignored_names
from contract_tests.http.operations import CREATE, DELETE, MODIFIES, MODIFY, RETRIEVE
from contract_tests.oracle.model import ORGANIZATIONS
from contract_tests.requirements import catalogue

# Of HTTP, of whatever stands in front of a service, or of a choice of their own.
EVERYBODYS = re.compile(
    "date|server|connection|keep-alive|transfer-encoding|trailer|upgrade|content-.*|etag|vary|via|age|expires|allow|"
    "cache-control|pragma|alt-svc|set-cookie|www-authenticate|strict-transport-security|nel|report-to|cf-.*|"
    "access-control-.*|x-request-id|retry-after|x-ratelimit-.*"
)
NOWHERE = ""  # no facet of an answer shows it
SHAPES = {
    "number": r"\d{1,11}",
    "short": r"[0-9a-f]{12}",
    "hex": r"[0-9a-f]{24}",
    "uuid": r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}",
}


def _same_on_all(name: str, organizations: Sequence[str]) -> Callable[[Observation], Iterator[Json]]:
    """The value on every assistant, but for what the call itself has sent."""

    def rule(sight: Observation) -> Iterator[Json]:
        if name not in sight.fields and ORGANIZATIONS.get(sight.call.role) in organizations:
            yield from (item[name] for item in sight.shown if name in item)

    return rule


for _name in ignored_names(CONSTANT):
    choice(f"constants.{_name}", rf"assistant\.{_name}( .*)?")(_same_on_all(_name, ("home", "abroad")))
for _name in ignored_names(ORGANIZATION):
    choice(f"organization.{_name}", rf"assistant\.{_name}( .*)?")(_same_on_all(_name, ("home",)))


@choice("answers.create_status", "status")
def create_status(sight: Observation) -> Iterator[Json]:
    if sight.accepted and sight.call.operation == CREATE:
        yield sight.status


@choice("answers.modify_status", "status")
def modify_status(sight: Observation) -> Iterator[Json]:
    if sight.accepted and sight.call.operation == MODIFY:
        yield sight.status


@choice("answers.cleared_by_create", r"assistant\.instructions( .*)?")
def cleared_by_create(sight: Observation) -> Iterator[Json]:
    if sight.call.operation == CREATE and sight.fields.get("instructions") in (None, ""):
        yield from _cleared(sight)


@choice("answers.cleared_by_modify", r"assistant\.instructions( .*)?")
def cleared_by_modify(sight: Observation) -> Iterator[Json]:
    if sight.call.operation in MODIFIES and sight.fields.get("instructions") == "":
        yield from _cleared(sight)


def _cleared(sight: Observation) -> Iterator[Json]:
    yield from (item["instructions"] for item in sight.shown if item.get("instructions", 0) in (None, ""))


def _extra(facts: Sequence[Fact]) -> Resolved:
    """What is there each time, with the same value; that two assistants show the same time may be chance."""
    first, by = facts[0]
    always = {
        name: value
        for name, value in first.items()
        if not is_a_time(value) and all(name in fact and same(fact[name], value) for fact, _ in facts)
    }
    others = sorted({name for fact, _ in facts for name in fact} - always.keys())
    return Resolved(always, [by], f"{', '.join(others)} besides, now one thing and now another" if others else "")


@choice("answers.extra_fields", r"assistant\.(?!id|object|created_at|name|instructions)\w+( .*)?", _extra)
def extra_fields(sight: Observation) -> Iterator[Json]:
    known = catalogue.fields("Assistant")
    for item in sight.shown:
        yield {name: value for name, value in item.items() if name not in known}


def _on_every_answer(facts: Sequence[Fact]) -> Resolved:
    """The headers that every answer carries with one value; what changes is the moment's."""
    first, by = facts[0]
    return Resolved(
        {name: each for name, each in first.items() if all(fact.get(name) == each for fact, _ in facts)}, [by]
    )


@choice("answers.extra_headers", NOWHERE, _on_every_answer)
def extra_headers(sight: Observation) -> Iterator[Json]:
    if sight.call.operation and sight.status:
        yield {name: each for name, each in sight.headers.items() if not EVERYBODYS.fullmatch(name)}


@choice("answers.request_id", NOWHERE)
def request_id(sight: Observation) -> Iterator[Json]:
    if sight.call.operation and sight.status:
        yield "x-request-id" in sight.headers


@choice("answers.sorted_keys", NOWHERE)
def sorted_keys(sight: Observation) -> Iterator[Json]:
    if sight.call.operation in (CREATE, RETRIEVE, *MODIFIES) and len(sight.body) > 3 and sight.shown:
        yield list(sight.body) == sorted(sight.body)


@choice("ids.shape", r"assistant\.id.*")
def shape(sight: Observation) -> Iterator[Json]:
    """Of what is made, since older ones may have another."""
    if sight.call.operation == CREATE:
        for item in sight.shown:
            project = item["id"].removeprefix("asst-")
            yield next((name for name, form in SHAPES.items() if re.fullmatch(form, project)), f"like {project}")


@choice("ids.bare_accepted", "status")
def bare_accepted(sight: Observation) -> Iterator[Json]:
    if _is_bare(sight) and not sight.foreign and not sight.call.free:
        if sight.accepted:
            yield True
        elif sight.status == 404:
            yield False


@choice("ids.echo_as_sent", r"body\.id")
def echo_as_sent(sight: Observation) -> Iterator[Json]:
    if sight.accepted and sight.call.operation == DELETE and _is_bare(sight):
        told = sight.body.get("id")
        if told in (sight.call.id, f"asst-{sight.call.id}"):
            yield told == sight.call.id


def _is_bare(sight: Observation) -> bool:
    return sight.before is not None and sight.before["id"] == f"asst-{sight.call.id}"
