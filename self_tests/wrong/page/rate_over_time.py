"""Wrong limiters that show over several minutes: they forget too much or too little, or count what they refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fake_server.domain.errors import TooManyRequests
from fake_server.fake import Fake
from self_tests.wrong.wrong_server import RATE_LIMIT, around, responding, wrong

ENFORCED, EARLY, RETRY = "rate/enforced", "rate/not-early", "rate/retry-after"
Count = Callable[[str], None]


def counting_instead(fake: Fake, count: Count) -> None:
    around(fake.limiter, "count_call", lambda _, key: count(key))


@wrong(EARLY)
def only_an_idle_minute_resets_the_counter(fake: Fake) -> None:
    """Each call sets the expiry of the counter anew, as INCR and EXPIRE do if nobody looks at the first call."""
    seen: dict[str, tuple[int, float]] = {}

    def count(key: str) -> None:
        now = fake.limiter.now()
        number, last = seen.get(key, (0, -1e9))
        number = 0 if now - last >= 60 else number
        if number >= RATE_LIMIT:
            raise TooManyRequests("Too many.", headers={"retry-after": str(60 - int(now - last))})
        seen[key] = (number + 1, now)

    counting_instead(fake, count)


@wrong(EARLY)
def after_sixty_calls_the_key_is_used_up(fake: Fake) -> None:
    """A budget of the hour stands behind the budget of the minute."""
    used: list[str] = []

    def count(old: Count, key: str) -> None:
        old(key)
        used.append(key)
        if used.count(key) > 60:
            raise TooManyRequests("Too many.", headers={"retry-after": "60"})

    around(fake.limiter, "count_call", count)


def on_status(fake: Fake, status: int, act: Callable[[], Any]) -> None:
    responding(fake, lambda _: act(), lambda _, answered: answered == status)


@wrong(ENFORCED, each=[401, 404])
def the_counter_is_reset_by_a(fake: Fake, status: int) -> None:
    """The middleware for errors rolls back all that the request has written, the counter included."""
    on_status(fake, status, fake.limiter.forget_all)


@wrong(EARLY, each=[401, 404])
def the_client_is_blocked_for_a_minute_by_a(fake: Fake, status: int) -> None:
    until = [-1e9]

    def count(old: Count, key: str) -> None:
        if fake.limiter.now() < until[0]:
            raise TooManyRequests("Blocked.", headers={"retry-after": "60"})
        old(key)

    def block() -> None:
        until[0] = fake.limiter.now() + 60

    around(fake.limiter, "count_call", count)
    on_status(fake, status, block)


@wrong(EARLY)
def a_404_counts_ten_times(fake: Fake) -> None:
    """Scanners of ids are slowed down."""

    def punish() -> None:
        for calls in fake.limiter.calls.values():
            calls.extend([fake.limiter.now()] * 9)

    on_status(fake, 404, punish)


def once_refused(fake: Fake, later: Callable[[Count, str], None]) -> None:
    """From a minute after the first refusal on, `later` counts the calls."""
    refused: list[float] = []

    def count(old: Count, key: str) -> None:
        if refused and fake.limiter.now() - refused[0] >= 60:
            return later(old, key)
        try:
            old(key)
        except TooManyRequests:
            refused.append(fake.limiter.now())
            raise

    around(fake.limiter, "count_call", count)


@wrong(ENFORCED)
def the_limiter_limits_once(fake: Fake) -> None:
    """After its first refusal the timer is never started again."""
    once_refused(fake, lambda *_: None)


@wrong(EARLY)
def after_a_refusal_the_limit_is_halved(fake: Fake) -> None:
    """A client that reaches the limit is on probation."""

    def halve(old: Count, key: str) -> None:
        fake.limiter.limit = RATE_LIMIT // 2
        old(key)

    once_refused(fake, halve)


@wrong(RETRY)
def a_refused_call_counts(fake: Fake) -> None:
    def count(old: Count, key: str) -> None:
        try:
            old(key)
        except TooManyRequests:
            fake.limiter.calls[key].append(fake.limiter.now())
            raise

    around(fake.limiter, "count_call", count)


@wrong(RETRY)
def a_refused_call_begins_the_block_anew(fake: Fake) -> None:
    until = [-1e9]

    def count(old: Count, key: str) -> None:
        now = fake.limiter.now()
        if now < until[0]:
            until[0] = now + 60
            raise TooManyRequests("Blocked.", headers={"retry-after": "60"})
        try:
            old(key)
        except TooManyRequests:
            until[0] = now + 60
            raise

    around(fake.limiter, "count_call", count)
