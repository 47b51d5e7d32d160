"""How often a caller may call: a window for each, sliding or fixed; knows only a clock."""

from collections import defaultdict, deque
from collections.abc import Callable
from math import ceil
from typing import Any, NamedTuple

from fake_server.domain.assistants import Key
from fake_server.domain.errors import TooManyRequests


class State(NamedTuple):
    """The limit, the calls used and left of it at this moment, and seconds until all of them are there again."""

    limit: int | None
    used: int
    left: int | None
    reset: int


class Limiter:
    """`limit` calls in any `seconds` seconds for each key, by the clock `now` (in seconds); no limit when None.

    `own` are the limits of organizations that have one of their own, `owner` names a key's organization, and `lift` is
    what a refused caller is told to do about the limit. With `fixed` a window begins when the clock's minute does. Who
    is refused stays so for at least `block` seconds.
    """

    def __init__(self, limit: int | None, seconds: int, now: Callable[[], float]) -> None:
        self.limit = limit
        self.seconds = seconds
        self.now = now
        self.calls: defaultdict[str, deque[float]] = defaultdict(deque)
        self.own: dict[str, int | None] = {}
        self.owner: Callable[[str], str] = str
        self.fixed = False
        self.block = 0
        self.blocked: dict[str, float] = {}
        self.lift = "Start the fake with --rate-limit off to lift it."

    def limit_of(self, key: str) -> int | None:
        return self.own.get(self.owner(key), self.limit) if self.own else self.limit

    def take(self, key: str) -> None:
        """Count a call, or raise TooManyRequests and count nothing (rate/enforced, rate/not-early)."""
        limit = self.limit_of(key)
        if limit is None:
            return
        now = self.now()
        calls = self.recent(key, now)
        wait = self.until_free(calls[-limit], now) if len(calls) >= limit else 0
        if self.block:
            wait = self.in_block(key, wait, now)
        if wait:
            message = f"More than {limit} requests in {self.seconds} s. Retry in {wait} s."
            message += f" This is the fake's own limit, as the service has it. {self.lift}"
            raise TooManyRequests(message, headers={"retry-after": str(wait)})
        # In a fixed window each call counts as its first did.
        calls.append(now - now % self.seconds if self.fixed else now)

    def in_block(self, key: str, wait: int, now: float) -> int:
        """How long to wait, in whole seconds, for who would have to wait so long without a block; begins one."""
        if wait and self.blocked.get(key, now) <= now:
            self.blocked[key] = now + max(self.block, wait)
        return max(0, min(self.seconds, ceil(self.blocked.get(key, now) - now)))

    def forget(self, key: str) -> None:
        """What the key has used, be it for one operation."""
        for spent in (self.calls, self.blocked):
            for caller in [each for each in spent if each.partition(" ")[0] == key]:
                del spent[caller]

    def forget_all(self) -> None:
        self.calls.clear()
        self.blocked.clear()

    def state(self, key: str) -> State:
        limit, now = self.limit_of(key), self.now()
        calls = self.recent(key, now)
        # A limit that was lowered may have been passed before.
        left = None if limit is None else max(0, limit - len(calls))
        reset = self.until_free(calls[-1], now) if calls else 0
        if self.block and (blocked := self.in_block(key, 0, now)):
            left, reset = 0, max(reset, blocked)
        return State(limit, len(calls), left, reset)

    def headers(self, key: str) -> dict[str, str]:
        limit, _, left, reset = self.state(key)
        if limit is None:
            return {}
        return {"x-ratelimit-limit": str(limit), "x-ratelimit-remaining": str(left), "x-ratelimit-reset": str(reset)}

    def recent(self, key: str, now: float) -> deque[float]:
        calls = self.calls[key]
        while calls and calls[0] + self.seconds <= now:
            calls.popleft()
        return calls

    def until_free(self, call: float, now: float) -> int:
        """Whole seconds, within 1 to `seconds` even if the clock was set back (rate/retry-after)."""
        return min(self.seconds, max(1, ceil(call + self.seconds - now)))


def by_key(_request: object, _operation: object, key: Key) -> str:
    return key.secret


def by_address(request: Any, *_: object) -> str:
    """Of aiohttp's request."""
    return request.remote or ""
