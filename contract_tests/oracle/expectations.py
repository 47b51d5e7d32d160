"""The meaning of a request, and the answers that the contract allows for it; written by hand from the contract.

This module does not know the contents of the server: `oracle` adds them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from urllib.parse import unquote

from contract_tests.http import editions, operations
from contract_tests.http.credentials import INVALID
from contract_tests.http.messages import Odd, Request, parse
from contract_tests.http.openapi import page_limit, required_fields
from contract_tests.http.operations import CREATE, LIST, MODIFIES
from contract_tests.oracle.calls import TEXTS, Call
from contract_tests.oracle.freedoms import freedoms, is_odd_limit
from contract_tests.oracle.kept_values import limit_faults

READ = 256  # remembered calls: a list is read again and again, and `compare` reads each call several times
# The methods that every HTTP server knows. It may refuse another with 400 or 501 before it looks at the URL.
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
# With these headers a client asks HTTP for another answer. Then 304, 206, 406 and 417 are right.
NEGOTIATING = {"accept", "accept-encoding", "expect", "range", "if-none-match"}


@dataclass(frozen=True)
class Demand:
    """A refusal that the contract demands. `effect` is the requirement that is violated if the refused call has an
    effect. `bad_input` is true if the body or the query is at fault: a refusal with another status than 400 is then a
    violation of errors/bad-input-is-400 alone. The refusal does not prove the requirement if the call would be refused
    without it, too.
    """

    requirement: str
    statuses: frozenset[int]
    effect: str
    bad_input: bool = False
    proves: bool = True


def parse_call(request: Request) -> Call:
    """The call that a request makes. Nobody changes a call, so callers share it."""
    return _read(editions.chosen(), request)


@lru_cache(READ)
def _read(_: str, request: Request) -> Call:
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
    return replace(call, free=frozenset(freedoms(call, request)))


def negotiates(request: Request) -> bool:
    """True if HTTP's own rules decide the answer."""
    return request.method == "HEAD" or any(name.lower() in NEGOTIATING for name, _ in request.headers)


def _unclear(request: Request) -> bool:
    decoded = [unquote(segment) for segment in request.path.partition("?")[0].split("/")]
    return negotiates(request) or any(segment in ("", ".", "..") or "/" in segment for segment in decoded[1:])


def demands(call: Call) -> list[Demand]:
    """The refusals that the request itself requires, independent of the contents of the server."""
    found = list(_key_demands(call))
    if call.operation:
        found += [*_body_demands(call), *_query_demands(call)]
    return found


def _demand(requirement: str, status: int, effect: str = "") -> Demand:
    return Demand(requirement, frozenset({status}), effect or requirement, bad_input=status == 400)


WITHOUT_A_GOOD_KEY = {
    **dict.fromkeys(INVALID, "auth/unknown-key-refused"),
    "nobody": "auth/missing-key-refused",
    **dict.fromkeys(("basic", "bare", "token"), "auth/other-scheme-refused"),
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
        yield from _field_demands(call, creates)


# page, Create an assistant: "name | string | Yes", "instructions | string | No"
def _field_demands(call: Call, creates: bool) -> Iterator[Demand]:
    missing = [name for name in required_fields() if call.fields.get(name) is None]
    for name in missing if creates else ():
        yield _demand(required_fields()[name], 400)
    for requirement in limit_faults(call):
        yield _demand(requirement, 400, effect=requirement if creates else "modify/bad-body-changes-nothing")
    for name, requirement in zip(TEXTS, ("create/name-is-text", "create/instructions-are-text"), strict=True):
        if not isinstance(call.fields.get(name), str | None):
            yield _demand(requirement if creates else "modify/bad-body-changes-nothing", 400)


def _query_demands(call: Call) -> Iterator[Demand]:
    limit, allowed = call.limit, page_limit()
    within = limit.isdigit() and allowed.minimum <= int(limit[:9]) <= allowed.maximum
    doubled = len(call.query) != len(call.parameters)
    if call.operation == LIST and not within and not doubled and not is_odd_limit(limit):
        yield _demand("list/bad-limit-refused", 400)
