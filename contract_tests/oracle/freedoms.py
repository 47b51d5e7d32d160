"""The reasons why a server may refuse a call that the contract neither forbids nor demands to be accepted."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from contract_tests.http import json_text
from contract_tests.http.messages import Json, Odd, Request
from contract_tests.http.openapi import body, kept_fields
from contract_tests.http.operations import CREATE, LIST, WITH_A_BODY
from contract_tests.oracle.calls import TEXTS, Call, own_fields
from contract_tests.oracle.kept_values import must_take_null, refusable

LARGE_BODY = 90_000  # bytes; services limit the size of a JSON body, and the lowest known limit is 100 KiB
LONG = 500  # characters of a URL or a header; a service may refuse longer ones with 414 or 431
JSON_IN_UTF8 = "application/json;charset=utf-8"


def freedoms(call: Call, request: Request) -> Iterator[str]:
    """The reasons why the server may refuse this call with a 4xx although no demand exists; a free choice by its name,
    if it has one.
    """
    yield from _body_freedoms(call, request)
    if len(request.path) > LONG or any(len(value) > LONG for _, value in request.headers):
        yield "long-head"
    keys = [key for key, _ in call.query]
    if len(keys) != len(set(keys)) or is_odd_limit(call.limit):
        yield "odd-query"
    if "" in (call.parameters.get("after"), call.parameters.get("before")):
        yield "odd-query"
    if call.operation == LIST and call.parameters.get("order", "asc") not in ("asc", "desc"):
        yield "odd-query"
    if not set(keys) <= ({"limit", "order", "after", "before"} if call.operation == LIST else set()):
        yield "unknown-query"


def _body_freedoms(call: Call, request: Request) -> Iterator[str]:
    if call.operation not in WITH_A_BODY:
        if request.body:
            yield "odd-body"
        return
    if _odd_body(call, request):
        yield "odd-body"
    if _kinds(request) == [JSON_IN_UTF8]:
        yield "content-type"
    if call.absurd:
        yield "absurd-ignored-fields"
    if not call.fields.keys() <= body()["properties"].keys():
        yield "unknown-fields"
    yield from _text_freedoms(call)
    yield from (kept_fields()[name].freedom for name in refusable(call))


def _text_freedoms(call: Call) -> Iterator[str]:
    if any(
        call.fields[name] is None and not must_take_null(call, name) for name in own_fields() if name in call.fields
    ):
        yield "null-in-modify"
    for name in TEXTS:
        text = call.fields.get(name)
        if isinstance(text, str):
            if len(text) > body()["properties"][name]["x-keeps"]:
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


def is_odd_limit(limit: str) -> bool:
    """True if parsers may differ on the limit: it is not clearly a number, and not clearly a word."""
    return re.fullmatch(r"-?[0-9]{1,9}|[a-zA-Z]+", limit) is None
