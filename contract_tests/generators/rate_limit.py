"""Judges the limiter by reaching its limit: a quiet minute, a burst past the declared limit, then the wait that the
limiter asks for."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import cycle, islice

from contract_tests.generators.session import Session
from contract_tests.http import operations
from contract_tests.http.client import MINUTE
from contract_tests.http.messages import Exchange, Request
from contract_tests.http.operations import LIST, OPERATIONS
from contract_tests.oracle.expectations import parse_call
from contract_tests.requirements.findings import answer

QUIET = MINUTE + 1
WHOLE_SECONDS = re.compile("[1-9]|[1-5][0-9]|60")
SHIFTED = (MINUTE + 13, MINUTE + 29)  # seconds before another burst, so that it begins elsewhere in a fixed window


@dataclass
class Burst:
    """The calls of a burst that passed, and the first that did not pass, if any."""

    passed: list[Exchange] = field(default_factory=list)
    stopped: Exchange | None = None


class Probe:
    """Needs a client that does not pace itself. `limit` is the declared number of calls a minute."""

    def __init__(self, session: Session, limit: int) -> None:
        self.session = session
        self.limit = limit
        self.findings = session.oracle.findings

    def run(self) -> str:
        """Needs two minutes of the target's clock; more if too many calls pass, or if no call passes after the wait.

        Returns the assistant of the burst; "" if the limiter has not stopped the burst at the limit.
        """
        victim = self.session.create_assistant()
        self.session.retrieve(victim)
        burst = self._burst(victim, QUIET)
        if self._early(burst):
            return ""
        for quiet in SHIFTED:
            if len(burst.passed) > self.limit:
                again = self._burst(victim, quiet)
                burst = again if len(again.passed) <= len(burst.passed) else burst
        if not self._enforced(burst, victim) or not burst.stopped:
            return ""
        self._refused(burst.stopped, victim)
        return victim if self._recovers(burst.stopped, victim) else ""

    def _burst(self, victim: str, quiet: float) -> Burst:
        """After a quiet minute, calls of every kind until one does not pass; at most twice the limit."""
        self.session.client.rest(quiet)
        burst = Burst()
        for request in self._mixed(victim, 2 * self.limit + 1):
            exchange = self.send(request)
            if not exchange.response.accepted:
                burst.stopped = exchange
                break
            burst.passed.append(exchange)
        return burst

    def _mixed(self, victim: str, number: int) -> list[Request]:
        kinds: list[Callable[[], Request]] = [
            lambda: operations.list_(limit=1),
            lambda: operations.retrieve(victim),
            lambda: operations.modify(victim, {"name": self.session.unique_text("burst")}),
            lambda: operations.create({"name": self.session.unique_text("burst")}),
            lambda: operations.patch(victim, {"name": self.session.unique_text("burst")}),
        ]
        return [kind() for kind in islice(cycle(kinds), number)]

    def send(self, request: Request) -> Exchange:
        """Sends a call at once. The oracle sees the answer unless it is a 429."""
        exchange = self.session.client.send_once(self.session.adapt(request))
        if exchange.response.status != 429:
            self.session.oracle.observe(exchange)
        return exchange

    def _early(self, burst: Burst) -> bool:
        if burst.stopped and len(burst.passed) < self.limit:
            self.findings.add_violation(
                "rate/not-early",
                f"{self.limit} calls pass after a quiet minute",
                f"call {len(burst.passed) + 1}: {answer(burst.stopped)}",
                burst.stopped,
                times=len(burst.passed) + 1,
            )
            return True
        self.findings.hold("rate/not-early", LIST)
        return False

    # page, Rate limits: "20 req/min across all assistant endpoints (default tier)"
    def _enforced(self, burst: Burst, victim: str) -> bool:
        """True if one limiter stops the burst at the declared limit."""
        last = burst.stopped or burst.passed[-1]
        expected, number = f"429 past {self.limit} calls in a minute", len(burst.passed)
        if burst.stopped and last.response.status != 429:
            self.findings.add_violation("rate/enforced", expected, answer(last), last, times=number + 1)
            return False
        if number <= self.limit:
            self.findings.hold("rate/enforced", LIST)
            return True
        if apart := self._counted_apart(burst, victim):
            self.findings.hold("rate/enforced", LIST)
            self.findings.add_violation(
                "rate/shared-by-all-operations",
                f"429 past {self.limit} calls of all kinds together",
                f"{number} passed; one kind is refused while another is not: {answer(apart)}",
                apart,
                times=self.limit + 1,
            )
        else:
            self.findings.add_violation("rate/enforced", expected, f"{number} calls passed", last, times=number)
        return False

    def _counted_apart(self, burst: Burst, victim: str) -> Exchange | None:
        """A call that shows that operations are counted apart: it passes while another is refused, or the reverse."""
        if burst.stopped:
            others = (self.send(request) for request in self._mixed(victim, 5))
            return next((other for other in others if other.response.accepted), None)
        alone = (self.send(operations.list_(limit=1)) for _ in range(self.limit + 1))
        return next((each for each in alone if each.response.status == 429), None)

    def _refused(self, stopped: Exchange, victim: str) -> None:
        """Checks that after one refusal every operation is refused, with the error envelope."""
        mark, refused = self.session.unique_text("past the limit"), 0
        self._envelope(stopped)
        for request in operations.every_operation(victim, mark):
            exchange = self.send(request)
            if exchange.response.status == 429:
                self._envelope(exchange)
                self.session.oracle.refused_by_limiter(exchange)
                refused += 1
            elif self.send(stopped.request).response.status == 429:
                self.findings.add_violation(
                    "rate/shared-by-all-operations",
                    "429 for every operation",
                    f"{stopped.request.method} is refused, and this is not: {answer(exchange)}",
                    exchange,
                    times=1,
                )
                return
        if refused == len(OPERATIONS):
            self.findings.hold("rate/shared-by-all-operations", LIST)

    def _envelope(self, exchange: Exchange) -> None:
        call = parse_call(exchange.request)
        self.session.oracle.errors.envelope(exchange, call)
        wait = exchange.response.headers.get("retry-after", "(none)")
        if not WHOLE_SECONDS.fullmatch(wait):
            self.findings.add_violation(
                "rate/retry-after",
                "retry-after: whole seconds, 1 to 60",
                f"retry-after: {wait}",
                exchange,
                times=self.limit + 1,
            )

    def _recovers(self, stopped: Exchange, victim: str) -> bool:
        """Checks that a call passes after the announced wait, and that the refused calls changed nothing. True if a
        call has passed.
        """
        if not self._after_the_wait(stopped):
            self.session.client.rest(QUIET)
            passed = self.send(operations.list_(limit=1))
            self.findings.judge(
                "rate/not-early",
                passed.response.accepted,
                LIST,
                "a call passes after a quiet minute",
                answer(passed),
                stopped,
                passed,
            )
            if not passed.response.accepted:
                return False
        self.session.retrieve(victim)
        self.session.walk()
        return True

    def _after_the_wait(self, stopped: Exchange) -> bool:
        wait = stopped.response.headers.get("retry-after", "")
        if not WHOLE_SECONDS.fullmatch(wait):
            return False
        self.session.client.rest(int(wait) + 0.5)
        passed = self.send(operations.list_(limit=1))
        return self.findings.judge(
            "rate/retry-after",
            passed.response.accepted,
            LIST,
            f"a call passes after {wait} s",
            answer(passed),
            stopped,
            passed,
        )
