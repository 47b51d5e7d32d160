"""Learns the choices of the limiter by reaching its limit: its window, and the calls that count together.

This takes two minutes of the target's clock.
"""

from __future__ import annotations

import re

from contract_tests.dialect.rules import Learned
from contract_tests.generators.session import Session
from contract_tests.http import operations
from contract_tests.http.client import MINUTE
from contract_tests.http.messages import Exchange, Json, Request
from contract_tests.http.openapi import id_prefixes

# Seconds of the clock's minute. A sliding window forgets the first call well after the next minute has begun.
FIRST, BURST, STILL, ANEW, FREED = 12, 35, 54, 66, 75
ASIDE = 10  # the most calls beside the burst
PASSES = 45  # seconds; a longer retry-after cannot be the rest of a minute, so it means a block
LIST = operations.list_(limit=1)


class Limits:
    """Needs a client that does not pace itself. `limit` is the declared number of calls a minute. The learned settings
    go into `found`."""

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
        self._learn_scope()
        self._learn_window(stopped)

    def _headers(self, on_a_429: bool) -> None:
        if on_a_429 and not self._announced:
            self._doubt("only a 429 has the headers", "headers")
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

    def _learn_scope(self) -> None:
        self._note("per_operation", self._passes(operations.retrieve(f"{id_prefixes()[0]}contract-names-nothing")))
        stranger = not self._passes(operations.list_("nobody", limit=1))
        self._note("before_auth", stranger)
        if "sibling" in self.session.target.keys:
            self._learn_caller(stranger)

    def _learn_caller(self, stranger: bool) -> None:
        """Tries another key of the organization: if it passes, the limiter counts by key."""
        if self._passes(operations.list_("sibling", limit=1)):
            self._note("per", "key")
        elif stranger or (
            "foreign" in self.session.target.keys and not self._passes(operations.list_("foreign", limit=1))
        ):
            self._note("per", "ip")
        else:
            self._doubt("the organization's other key is refused too, and no other caller is", "per")

    def _learn_window(self, stopped: Exchange) -> None:
        """A fixed window lets calls pass when the clock's minute begins; a sliding window, a minute after each call."""
        if self._passes(LIST, at=STILL):
            self._doubt("calls pass before a minute is over", "window", "block")
        elif self._passes(LIST, at=ANEW):
            self._note_window("fixed")
        elif not self._passes(LIST, at=FREED):
            self._learn_block(stopped)
        elif self._passes(LIST):
            self._doubt("the window is a minute that begins with the first call", "window")
            self._note("block", 0)
        else:
            self._note_window("sliding")

    def _note_window(self, window: str) -> None:
        self._note("window", window)
        self._note("block", 0)

    def _learn_block(self, stopped: Exchange) -> None:
        wait = stopped.response.headers.get("retry-after", "")
        seconds = int(wait) if re.fullmatch(r"\d{1,3}", wait) else 0
        self._doubt("a block hides the window", "window")
        if seconds > PASSES and self._passes(LIST, at=BURST + seconds + 5):
            self._note("block", seconds)
        else:
            self._doubt(f"calls are refused for longer than a window, and retry-after was {wait or 'absent'}", "block")

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
