"""The meaning of a request, and the answers that the contract allows for it; written by hand from the contract.

This module does not know the contents of the server: `oracle` adds them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import cache, cached_property, lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from contract_tests.http import json_text, operations
from contract_tests.http.credentials import NEAR
from contract_tests.http.messages import Json, Odd, Request, parse
from contract_tests.http.openapi import ignored_fields
from contract_tests.http.operations import CREATE, LIST, MODIFIES

if TYPE_CHECKING:
    import jsonschema_rs

TEXTS = ("name", "instructions")
# A server must keep a text up to these lengths (create/keeps-what-it-is-given). It may refuse a longer one.
KEPT_LENGTH = {"name": 64, "instructions": 10_000}
LARGE_BODY = 90_000  # bytes; services limit the size of a JSON body, and the lowest known limit is 100 KiB
READ = 256  # remembered calls: a list is read again and again, and `compare` reads each call several times
LONG = 500  # characters of a URL or a header; a service may refuse longer ones with 414 or 431
JSON_IN_UTF8 = "application/json;charset=utf-8"
# The methods that every HTTP server knows. It may refuse another with 400 or 501 before it looks at the URL.
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
# With these headers a client asks HTTP for another answer. Then 304, 206, 406 and 417 are right.
NEGOTIATING = {"accept", "accept-encoding", "expect", "range", "if-none-match"}


def _number(low: float, high: float) -> Callable[[Json], bool]:
    return lambda value: (
        value is None or (isinstance(value, int | float) and not isinstance(value, bool) and low <= value <= high)
    )


def _metadata(value: Json) -> bool:
    return value is None or (
        isinstance(value, dict)
        and len(value) <= 16
        and all(len(key) <= 64 and isinstance(item, str) and len(item) <= 512 for key, item in value.items())
    )


def _tools(value: Json) -> bool:
    return isinstance(value, list) and len(value) <= 128 and all(map(_tool, value))


def _tool(value: Json) -> bool:
    if value in ({"type": "code_interpreter"}, {"type": "file_search"}):
        return True
    function = value.get("function") if isinstance(value, dict) and value.get("type") == "function" else None
    return isinstance(function, dict) and isinstance(function.get("name"), str) and bool(function["name"])


def _tool_resources(value: Json) -> bool:
    return value in (None, {}) or (
        isinstance(value, dict)
        and value.keys() <= {"file_search", "code_interpreter"}
        and all(
            isinstance(item, dict)
            and item.keys() <= {"vector_store_ids", "file_ids"}
            and all(
                isinstance(ids, list) and len(ids) <= 1 and all(isinstance(id, str) for id in ids)
                for ids in item.values()
            )
            for item in value.values()
        )
    )


def _response_format(value: Json) -> bool:
    return value in (None, "auto", {"type": "text"}, {"type": "json_object"}) or (
        isinstance(value, dict)
        and value.get("type") == "json_schema"
        and isinstance(value.get("json_schema"), dict)
        and isinstance(value["json_schema"].get("name"), str)
    )


# The values that OpenAI's reference allows, written by hand, for the ignored fields that openapi.yaml cannot describe
# in full.
ALLOWED_BY_HAND: dict[str, Callable[[Json], bool]] = {
    "model": lambda value: isinstance(value, str) and value != "",
    "temperature": _number(0, 2),
    "description": lambda value: value is None or (isinstance(value, str) and len(value) <= 512),
    "metadata": _metadata,
    "tools": _tools,
    "tool_resources": _tool_resources,
    "top_p": _number(0, 1),
    "response_format": _response_format,
}


def is_allowed(name: str, value: Json) -> bool:
    """True if OpenAI's reference allows a value for an ignored field."""
    by_hand = ALLOWED_BY_HAND.get(name)
    return by_hand(value) if by_hand else _validator(name).is_valid(value)


@cache
def _validator(name: str) -> jsonschema_rs.Draft202012Validator:
    import jsonschema_rs  # here, because the commands that judge nothing start without this package

    return jsonschema_rs.Draft202012Validator(ignored_fields()[name].schema)


@dataclass(frozen=True)
class Demand:
    """A refusal that the contract demands. `effect` is the requirement that is violated if the refused call has an
    effect. `bad_input` is true if the body or the query is at fault: a refusal with another status than 400 is then a
    violation of errors/bad-input-is-400 alone.
    """

    requirement: str
    statuses: frozenset[int]
    effect: str
    bad_input: bool = False


@dataclass(frozen=True)
class Call:
    """A parsed request. `operation` is "" if no operation has this URL and method. `id` is percent-decoded.

    `unheard` is true if few servers know the method. `unclear` is true if rules outside the contract decide the answer:
    HTTP's own headers, or paths that servers normalize.
    """

    operation: str
    role: str
    id: str = ""
    body: Json = Odd.EMPTY
    query: tuple[tuple[str, str], ...] = ()
    known_url: bool = True
    unclear: bool = False
    unheard: bool = False
    free: frozenset[str] = field(default_factory=frozenset)

    @cached_property
    def fields(self) -> dict[str, Any]:
        return self.body if isinstance(self.body, dict) else {}

    @cached_property
    def parameters(self) -> dict[str, str]:
        return dict(self.query)

    @cached_property
    def ignored(self) -> list[str]:
        """The ignored fields that the call sends."""
        return [name for name in ignored_fields() if name in self.fields]

    @cached_property
    def absurd(self) -> list[str]:
        return [name for name in self.ignored if not is_allowed(name, self.fields[name])]


def texts_in(value: Json) -> Iterator[str]:
    """Every text in a value, at any depth."""
    if isinstance(value, str):
        yield value
    items = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for item in items:
        yield from texts_in(item)


def taken_from(call: Call, value: Json) -> str:
    """The ignored field of the call that has this text, at any depth; empty if none has it."""
    found = (name for name in call.ignored if isinstance(value, str) and value and value in texts_in(call.fields[name]))
    return next(found, "")


@lru_cache(READ)
def read(request: Request) -> Call:
    """The call that a request makes. Nobody changes a call, so callers share it."""
    address = operations.parse(request.method, request.path)
    call = Call(
        address.operation,
        request.role,
        address.id,
        parse(request.body),
        address.query,
        address.known_url,
        _unclear(request),
        request.method not in METHODS,
    )
    return replace(call, free=frozenset(_freedoms(call, request)))


def _unclear(request: Request) -> bool:
    decoded = [unquote(segment) for segment in request.path.partition("?")[0].split("/")]
    negotiates = request.method == "HEAD" or any(name.lower() in NEGOTIATING for name, _ in request.headers)
    return negotiates or any(segment in ("", ".", "..") or "/" in segment for segment in decoded[1:])


def demands(call: Call) -> list[Demand]:
    """The refusals that the request itself requires, independent of the contents of the server."""
    found = list(_key_demands(call))
    if call.operation:
        found += [*_body_demands(call), *_query_demands(call)]
    return found


def _demand(requirement: str, status: int, effect: str = "") -> Demand:
    return Demand(requirement, frozenset({status}), effect or requirement, bad_input=status == 400)


WITHOUT_A_GOOD_KEY = {
    "nobody": "auth/missing-key-refused",
    "stranger": "auth/unknown-key-refused",
    "basic": "auth/other-scheme-refused",
    "bare": "auth/other-scheme-refused",
    "token": "auth/other-scheme-refused",
    **dict.fromkeys((*NEAR, "in-a-header", "in-the-query"), "auth/unknown-key-refused"),
}


# page, Authentication: "Authorization: Bearer YOUR_API_KEY"
def _key_demands(call: Call) -> Iterator[Demand]:
    requirement = WITHOUT_A_GOOD_KEY.get(call.role)
    if requirement and call.operation:
        # A service may refuse a query that it does not know before it looks for the key.
        statuses = {401, 400} if call.role == "in-the-query" else {401}
        yield Demand(requirement, frozenset(statuses), "auth/refused-changes-nothing")


def _body_demands(call: Call) -> Iterator[Demand]:
    creates = call.operation == CREATE
    if not creates and call.operation not in MODIFIES:
        return
    unharmed = "" if creates else "modify/bad-body-changes-nothing"
    if call.body is Odd.BROKEN or (call.body is Odd.EMPTY and creates) or not isinstance(call.body, dict | Odd):
        yield _demand("errors/bad-json-is-400", 400, effect=unharmed)
    elif isinstance(call.body, dict):
        yield from _text_demands(call, creates)


# page, Create an assistant: "name | string | Yes", "instructions | string | No"
def _text_demands(call: Call, creates: bool) -> Iterator[Demand]:
    if creates and call.fields.get("name") is None:
        yield _demand("create/name-required", 400)
    for name, requirement in zip(TEXTS, ("create/name-is-text", "create/instructions-are-text"), strict=True):
        if not isinstance(call.fields.get(name), str | None):
            yield _demand(requirement if creates else "modify/bad-body-changes-nothing", 400)


def _query_demands(call: Call) -> Iterator[Demand]:
    limit = call.parameters.get("limit", "20")
    within = limit.isdigit() and 1 <= int(limit[:9]) <= 100
    doubled = len(call.query) != len(call.parameters)
    if call.operation == LIST and not within and not doubled and not _odd_limit(limit):
        yield _demand("list/bad-limit-refused", 400)


def _odd_limit(limit: str) -> bool:
    """True if parsers may differ on the limit: it is not clearly a number, and not clearly a word."""
    return re.fullmatch(r"-?[0-9]{1,9}|[a-zA-Z]+", limit) is None


def _freedoms(call: Call, request: Request) -> Iterator[str]:
    """The reasons why the server may refuse this call with a 4xx although no demand exists; a free choice by its name,
    if it has one.
    """
    yield from _body_freedoms(call, request)
    if len(request.path) > LONG or any(len(value) > LONG for _, value in request.headers):
        yield "long-head"
    keys = [key for key, _ in call.query]
    if len(keys) != len(set(keys)) or _odd_limit(call.parameters.get("limit", "20")):
        yield "odd-query"
    if "" in (call.parameters.get("after"), call.parameters.get("before")):
        yield "odd-query"
    if call.operation == LIST and call.parameters.get("order", "asc") not in ("asc", "desc"):
        yield "odd-query"
    if not set(keys) <= ({"limit", "order", "after", "before"} if call.operation == LIST else set()):
        yield "unknown-query"


def _body_freedoms(call: Call, request: Request) -> Iterator[str]:
    if call.operation not in (CREATE, *MODIFIES):
        if request.body:
            yield "odd-body"
        return
    if _odd_body(call, request):
        yield "odd-body"
    if _kinds(request) == [JSON_IN_UTF8]:
        yield "content-type"
    if call.absurd:
        yield "absurd-ignored-fields"
    if not call.fields.keys() <= {*TEXTS, *ignored_fields()}:
        yield "unknown-fields"
    yield from _text_freedoms(call)


def _text_freedoms(call: Call) -> Iterator[str]:
    for name in TEXTS:
        text = call.fields.get(name, "x")
        if text is None:
            yield "null-in-modify"
        elif isinstance(text, str):
            if len(text) > KEPT_LENGTH[name]:
                yield "long-texts"
            odd = (unicodedata.category(char) in ("Cc", "Cn") and char not in "\t\r\n" for char in set(text))
            if json_text.REPLACEMENT in text or any(odd):
                yield "odd-text"
            if name == "name" and not text.strip():
                yield "empty-name"


def _kinds(request: Request) -> list[str]:
    """The content types, without blanks and in lower case."""
    return [value.replace(" ", "").lower() for name, value in request.headers if name.lower() == "content-type"]


def _odd_body(call: Call, request: Request) -> bool:
    if _kinds(request) not in (["application/json"], [JSON_IN_UTF8]) or len(request.body or b"") > LARGE_BODY:
        return True
    if isinstance(call.body, Odd):
        return call.body is Odd.UNREADABLE or (call.body is Odd.EMPTY and call.operation != CREATE)
    return _deep_or_doubled(request.body or b"", call.body)


def _deep_or_doubled(body: bytes, value: Json) -> bool:
    """True if parsers may differ on the body: repeated keys, numbers that a double cannot hold, or deep nesting."""
    return json_text.has_equal_keys(body.decode()) or _depth(value) > 60 or _huge(value)


def _depth(value: Json) -> int:
    """The levels of lists and objects. `parse` has bounded them."""
    items = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return 1 + max(map(_depth, items), default=0)


def _huge(value: Json) -> bool:
    if isinstance(value, dict | list):
        return any(map(_huge, value.values() if isinstance(value, dict) else value))
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) >= 1e15
