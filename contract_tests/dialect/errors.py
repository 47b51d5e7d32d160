"""The free choices of a refusal: its status, its shape, and its members."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from contract_tests.dialect.bodies import padded
from contract_tests.dialect.observations import Observation
from contract_tests.dialect.rules import Fact, Resolved, UnresolvedError, choice, unanimous
from contract_tests.http.messages import Json, Odd
from contract_tests.http.operations import WITH_A_BODY
from contract_tests.oracle.errors import is_text

TYPES = {
    401: {"authentication_error": "named", "invalid_request_error": "openai"},
    404: {"not_found_error": "named", "invalid_request_error": "openai"},
    429: {"rate_limit_error": "named", "requests": "openai"},
}
FRAMEWORKS = {"message", "error", "statusCode"}
ALL_KINDS = {400, 401, 404}  # the refusals that a run needs before it can say "always null"


@choice("errors.types", r"error\.type")
def types(observation: Observation) -> Iterator[Json]:
    error_type = observation.error.get("type")
    if observation.call.operation and observation.status in TYPES and isinstance(error_type, str):
        yield TYPES[observation.status].get(error_type, error_type)


def _resolve_member(facts: Sequence[Fact]) -> Resolved:
    """A text in any refusal decides. Null decides only if every kind of refusal was seen. Raises UnresolvedError."""
    values = {value for value, _ in facts}
    if values == {"null"} and not {observation.status for _, observation in facts} >= ALL_KINDS:
        raise UnresolvedError("null in every refusal, but not every kind of refusal was seen")
    decisive = [fact for fact in facts if fact[0] != "null"]
    return unanimous(decisive or facts)


def _member(observation: Observation, name: str, text: str) -> Iterator[Json]:
    if (
        observation.call.operation
        and is_text(observation.error.get("message"))
        and observation.exchange.response.refused
    ):
        value = observation.error.get(name, ...)
        if value is ... or value is None:
            yield "absent" if value is ... else "null"
        elif value == observation.status and not isinstance(value, str):
            yield "numeric"
        else:
            yield text if isinstance(value, str) else f"{value!r}"


@choice("errors.code", r"error\.code", _resolve_member)
def code(observation: Observation) -> Iterator[Json]:
    yield from _member(observation, "code", "text")


@choice("errors.param", r"error\.param", _resolve_member)
def param(observation: Observation) -> Iterator[Json]:
    yield from _member(observation, "param", "field")


@choice("errors.foreign_status", "status")
def foreign_status(observation: Observation) -> Iterator[Json]:
    if observation.foreign and observation.status in (403, 404) and not observation.call.free:
        yield observation.status


def _shape(observation: Observation) -> Iterator[Json]:
    """The envelope, the framework's own error, or a text that says it is neither."""
    if is_text(observation.error.get("message")):
        yield "envelope"
    else:
        yield (
            "framework"
            if observation.body.keys() >= FRAMEWORKS
            else "neither the envelope nor message, error, statusCode"
        )


@choice("errors.unknown_url", r"error\..*|body.*")
def unknown_url(observation: Observation) -> Iterator[Json]:
    if (
        not observation.call.known_url
        and not observation.call.unclear
        and observation.call.role == "primary"
        and observation.status == 404
    ):
        yield from _shape(observation)


def _no_operation(observation: Observation) -> bool:
    known = observation.call.known_url and not observation.call.operation and observation.call.role == "primary"
    return known and observation.exchange.request.method not in ("OPTIONS", "HEAD") and observation.refused


@choice("errors.wrong_method", "status")
def wrong_method(observation: Observation) -> Iterator[Json]:
    if _no_operation(observation):
        yield observation.status


@choice("errors.wrong_method_shape", r"error\..*|body.*")
def wrong_method_shape(observation: Observation) -> Iterator[Json]:
    if _no_operation(observation):
        yield from _shape(observation)


@choice("errors.bad_json", r"error\..*|body.*")
def bad_json(observation: Observation) -> Iterator[Json]:
    if observation.call.operation in WITH_A_BODY and observation.call.body is Odd.BROKEN and observation.status == 400:
        yield from _shape(observation)


@choice("errors.body_too_large", "status|error.*|body.*")
def body_too_large(observation: Observation) -> Iterator[Json]:
    if padded(observation) and observation.status >= 400 and observation.status != 429:
        yield observation.status


@choice("errors.missing_key", r"error\.message")
def missing_key(observation: Observation) -> Iterator[Json]:
    yield from _message_to(observation, "nobody")


@choice("errors.unknown_key", r"error\.message")
def unknown_key(observation: Observation) -> Iterator[Json]:
    yield from _message_to(observation, "stranger")


def _message_to(observation: Observation, role: str) -> Iterator[Json]:
    message = observation.error.get("message")
    if observation.call.role == role and observation.call.operation and observation.status == 401 and is_text(message):
        yield message


def _resolve_limiter_headers(facts: Sequence[Fact]) -> Resolved:
    """True, "passed" or False, from accepted answers and 429 answers together. Raises UnresolvedError."""
    found = {(value, observation.status == 429) for value, observation in facts}
    for value, seen in ((True, {(True, False), (True, True)}), ("passed", {(True, False), (False, True)})):
        if found == seen:
            return Resolved(value, [facts[0][1]])
    if found == {(False, True)}:
        return Resolved(False, [facts[0][1]])
    raise UnresolvedError("accepted answers have the headers but no 429 was seen, or only a 429 has them")


@choice("limiter.headers", r"header\.x-ratelimit-.*", _resolve_limiter_headers)
def limiter_headers(observation: Observation) -> Iterator[Json]:
    """An accepted answer without the headers decides nothing: the server may have no limiter."""
    there = "x-ratelimit-limit" in observation.headers
    if observation.call.operation and ((there and observation.accepted) or observation.status == 429):
        yield there


@choice("browser.allow_headers", r"status|header\.access-control-.*")
def allow_headers(observation: Observation) -> Iterator[Json]:
    """None if even an unknown header is granted, which means any header; else the list of the granted headers."""
    requested = dict(observation.exchange.request.headers).get("access-control-request-headers")
    if requested is None or observation.exchange.request.method != "OPTIONS" or not observation.status:
        return
    granted = [name.strip().lower() for name in observation.headers.get("access-control-allow-headers", "").split(",")]
    wanted = {name.strip().lower() for name in requested.split(",")}
    if not wanted <= set(granted):
        yield [name for name in granted if name]
    elif any("unheard" in name for name in wanted):
        yield None
