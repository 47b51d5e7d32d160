"""The rate limiter: it counts the calls of each caller in a sliding or fixed window. It knows only a clock."""

from collections import defaultdict, deque
from collections.abc import Callable, Collection, Sequence
from math import ceil
from typing import Any, NamedTuple

from fake_server.domain.assistants import Key
from fake_server.domain.errors import TooManyRequests


class State(NamedTuple):
    """The limit, the used and the remaining calls, and the seconds until all calls are available again."""

    limit: int | None
    used: int
    left: int | None
    reset: int


class Limiter:
    """Allows each caller `limit` calls in `seconds` seconds (None: no limit), by the clock `now` (in seconds).

    `organization_limits` override the limit, and `owner` gives the organization of a key. With `fixed` a window starts
    with each minute of the clock. A refused caller stays refused for at least `block` seconds. `per` names the callers
    for people, and `advice` ends the message of a refusal.
    """

    def __init__(self, limit: int | None, seconds: int, now: Callable[[], float]) -> None:
        self.limit = limit
        self.seconds = seconds
        self.now = now
        self.calls: defaultdict[str, deque[float]] = defaultdict(deque)
        self.organization_limits: dict[str, int | None] = {}
        self.owner: Callable[[str], str] = str
        self.fixed = False
        self.block = 0
        self.blocked: dict[str, float] = {}
        self.per = "key"
        self.advice = "Start the fake with --rate-limit off to remove the limit."

    def _limit_of(self, key: str) -> int | None:
        return self.organization_limits.get(self.owner(key), self.limit) if self.organization_limits else self.limit

    def describe(self, limit: int | None) -> str:
        """`limit` for people, such as "20 requests a minute per key"."""
        if limit is None:
            return "no limit of requests"
        span = "a minute" if self.seconds == 60 else f"in {self.seconds} s"
        return f"{limit} {'request' if limit == 1 else 'requests'} {span} per {self.per}"

    def count_call(self, key: str) -> None:
        """Count a call, or raise TooManyRequests and count nothing (rate/enforced, rate/not-early)."""
        limit = self._limit_of(key)
        if limit is None:
            return
        now = self.now()
        calls = self._recent_calls(key, now)
        if self.block or len(calls) >= limit:
            self._check_wait(key, calls, limit, now)
        calls.append(self._counted_at(now))

    def _check_wait(self, key: str, calls: Sequence[float], limit: int, now: float) -> None:
        """Raises TooManyRequests if the key has used up its limit, or is blocked."""
        wait = self._seconds_until_free(calls[-limit], now) if len(calls) >= limit else 0
        if self.block:
            wait = self._wait_in_block(key, wait, now)
        if wait:
            message = f"The limit is {self.describe(limit)}. Retry in {wait} s."
            message += f" The service has this limit too. {self.advice}"
            raise TooManyRequests(message, headers={"retry-after": str(wait)})

    def _counted_at(self, now: float) -> float:
        """In a fixed window every call gets the time at which the window started."""
        return now - now % self.seconds if self.fixed else now

    def _wait_in_block(self, key: str, wait: int, now: float) -> int:
        """The whole seconds to wait, if a limiter without a block would need `wait` seconds. May start a block."""
        until, latest = self.blocked.get(key, now), now + max(self.block, self.seconds)
        if until > latest:  # the clock was set back
            until = self.blocked[key] = latest
        if wait and until <= now:
            until = self.blocked[key] = now + max(self.block, wait)
        return max(0, min(self.seconds, ceil(until - now)))

    def forget(self, keys: Collection[str]) -> None:
        """Forget the calls of these keys, also if each operation has its own budget."""
        for spent in (self.calls, self.blocked):
            for caller in [each for each in spent if each.partition(" ")[0] in keys]:
                del spent[caller]

    def forget_all(self) -> None:
        self.calls.clear()
        self.blocked.clear()

    def state(self, key: str) -> State:
        return State(*self._numbers(key))

    def headers(self, key: str) -> dict[str, str]:
        limit, _, left, reset = self._numbers(key)
        if limit is None:
            return {}
        return {"x-ratelimit-limit": str(limit), "x-ratelimit-remaining": str(left), "x-ratelimit-reset": str(reset)}

    def _numbers(self, key: str) -> tuple[int | None, int, int | None, int]:
        """The parts of the state. Every answer needs them, and a named tuple takes ten times as long to create."""
        limit, now = self._limit_of(key), self.now()
        calls = self._recent_calls(key, now)
        # More calls than `limit` are possible if the limit was lowered.
        left = None if limit is None else max(0, limit - len(calls))
        reset = self._seconds_until_free(calls[-1], now) if calls else 0
        if self.block and (blocked := self._wait_in_block(key, 0, now)):
            left, reset = 0, max(reset, blocked)
        return limit, len(calls), left, reset

    def _recent_calls(self, key: str, now: float) -> deque[float]:
        calls = self.calls[key]
        if calls and calls[-1] > now:
            # The clock was set back. Calls of the future count as calls of this moment, so that a minute frees them.
            calls = self.calls[key] = deque(min(call, self._counted_at(now)) for call in calls)
        while calls and calls[0] + self.seconds <= now:
            calls.popleft()
        return calls

    def _seconds_until_free(self, call: float, now: float) -> int:
        """Whole seconds from 1 to `seconds`, even if the clock was set back (rate/retry-after)."""
        return min(self.seconds, max(1, ceil(call + self.seconds - now)))


def by_key(_request: object, _operation: object, key: Key) -> str:
    return key.secret


def by_address(request: Any, *_: object) -> str:
    """`request` is aiohttp's."""
    return request.remote or ""
