"""How a refusal reads: its status, its shape, and what stands in it besides the wording."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from contract_tests.dialect.bodies import padded
from contract_tests.dialect.observations import Observation
from contract_tests.dialect.rules import Fact, Resolved, UnresolvedError, choice, unanimous
from contract_tests.http.messages import Json, Odd
from contract_tests.http.operations import CREATE, MODIFIES
from contract_tests.oracle.errors import is_text

TYPES = {
    401: {"authentication_error": "named", "invalid_request_error": "openai"},
    404: {"not_found_error": "named", "invalid_request_error": "openai"},
    429: {"rate_limit_error": "named", "requests": "openai"},
}
FRAMEWORKS = {"message", "error", "statusCode"}
ALL_KINDS = {400, 401, 404}  # what has to be seen before "always null" can be said


@choice("errors.types", r"error\.type")
def types(sight: Observation) -> Iterator[Json]:
    told = sight.error.get("type")
    if sight.call.operation and sight.status in TYPES and isinstance(told, str):
        yield TYPES[sight.status].get(told, told)


def _mostly_null(facts: Sequence[Fact]) -> Resolved:
    """A text here and null there is a text; null alone only where every kind of refusal was seen."""
    said = {value for value, _ in facts}
    if said == {"null"} and not {sight.status for _, sight in facts} >= ALL_KINDS:
        raise UnresolvedError("null in the few refusals that were seen")
    telling = [fact for fact in facts if fact[0] != "null"]
    return unanimous(telling or facts)


def _member(sight: Observation, name: str, text: str) -> Iterator[Json]:
    if sight.call.operation and is_text(sight.error.get("message")) and sight.exchange.response.refused:
        value = sight.error.get(name, ...)
        if value is ... or value is None:
            yield "absent" if value is ... else "null"
        elif value == sight.status and not isinstance(value, str):
            yield "numeric"
        else:
            yield text if isinstance(value, str) else f"{value!r}"


@choice("errors.code", r"error\.code", _mostly_null)
def code(sight: Observation) -> Iterator[Json]:
    yield from _member(sight, "code", "text")


@choice("errors.param", r"error\.param", _mostly_null)
def param(sight: Observation) -> Iterator[Json]:
    yield from _member(sight, "param", "field")


@choice("errors.foreign_status", "status")
def foreign_status(sight: Observation) -> Iterator[Json]:
    if sight.foreign and sight.status in (403, 404) and not sight.call.free:
        yield sight.status


def _shape(sight: Observation) -> Iterator[Json]:
    """The framework's own, or the envelope; what is neither is called so."""
    if is_text(sight.error.get("message")):
        yield "envelope"
    else:
        yield "framework" if sight.body.keys() >= FRAMEWORKS else "neither the envelope nor message, error, statusCode"


@choice("errors.unknown_url", r"error\..*|body.*")
def unknown_url(sight: Observation) -> Iterator[Json]:
    if not sight.call.known_url and not sight.call.unclear and sight.call.role == "primary" and sight.status == 404:
        yield from _shape(sight)


def _no_operation(sight: Observation) -> bool:
    known = sight.call.known_url and not sight.call.operation and sight.call.role == "primary"
    return known and sight.exchange.request.method not in ("OPTIONS", "HEAD") and sight.refused


@choice("errors.wrong_method", "status")
def wrong_method(sight: Observation) -> Iterator[Json]:
    if _no_operation(sight):
        yield sight.status


@choice("errors.wrong_method_shape", r"error\..*|body.*")
def wrong_method_shape(sight: Observation) -> Iterator[Json]:
    if _no_operation(sight):
        yield from _shape(sight)


@choice("errors.bad_json", r"error\..*|body.*")
def bad_json(sight: Observation) -> Iterator[Json]:
    if sight.call.operation in (CREATE, *MODIFIES) and sight.call.body is Odd.BROKEN and sight.status == 400:
        yield from _shape(sight)


@choice("errors.body_too_large", "status|error.*|body.*")
def body_too_large(sight: Observation) -> Iterator[Json]:
    if padded(sight) and sight.status >= 400 and sight.status != 429:
        yield sight.status


@choice("errors.missing_key", r"error\.message")
def missing_key(sight: Observation) -> Iterator[Json]:
    yield from _said_to(sight, "nobody")


@choice("errors.unknown_key", r"error\.message")
def unknown_key(sight: Observation) -> Iterator[Json]:
    yield from _said_to(sight, "stranger")


def _said_to(sight: Observation, role: str) -> Iterator[Json]:
    said = sight.error.get("message")
    if sight.call.role == role and sight.call.operation and sight.status == 401 and is_text(said):
        yield said


def _on_a_429(facts: Sequence[Fact]) -> Resolved:
    """By what passes and by what does not: the one may carry what the other lacks."""
    found = {(value, sight.status == 429) for value, sight in facts}
    for value, seen in ((True, {(True, False), (True, True)}), ("passed", {(True, False), (False, True)})):
        if found == seen:
            return Resolved(value, [facts[0][1]])
    if found == {(False, True)}:
        return Resolved(False, [facts[0][1]])
    raise UnresolvedError("the answers that pass carry them, and no 429 was seen; or the reverse")


@choice("limiter.headers", r"header\.x-ratelimit-.*", _on_a_429)
def limiter_headers(sight: Observation) -> Iterator[Json]:
    """An answer that passes says nothing by their absence: there may be no limiter."""
    there = "x-ratelimit-limit" in sight.headers
    if sight.call.operation and ((there and sight.accepted) or sight.status == 429):
        yield there


@choice("browser.allow_headers", r"status|header\.access-control-.*")
def allow_headers(sight: Observation) -> Iterator[Json]:
    """Whatever is asked for is granted, where one is that nobody would list."""
    asked = dict(sight.exchange.request.headers).get("access-control-request-headers")
    if asked is None or sight.exchange.request.method != "OPTIONS" or not sight.status:
        return
    granted = [name.strip().lower() for name in sight.headers.get("access-control-allow-headers", "").split(",")]
    wanted = {name.strip().lower() for name in asked.split(",")}
    if not wanted <= set(granted):
        yield [name for name in granted if name]
    elif any("unheard" in name for name in wanted):
        yield None
