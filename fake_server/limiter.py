"""How often a caller may call: a window for each budget, by a name that the caller decides; knows only a clock."""

from collections import defaultdict, deque
from collections.abc import Callable
from math import ceil

from fake_server.errors import TooManyRequests


class Limiter:
    """`limit` calls in any `seconds` seconds for each budget, by the clock `now` (in seconds); no limit when None.

    What else may be set: a `fixed` window is the minutes of the clock; after `block` a budget that was used up begins
    anew, and until then all is refused; without `told` no answer says what is left. `per_address`, `per_operation` and
    `before_auth` say whose a budget is, and are heeded by whoever counts.
    """

    def __init__(self, limit: int | None, seconds: int, now: Callable[[], float]) -> None:
        self.limit = limit
        self.seconds = seconds
        self.now = now
        self.calls: defaultdict[str, deque[float]] = defaultdict(deque)
        self.blocked: dict[str, float] = {}
        self.fixed = self.per_address = self.per_operation = self.before_auth = False
        self.told = True
        self.block = 0

    def budget(self, key: str, address: str | None, operation: str) -> str:
        """The name of the budget that pays for such a call."""
        caller = f"address {address}" if self.per_address else key
        return f"{caller} {operation}" if self.per_operation else caller

    def take(self, budget: str) -> None:
        """Count a call, or raise TooManyRequests and count nothing (rate/enforced, rate/not-early)."""
        if self.limit is None:
            return
        if self.block:
            self.keep_out(budget, self.limit)
        calls = self.recent(budget)
        if len(calls) >= self.limit:
            raise self.refusal(self.wait(self.ends(calls[0])))
        calls.append(self.now())

    def keep_out(self, budget: str, limit: int) -> None:
        """Raise TooManyRequests for `block` seconds once the budget was used up."""
        if len(self.recent(budget)) >= limit:
            self.blocked[budget] = self.now() + self.block
            del self.calls[budget]
        if budget in self.blocked:
            if self.blocked[budget] > self.now():
                raise self.refusal(self.wait(self.blocked[budget]))
            del self.blocked[budget]

    def refusal(self, wait: int) -> TooManyRequests:
        message = f"More than {self.limit} requests in {self.seconds} s. Retry in {wait} s."
        return TooManyRequests(message, headers={"retry-after": str(wait)})

    def headers(self, budget: str) -> dict[str, str]:
        """What is left of it: calls at this moment, and seconds until all of them are there again."""
        if self.limit is None or not self.told or budget in self.blocked:
            return {}
        calls = self.recent(budget)
        return {
            "x-ratelimit-limit": str(self.limit),
            "x-ratelimit-remaining": str(self.limit - len(calls)),
            "x-ratelimit-reset": str(self.wait(self.ends(calls[-1])) if calls else 0),
        }

    def recent(self, budget: str) -> deque[float]:
        calls = self.calls[budget]
        while calls and self.ends(calls[0]) <= self.now():
            calls.popleft()
        return calls

    def ends(self, call: float) -> float:
        """When it counts no more."""
        return call // self.seconds * self.seconds + self.seconds if self.fixed else call + self.seconds

    def wait(self, until: float) -> int:
        """Whole seconds, within 1 to `seconds` even if the clock was set back (rate/retry-after)."""
        return min(self.seconds, max(1, ceil(until - self.now())))
