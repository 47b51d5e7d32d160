"""Wrong limiters: absent, too generous, too strict, split into several budgets, or with wrong answers."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from aiohttp import web

from contract_tests.http.operations import CREATE, DELETE, LIST, MODIFY, PATCH, RETRIEVE
from fake_server.domain.errors import TooManyRequests
from fake_server.domain.limiter import Limiter
from fake_server.fake import Answer, Call, Fake, Handler
from self_tests.wrong.wrong_server import OPERATIONS, RATE_LIMIT, around, handling, kind, raw, responding, wrong

ENFORCED, EARLY, SHARED = "rate/enforced", "rate/not-early", "rate/shared-by-all-operations"
NOTHING, ENVELOPE, RETRY = "rate/refused-changes-nothing", "rate/envelope", "rate/retry-after"


# --- enforced


@wrong(ENFORCED)
def there_is_no_limiter(fake: Fake) -> None:
    fake.limiter.limit = None


@wrong(ENFORCED, each=[25, 40, 200])
def the_limit_is_too_high(fake: Fake, limit: int) -> None:
    """Each of two processes has a counter, so the limit is 40."""
    fake.limiter.limit = limit


@wrong(ENFORCED, each=[500, 503])
def too_many_answers(fake: Fake, status: int) -> None:
    kind(fake, TooManyRequests, status=status)


@wrong(ENFORCED)
def the_window_is_ten_seconds(fake: Fake) -> None:
    fake.limiter.seconds = 10
    fake.limiter.limit = RATE_LIMIT * 6


# --- not-early


@wrong(EARLY, each=[10, 19])
def the_limit_is_too_low(fake: Fake, limit: int) -> None:
    fake.limiter.limit = limit


@wrong(EARLY)
def each_call_counts_twice(fake: Fake) -> None:
    """A middleware is installed twice."""
    around(fake.limiter, "count_call", lambda count, key: (count(key), count(key)))


@wrong(EARLY)
def once_refused_always_refused(fake: Fake) -> None:
    """A refused call counts too, or a block is never lifted."""
    fake.limiter.seconds = 10**6


@wrong(EARLY)
def an_hour_is_blocked_for_a_minute_used_up(fake: Fake) -> None:
    blocked: list[str] = []

    def take(old: Callable[[str], None], key: str) -> None:
        if key in blocked:
            raise TooManyRequests("Blocked.", headers={"retry-after": "60"})
        try:
            old(key)
        except TooManyRequests:
            blocked.append(key)
            raise

    around(fake.limiter, "count_call", take)


# --- shared-by-all-operations


Name = Callable[[Call, str], str | None]


def counting(fake: Fake, name: Name) -> Limiter:
    """Counts each call under the name that `name` gives it; a call with the name None is not counted."""
    limiter = Limiter(RATE_LIMIT, fake.limiter.seconds, fake.limiter.now)
    fake.limiter.limit = None
    for operation in OPERATIONS:
        handling(fake, partial(counted, limiter, name, operation), operation)
    return limiter


async def counted(limiter: Limiter, name: Name, operation: str, old: Handler, call: Call) -> Answer:
    counter = name(call, operation)
    if counter is not None:
        limiter.count_call(call.key.secret + counter)
    return await old(call)


@wrong(SHARED)
def one_counter_for_each_operation(fake: Fake) -> None:
    """Each handler has a decorator with a store of its own."""
    counting(fake, lambda _, operation: operation)


@wrong(SHARED)
def one_counter_for_reading_and_one_for_writing(fake: Fake) -> None:
    counting(fake, lambda _, operation: "read" if operation in (LIST, RETRIEVE) else "write")


@wrong(SHARED)
def one_counter_for_each_path(fake: Fake) -> None:
    counting(fake, lambda call, _: call.assistant)


@wrong(SHARED)
def one_counter_for_each_verb(fake: Fake) -> None:
    verbs = {LIST: "GET", RETRIEVE: "GET", CREATE: "POST", MODIFY: "POST", PATCH: "PATCH", DELETE: "DELETE"}
    counting(fake, lambda _, operation: verbs[operation])


@wrong(SHARED, each=[LIST, PATCH, DELETE])
def an_operation_that_does_not_count(fake: Fake, operation: str) -> None:
    counting(fake, lambda _, requested: None if requested == operation else "")


# --- refused-changes-nothing


@wrong(NOTHING, each=[CREATE, MODIFY, PATCH, DELETE])
def refused_but_done(fake: Fake, operation: str) -> None:
    """The limiter runs after the handler."""
    limiter = counting(fake, lambda _, requested: None if requested == operation else "")

    async def handle(old: Handler, call: Call) -> Answer:
        answer = await old(call)
        limiter.count_call(call.key.secret)
        return answer

    handling(fake, handle, operation)


# --- envelope

BODIES: dict[str, tuple[Any, ...]] = {
    "plain text": ("Too Many Requests", "text/plain"),
    "nothing": ("",),
    "message": ({"message": "Too many requests", "statusCode": 429},),
}


@wrong(ENVELOPE, each=BODIES)
def a_429_is(fake: Fake, what: str) -> None:
    def answer(response: web.Response) -> web.Response:
        other = raw(response, *BODIES[what])
        other.headers["retry-after"] = response.headers["retry-after"]
        return other

    responding(fake, answer, lambda _, status: status == 429)


# --- retry-after

WAITS: dict[str, Callable[[str], str | None]] = {
    "absent": lambda _: None,
    "0": lambda _: "0",
    "in milliseconds": lambda wait: f"{wait}000",
    "an hour": lambda _: "3600",
    "a fraction": lambda wait: f"{wait}.5",
    "a date": lambda _: "Sun, 23 Nov 2025 08:00:00 GMT",
    "far too early": lambda _: "1",
}


@wrong(RETRY, each=WAITS)
def retry_after_is(fake: Fake, what: str) -> None:
    def answer(response: web.Response) -> None:
        wait = WAITS[what](response.headers.popone("retry-after"))
        if wait is not None:
            response.headers["retry-after"] = wait

    responding(fake, answer, lambda _, status: status == 429)
