"""Learns the limiter by reaching its limit, in two of the target's minutes: whose calls it counts, in which window."""

from __future__ import annotations

import re

from contract_tests.dialect.rules import Learned
from contract_tests.generators.session import Session
from contract_tests.http import operations
from contract_tests.http.client import MINUTE
from contract_tests.http.messages import Exchange, Json, Request

# Seconds of the clock's minute. The first call leaves a sliding window well after the clock's minute has begun anew.
FIRST, BURST, STILL, ANEW, FREED = 12, 35, 54, 66, 75
ASIDE = 10  # calls beside the burst, at most
PASSES = 45  # seconds; a longer retry-after is more than the rest of a minute: a block
LIST = operations.list_(limit=1)


class Limits:
    """Needs a client that does not pace itself. `limit` is the declared number of calls a minute. The settings that are
    learnt go into `found`."""

    def __init__(self, session: Session, limit: int, found: dict[str, Learned]) -> None:
        self.session = session
        self.limit = limit
        self.found = found
        self._minute = 0.0
        self._announced = False

    def run(self) -> None:
        """Raises TargetError."""
        self.session.client.rest(MINUTE + 1)
        now = self.session.target.clock.now()
        self._minute = now - now % MINUTE + (MINUTE if now % MINUTE > FIRST else 0)
        self._passes(LIST, at=FIRST)
        stopped = self._burst()
        if stopped is None:
            self._doubt(
                f"{self.limit + 1} calls in a minute were not refused", "per", "per_operation", "window", "block"
            )
            return
        self._headers("x-ratelimit-limit" in stopped.response.headers)
        self._who_is_counted()
        self._which_minute(stopped)

    def _headers(self, on_a_429: bool) -> None:
        if on_a_429 and not self._announced:
            self._doubt("only a 429 carries them", "headers")
        else:
            self._note("headers", "passed" if self._announced and not on_a_429 else on_a_429)

    def _burst(self) -> Exchange | None:
        """The first refused call of the burst, if any."""
        self._rest(BURST)
        for _ in range(self.limit + 1):
            exchange = self.session.client.send_once(LIST)
            if exchange.response.status == 429:
                return exchange
            self._announced = "x-ratelimit-limit" in exchange.response.headers
        return None

    def _who_is_counted(self) -> None:
        self._note("per_operation", self._passes(operations.retrieve("asst-contract-names-nothing")))
        stranger = not self._passes(operations.list_("nobody", limit=1))
        self._note("before_auth", stranger)
        if "sibling" in self.session.target.keys:
            self._by_what(stranger)

    def _by_what(self, stranger: bool) -> None:
        """Tries another key of the organization: if it passes, the limiter counts by key."""
        if self._passes(operations.list_("sibling", limit=1)):
            self._note("per", "key")
        elif stranger or (
            "foreign" in self.session.target.keys and not self._passes(operations.list_("foreign", limit=1))
        ):
            self._note("per", "ip")
        else:
            self._doubt("the organization's other key is refused too, and nobody else is", "per")

    def _which_minute(self, stopped: Exchange) -> None:
        """A fixed window lets calls pass when the clock's minute begins; a sliding window, a minute after each call."""
        if self._passes(LIST, at=STILL):
            self._doubt("it lets calls through before a minute is over", "window", "block")
        elif self._passes(LIST, at=ANEW):
            self._windowed("fixed")
        elif not self._passes(LIST, at=FREED):
            self._blocked(stopped)
        elif self._passes(LIST):
            self._doubt("it is a minute that begins with the first call", "window")
            self._note("block", 0)
        else:
            self._windowed("sliding")

    def _windowed(self, window: str) -> None:
        self._note("window", window)
        self._note("block", 0)

    def _blocked(self, stopped: Exchange) -> None:
        wait = stopped.response.headers.get("retry-after", "")
        seconds = int(wait) if re.fullmatch(r"\d{1,3}", wait) else 0
        self._doubt("a block hides it", "window")
        if seconds > PASSES and self._passes(LIST, at=BURST + seconds + 5):
            self._note("block", seconds)
        else:
            self._doubt(f"refused longer than a window would, and retry-after was {wait or 'absent'}", "block")

    def _passes(self, request: Request, at: float | None = None) -> bool:
        """True if the limiter does not refuse the call; another refusal does not count."""
        if at is not None:
            self._rest(at)
        exchange = self.session.client.send_once(request)
        self._announced = "x-ratelimit-limit" in exchange.response.headers
        return exchange.response.status != 429

    def _rest(self, second: float) -> None:
        """Waits until that second of the minute in which the probe began."""
        self.session.client.rest(max(0.0, self._minute + second - self.session.target.clock.now()))

    def _note(self, name: str, value: Json) -> None:
        self.found[f"limiter.{name}"] = Learned(value)

    def _doubt(self, why: str, *names: str) -> None:
        for name in names:
            self.found[f"limiter.{name}"] = Learned(doubt=why)
