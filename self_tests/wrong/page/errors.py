"""Wrong refusals: their shape is not the envelope, or an input crashes the server."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from aiohttp import web

from contract_tests.http.operations import DELETE, LIST, MODIFIES, PATCH
from fake_server.contract.openapi import Operation
from fake_server.domain import errors
from fake_server.domain.errors import (
    InvalidParameter,
    MalformedRequest,
    Unauthenticated,
    UnknownAssistant,
    UnknownUrl,
    WrongMethod,
)
from fake_server.fake import Fake
from self_tests.wrong.wrong_server import (
    WRITES,
    around,
    error,
    instead,
    kind,
    operation_of,
    raw,
    responding,
    without_content_headers,
    wrong,
)

ENVELOPE, TYPES, CODE = "errors/envelope", "errors/types", "errors/code-is-text-or-null"
PRESENT, JSON, BAD_JSON = "errors/param-and-code-present", "errors/json-content-type", "errors/bad-json-is-400"
NOWHERE, METHOD, NEVER = "errors/unknown-url-is-404", "errors/wrong-method-is-405-or-404", "errors/never-5xx"

SHAPES: dict[str, Callable[[str, str], Any]] = {
    "detail": lambda message, _: {"detail": message},
    "message": lambda message, _: {"statusCode": 400, "error": "Bad Request", "message": message},
    "error as text": lambda message, _: {"error": message},
    "an empty message": lambda _, type: error("", type),
    "a list as message": lambda message, _: {"error": {**error()["error"], "message": [message]}},
    "null as type": lambda message, _: {"error": {"message": message, "type": None, "param": None, "code": None}},
    "no type": lambda message, _: {"error": {"message": message, "param": None, "code": None}},
}


@wrong(ENVELOPE, each=SHAPES)
def an_error_is(fake: Fake, what: str) -> None:
    fake.envelope = lambda message, type, _param, _code: SHAPES[what](message, type)


@wrong(ENVELOPE, each=[400, 401, 404])
def no_envelope_on(fake: Fake, status: int) -> None:
    """The framework itself answers, in a shape of its own."""
    body = {"message": "No.", "statusCode": status}
    responding(fake, lambda response: raw(response, body), lambda _, came: came == status)


BODIES = {
    "HTML": ("<html><h1>Bad Request</h1></html>", "text/html"),
    "plain text": ("Bad Request", "text/plain"),
    "nothing": ("", "application/json"),
}


@wrong(ENVELOPE, each=BODIES)
def the_body_of_a_refusal_is(fake: Fake, what: str) -> None:
    responding(
        fake,
        lambda response: raw(response, *BODIES[what]),
        lambda request, status: status >= 400 and operation_of(request),
    )


@wrong(ENVELOPE)
def a_bad_body_is_refused_without_the_envelope(fake: Fake) -> None:
    """The parser answers with its own error, before the handler runs."""
    around(
        fake, "envelope", lambda old, message, *rest: {"message": message} if "body" in message else old(message, *rest)
    )


@wrong(PRESENT, each=["param", "code"])
def an_error_is_without(fake: Fake, field: str) -> None:
    leaving_out(fake, lambda name, _: name == field)


def leaving_out(fake: Fake, which: Callable[[str, Any], bool]) -> None:
    """Leaves these fields out of every error."""

    def envelope(old: Callable[..., Any], *parts: Any) -> Any:
        return {"error": {name: value for name, value in old(*parts)["error"].items() if not which(name, value)}}

    around(fake, "envelope", envelope)


@wrong(PRESENT)
def null_is_left_out_of_errors(fake: Fake) -> None:
    leaving_out(fake, lambda _, value: value is None)


KINDS: dict[str, tuple[type[errors.Refused], ...]] = {
    "400": (InvalidParameter, MalformedRequest),
    "401": (Unauthenticated,),
    "404": (UnknownAssistant,),
}


@wrong(TYPES, each=KINDS)
def the_type_is_the_statuss_name_on(fake: Fake, status: str) -> None:
    for refused in KINDS[status]:
        kind(fake, refused, type={"400": "bad_request", "401": "unauthorized", "404": "not_found"}[status])


@wrong(TYPES, each=["None", "error"])
def every_type_is(fake: Fake, type: str) -> None:
    """The code is `str(error.type)`."""
    around(fake, "envelope", lambda old, message, _, param, code: old(message, type, param, code))


@wrong(TYPES)
def unknown_ids_are_api_errors(fake: Fake) -> None:
    kind(fake, UnknownAssistant, type="api_error")


@wrong(CODE)
def the_code_is_the_status(fake: Fake) -> None:
    """The real service does so too."""
    fake.error_table = {refused: kind._replace(code=kind.status) for refused, kind in fake.error_table.items()}  # type: ignore[arg-type]


@wrong(CODE)
def the_code_is_a_number_on_404_alone(fake: Fake) -> None:
    kind(fake, UnknownAssistant, code=404)


@wrong(CODE)
def the_code_is_an_object(fake: Fake) -> None:
    kind(fake, InvalidParameter, code={"value": "invalid"})


# --- content type


@wrong(JSON, each=["text/plain", "text/html"])
def the_content_type_is(fake: Fake, content_type: str) -> None:
    responding(fake, lambda response: response.headers.update({"Content-Type": content_type}))


@wrong(JSON)
def there_is_no_content_type(fake: Fake) -> None:
    responding(
        fake,
        lambda response: Bare(status=response.status, body=response.body, headers=without_content_headers(response)),
    )


class Bare(web.Response):
    """A response without a content type: aiohttp adds one to its own responses."""

    async def _prepare_headers(self) -> None:
        await super()._prepare_headers()
        self.headers.popall("Content-Type", None)


@wrong(JSON, each=[LIST, DELETE])
def the_content_type_is_forgotten_on(fake: Fake, operation: str) -> None:
    plain = {"Content-Type": "text/plain"}
    responding(
        fake, lambda response: response.headers.update(plain), lambda request, _: operation_of(request) == operation
    )


@wrong(JSON)
def a_refusal_is_problem_json(fake: Fake) -> None:
    problem = {"Content-Type": "application/problem+json"}
    responding(fake, lambda response: response.headers.update(problem), lambda _, status: status >= 400)


# --- bad JSON


@wrong("errors/bad-input-is-400", each=[422])
def malformed_json_is_refused_with(fake: Fake, status: int) -> None:
    kind(fake, MalformedRequest, status=status)


@wrong("errors/never-5xx")
def malformed_json_crashes(fake: Fake) -> None:
    """`await request.json()` has no guard."""
    fake.parse_body = lambda body, _: json.loads(body)


def taking(fake: Fake, when: Callable[[Any], bool], other: Callable[[Any], Any], *operations: str) -> None:
    """Replaces such JSON values in the bodies of these operations (of all three, if none is named)."""

    def check(old: Callable[..., Any], operation: Operation, value: Any) -> Any:
        mine = operation.id in (operations or WRITES) and when(value)
        return old(operation, other(value) if mine else value)

    around(fake, "check_body", check)


def parsing(fake: Fake, when: Callable[[bytes], bool], other: Callable[[bytes], Any]) -> None:
    """Replaces the value of such bodies."""
    around(fake, "parse_body", lambda old, body, kind: other(body) if when(body) else old(body, kind))


VALUES: dict[str, Callable[[Any], bool]] = {
    "an array": lambda value: isinstance(value, list),
    "null": lambda value: value is None,
    "a text": lambda value: isinstance(value, str),
    "a number": lambda value: isinstance(value, int),
}


@wrong(BAD_JSON, each=VALUES)
def a_body_is_taken_for_an_empty_object_if_it_is(fake: Fake, what: str) -> None:
    """The code is `body || {}` or `dict(body)`."""
    taking(fake, VALUES[what], lambda _: {}, *MODIFIES)


@wrong(BAD_JSON)
def an_array_is_taken_for_its_first(fake: Fake) -> None:
    taking(fake, lambda value: isinstance(value, list), lambda value: value[0] if value else {"name": "Untitled"})


@wrong(BAD_JSON)
def an_empty_body_creates(fake: Fake) -> None:
    parsing(fake, lambda body: body == b"", lambda _: {"name": "Untitled"})


@wrong(BAD_JSON)
def malformed_json_is_mended(fake: Fake) -> None:
    """A lenient parser closes a text that ends too early."""
    parsing(fake, lambda body: body.startswith(b'{"name": "x"') and body[-1:] != b"}", lambda _: {"name": "x"})


@wrong(BAD_JSON)
def a_form_is_as_good(fake: Fake) -> None:
    parsing(fake, lambda body: body == b"name=x", lambda _: {"name": "x"})


@wrong("errors/never-5xx", each=["null", "[]"])
def a_body_crashes_that_is(fake: Fake, body: str) -> None:
    """The code is `body.name`, and the body has no name."""
    taking(fake, lambda value: json.dumps(value) == body, crash)


# --- nowhere


@wrong(NOWHERE, each=[400, 500])
def an_unknown_url_answers(fake: Fake, status: int) -> None:
    kind(fake, UnknownUrl, status=status, type="invalid_request_error")


@wrong(NOWHERE, each=BODIES)
def an_unknown_urls_answer_is(fake: Fake, what: str) -> None:
    responding(fake, lambda response: raw(response, *BODIES[what]), lambda request, _: is_unknown_url(request))


def is_unknown_url(request: web.Request) -> bool:
    return re.fullmatch(r"/v1/assistants(/[^/]+)?", request.rel_url.raw_path) is None


@wrong(METHOD, each=[400, 500])
def an_unknown_method_answers(fake: Fake, status: int) -> None:
    kind(fake, WrongMethod, status=status)


@wrong(METHOD, each=BODIES)
def an_unknown_methods_answer_is(fake: Fake, what: str) -> None:
    responding(fake, lambda response: raw(response, *BODIES[what]), lambda _, status: status == 405)


@wrong(METHOD)
def put_is_taken_for_patch(fake: Fake) -> None:
    fake.contract.operations += [replace(each, method="PUT") for each in fake.contract.operations if each.id == PATCH]


@wrong(METHOD)
def put_answers_200_and_does_nothing(fake: Fake) -> None:
    instead(fake, lambda request: request.method == "PUT", 200, {})


# --- never 5xx

BREAKING: dict[str, Callable[[bytes], bool]] = {
    "NUL": lambda body: rb"\u0000" in body,
    "a lone surrogate": lambda body: rb"\ud800" in body,
    "four bytes of UTF-8": lambda body: b"\xf0\x9f" in body,
    "more than 100 KiB": lambda body: len(body) > 102_400,
    "deep nesting": lambda body: body.count(b"{") > 1000,
    "1e999": lambda body: b"1e999" in body,
    "a key that comes twice": lambda body: body.count(b'"name"') > 1,
    "broken UTF-8": lambda body: b"\xff\xfe" in body,
    "a name of 256": lambda body: re.search(rb'"name":"[^"]{256}"', body) is not None,
}


@wrong(NEVER, each=BREAKING)
def a_body_crashes_that_holds(fake: Fake, what: str) -> None:
    parsing(fake, BREAKING[what], crash)


def crash(value: Any) -> None:
    raise RuntimeError(value)


@wrong(NEVER)
def a_large_body_breaks_the_connection(fake: Fake) -> None:
    """A proxy in front of the server closes the connection."""

    def cut(request: web.Request) -> None:
        if (request.content_length or 0) > 1_000_000 and request.transport:
            request.transport.close()

    instead(fake, cut, 400, error())


ODD: dict[str, Callable[[web.Request], bool]] = {
    "NUL in the path": lambda request: "\x00" in request.path,
    "broken UTF-8 in the path": lambda request: "%FF" in request.raw_path,
    "a limit that comes twice": lambda request: request.query_string.count("limit") > 1,
    "a body in a GET": lambda request: request.method == "GET" and request.can_read_body,
    "a form": lambda request: "form" in request.headers.get("Content-Type", ""),
    "Accept: text/html": lambda request: request.headers.get("Accept") == "text/html",
    "Expect": lambda request: "Expect" in request.headers,
}


@wrong(NEVER, each=ODD)
def a_request_crashes_that_has(fake: Fake, what: str) -> None:
    instead(fake, ODD[what], 500, error("Oh.", "api_error"))
