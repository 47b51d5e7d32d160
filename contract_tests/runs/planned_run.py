"""The planned run, beside real data: only planned requests, a walk before and a walk after, and a ledger of creates."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from secrets import token_hex
from typing import Protocol

from contract_tests.generators.rate_limit import Probe
from contract_tests.generators.session import BlockedError, Session
from contract_tests.http.client import Client
from contract_tests.http.guard import Guard
from contract_tests.http.ledger import Ledger, place
from contract_tests.http.messages import Exchange
from contract_tests.http.openapi import page_limit
from contract_tests.http.target import Target, TargetError
from contract_tests.oracle.oracle import Oracle
from contract_tests.profiles.fixtures import Fixtures
from contract_tests.profiles.plan import JUDGING, READ_ONLY, Plan
from contract_tests.requirements.findings import Findings
from contract_tests.runs.cleanup import remove
from contract_tests.runs.opening import check_declared, check_keys, check_service, open_lists
from contract_tests.runs.result import Progress, Result
from contract_tests.runs.stage import perform, stage


class LimiterProbe(Protocol):
    """Tries the limiter on a client that does not pace itself."""

    def run(self) -> object: ...


class PlannedRun:
    """One run of a plan. `result` is filled during the run, so a run that is cut short has one too.

    No other run has the same tag, so two runs at the same time do not change each other's assistants. `ledger` is a new
    file, or a folder for one.
    """

    def __init__(
        self,
        target: Target,
        plan: Plan,
        seed: int,
        chosen: Callable[[str], bool],
        ledger: Path,
        progress: Progress = lambda *_: None,
        watch: Callable[[Exchange], None] = lambda _: None,
        probe: Callable[[Session, int], LimiterProbe] = Probe,
    ) -> None:
        self.target = target
        self.plan = plan
        self.chosen = chosen
        self.progress = progress
        self.watch = watch
        self.probe = probe
        self.result = Result(target, planned=plan.requests)
        self._findings = Findings()
        self._tag = f"contract-{seed}-{token_hex(3)}"
        self._guard = Guard(target, self._tag, plan.asks_self)
        self._path = place(ledger, self._tag)
        self._ledger: Ledger | None = None

    def judge(self) -> Result:
        """Runs the plan. Raises TargetError, GuardError, BudgetError."""
        client = self._client(self.target)
        if self.plan.profile != READ_ONLY:
            client.ledger = self._ledger = self._open_ledger()
            self.result.ledger = self._path
        session = Session(client, Oracle(self.target, self._tag), thorough=False)
        self._findings = session.oracle.findings
        try:
            with stage(session, self.result, self.progress, self.plan.profile in JUDGING):
                self._perform(session)
        finally:
            self._close_ledger()
        self.result.judge(self._findings, self.chosen, self.plan.unjudged)
        return self.result

    def judge_so_far(self, ended_by: str) -> None:
        """Fills in the verdicts of a run that ended early."""
        self.result.judge_so_far(self._findings, self.chosen, ended_by)

    def _open_ledger(self) -> Ledger:
        try:
            return Ledger(self._path, self.target, self._tag)
        except OSError as fault:
            raise TargetError(f"--ledger {self._path}: cannot be created ({fault.strerror}).") from fault

    def _client(self, target: Target) -> Client:
        client = Client(target, self.watch, self._guard, self._ledger, self._tag)
        client.budget = self.plan.requests + self.plan.reserve
        return client

    def _perform(self, session: Session) -> None:
        self.progress("the first walk", 0, 1)
        open_lists(session, ["primary"], self.plan.pages)
        check_service(session)
        check_declared(session)
        if self.plan.checks:
            check_keys(session)
        fixture, scenario = Fixtures(session).get, self.plan.scenario
        perform(session, scenario.before, fixture, self.progress)
        if self.plan.has_last_walk:
            self._last_walk(session)
        perform(session, scenario.after, fixture, self.progress)
        remove(session, session.send, self.progress)
        if self.plan.probes:
            self._probe(session)

    def _last_walk(self, session: Session) -> None:
        """Lists all assistants again, also the assistants of the run, in two pages or more."""
        self.progress("the last walk", 0, 1)
        others = len(session.others)
        most = page_limit().maximum
        size = most if others > most else max(1, (others + len(self._guard.created) + 1) // 2)
        for number, _ in enumerate(session.pages(limit=size), 1):
            if number > self.plan.pages:
                return

    def _probe(self, session: Session) -> None:
        """Probes the limiter on a client that does not pace itself."""
        self.progress("the limiter", 0, 1)
        paced, session.client = session.client, self._client(replace(self.target, rate_limit=0))
        try:
            with suppress(BlockedError):
                self.probe(session, self.plan.limit).run()
        finally:
            self.result.requests += session.client.count
            session.client = paced

    def _close_ledger(self) -> None:
        """Keeps the ledger only if an assistant may be left."""
        if self._ledger and self.result.remains:
            self._ledger.close()
        elif self._ledger:
            self._ledger.remove()
            self.result.ledger = None
