"""Wrong servers for transfer: content types with parameters, chunked bodies, and bodies of certain sizes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from contract_tests.http.operations import CREATE, MODIFY, PATCH
from fake_server.fake import Fake
from self_tests.wrong.wrong_server import error, instead, operation_of, reading_field, wrong


def kind(request: web.Request) -> str:
    return request.headers.get("Content-Type", "")


def parsed_as_nothing(fake: Fake, when: Callable[[web.Request], Any]) -> None:
    """Such requests are handled as if their body were `{}`."""
    without: set[int] = set()

    @web.middleware
    async def middleware(request: web.Request, handler: Callable[..., Awaitable[web.Response]]) -> web.Response:
        if when(request):
            without.add(1)
        try:
            return await handler(request)
        finally:
            without.clear()

    fake.middlewares.append(middleware)
    strict = fake.parse_body
    fake.parse_body = lambda body, given: {} if without else strict(body, given)


def is_chunked(request: web.Request) -> bool:
    return "chunked" in request.headers.get("Transfer-Encoding", "")


@wrong("modify/seen-everywhere", each=[MODIFY, PATCH])
def a_body_of_a_type_with_a_charset_is_not_read_by(fake: Fake, operation: str) -> None:
    """The parser is installed for the exact type."""
    parsed_as_nothing(fake, lambda request: "charset" in kind(request) and operation_of(request) == operation)


@wrong("errors/never-5xx", each=[CREATE, MODIFY, PATCH])
def a_type_with_a_charset_crashes(fake: Fake, operation: str) -> None:
    instead(fake, lambda request: "charset" in kind(request) and operation_of(request) == operation, 500, {})


@wrong("modify/seen-everywhere", "modify/post-and-patch-alike", each=[MODIFY, PATCH])
def a_chunked_body_is_not_read_by(fake: Fake, operation: str) -> None:
    """The length of the body is taken from Content-Length."""
    parsed_as_nothing(fake, lambda request: is_chunked(request) and operation_of(request) == operation)


@wrong("create/keeps-what-it-is-given")
def a_chunked_create_is_refused(fake: Fake) -> None:
    instead(fake, lambda request: is_chunked(request) and operation_of(request) == CREATE, 400, error())


@wrong("modify/partial", "modify/post-and-patch-alike", each=[MODIFY, PATCH])
def a_chunked_modify_is_refused(fake: Fake, operation: str) -> None:
    instead(fake, lambda request: is_chunked(request) and operation_of(request) == operation, 400, error())


@wrong("errors/never-5xx")
def a_chunked_body_crashes(fake: Fake) -> None:
    instead(fake, is_chunked, 500, {})


# --- sizes


def has_size(sizes: set[int]) -> Callable[[web.Request], bool]:
    return lambda request: int(request.headers.get("Content-Length", "0")) in sizes


SIZES = {f"2^{power} and {offset}": 2**power + offset for power in (10, 12, 14, 16) for offset in (-1, 0, 1)}


@wrong("errors/never-5xx", each=[f"a size that crashes: {each}" for each in SIZES])
def a_body_has(fake: Fake, what: str) -> None:
    """A buffer has just this size."""
    instead(fake, has_size({SIZES[what.partition(": ")[2]]}), 500, {})


@wrong("create/keeps-what-it-is-given", each=[8_192, 9_000, 9_900])
def instructions_are_cut_at(fake: Fake, length: int) -> None:
    reading_field(fake, "instructions", str, lambda text: text[:length])


@wrong("create/keeps-what-it-is-given", each=[16_384, 32_767])
def instructions_are_cut_at_bytes(fake: Fake, length: int) -> None:
    reading_field(fake, "instructions", str, lambda text: text.encode()[:length].decode(errors="ignore"))
