"""How often a key may call: a sliding window for each key; knows only a clock."""

from collections import defaultdict, deque
from collections.abc import Callable
from math import ceil

from fake_server.errors import TooManyRequests


class Limiter:
    """`limit` calls in any `seconds` seconds for each key, by the clock `now` (in seconds); no limit when None."""

    def __init__(self, limit: int | None, seconds: int, now: Callable[[], float]) -> None:
        self.limit = limit
        self.seconds = seconds
        self.now = now
        self.calls: defaultdict[str, deque[float]] = defaultdict(deque)

    def take(self, key: str) -> None:
        """Count a call, or raise TooManyRequests and count nothing (rate/enforced, rate/not-early)."""
        if self.limit is None:
            return
        calls = self.recent(key)
        if len(calls) >= self.limit:
            wait = self.until_free(calls[0])
            message = f"More than {self.limit} requests in {self.seconds} s. Retry in {wait} s."
            raise TooManyRequests(message, headers={"retry-after": str(wait)})
        calls.append(self.now())

    def headers(self, key: str) -> dict[str, str]:
        """What the key has left: calls at this moment, and seconds until all of them are there again."""
        if self.limit is None:
            return {}
        calls = self.recent(key)
        return {
            "x-ratelimit-limit": str(self.limit),
            "x-ratelimit-remaining": str(self.limit - len(calls)),
            "x-ratelimit-reset": str(self.until_free(calls[-1]) if calls else 0),
        }

    def recent(self, key: str) -> deque[float]:
        calls = self.calls[key]
        while calls and calls[0] + self.seconds <= self.now():
            calls.popleft()
        return calls

    def until_free(self, call: float) -> int:
        """Whole seconds, within 1 to `seconds` even if the clock was set back (rate/retry-after)."""
        return min(self.seconds, max(1, ceil(call + self.seconds - self.now())))
