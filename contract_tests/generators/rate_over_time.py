"""Judges the limiter over several minutes: calls that are spread, a second burst with refusals in it, and calls during
the wait. Takes about five minutes of the target's clock.
"""

from __future__ import annotations

from contract_tests.generators.rate_limit import QUIET, WHOLE_SECONDS, Burst, Probe
from contract_tests.http import operations
from contract_tests.http.client import MINUTE
from contract_tests.http.messages import Exchange
from contract_tests.http.operations import LIST
from contract_tests.requirements.findings import answer

OTHERS = 2  # refusals inside the second burst, which may count


class OverTime:
    """`probe` has judged one burst, and found a limiter that stops it at the declared limit."""

    def __init__(self, probe: Probe, victim: str) -> None:
        self.probe = probe
        self.limit = probe.limit
        self.session = probe.session
        self.findings = probe.findings
        self.victim = victim

    def run(self) -> None:
        if self._spread() and (stopped := self._burst_again()):
            self._wait_with_calls(stopped)

    def _list(self) -> Exchange:
        return self.probe.send(operations.list_(limit=1))

    def _spread(self) -> bool:
        """Half the limit in each minute never adds up. After such minutes nearly the other half passes at once."""
        rest, half = self.session.client.rest, self.limit // 2
        rest(QUIET)
        for number in range(self.limit + half - 1):
            exchange = self._list()
            if not exchange.response.accepted:
                self._too_early(exchange, f"{number} calls", "half the limit in each minute passes")
                return False
            if number < self.limit:
                rest(2 * MINUTE / self.limit)
        self.findings.hold("rate/not-early", LIST)
        return True

    def _too_early(self, stopped: Exchange, after: str, expected: str) -> None:
        actual = f"after {after}: {answer(stopped)}"
        self.findings.add_violation("rate/not-early", expected, actual, stopped, times=self.limit)

    def _burst_again(self) -> Exchange | None:
        """A second burst, with a 401 and a 404 in it, is stopped at the limit too. Returns the stopped call."""
        burst = self._burst(QUIET)
        if len(burst.passed) > self.limit:  # a fixed window began in the middle of the burst
            burst = self._burst(MINUTE + 13)
        if burst.stopped and len(burst.passed) < self.limit - OTHERS:
            self._too_early(burst.stopped, f"{len(burst.passed)} calls", "the limit passes in a second burst too")
            return None
        expected = f"429 past {self.limit} calls in a second burst, with a 401 and a 404 in it"
        right = len(burst.passed) <= self.limit
        last = burst.stopped or burst.passed[-1]
        self.findings.judge("rate/enforced", right, LIST, expected, f"{len(burst.passed)} calls passed", last)
        return burst.stopped if right else None

    def _burst(self, quiet: float) -> Burst:
        self.session.client.rest(quiet)
        burst = Burst()
        for number in range(2 * self.limit + 1):
            if number == self.limit // 2:
                self.probe.send(operations.list_("nobody"))
                self.probe.send(operations.retrieve(self.session.unknown_id(self.victim)))
            exchange = self._list()
            if exchange.response.status == 429:
                burst.stopped = exchange
                break
            burst.passed.append(exchange)
        return burst

    def _wait_with_calls(self, stopped: Exchange) -> None:
        """Calls that are refused in the middle of the wait do not make it longer."""
        wait = stopped.response.headers.get("retry-after", "")
        if not WHOLE_SECONDS.fullmatch(wait):
            return
        self.session.client.rest(int(wait) / 2)
        for _ in range(self.limit):
            if self._list().response.accepted:
                return
        self.session.client.rest(int(wait) / 2 + 0.5)
        passed = self._list()
        self.findings.judge(
            "rate/retry-after",
            passed.response.accepted,
            LIST,
            f"a call passes after {wait} s, though others were refused meanwhile",
            answer(passed),
            stopped,
            passed,
        )
