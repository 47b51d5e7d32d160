"""A run beside real data: no request that was not planned, a walk at either end, and a ledger of what it makes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from secrets import token_hex
from typing import Protocol

from contract_tests.generators.rate_limit import Probe
from contract_tests.generators.session import BlockedError, Session
from contract_tests.http import operations
from contract_tests.http.client import Client
from contract_tests.http.guard import Guard
from contract_tests.http.ledger import Ledger
from contract_tests.http.messages import Exchange
from contract_tests.http.target import Target, TargetError
from contract_tests.oracle.oracle import Oracle
from contract_tests.profiles.plan import PAGE, READ_ONLY, Plan
from contract_tests.profiles.scenario import Cast, Scene
from contract_tests.requirements.verdicts import judge
from contract_tests.runs.cleanup import remove
from contract_tests.runs.result import Progress, Result


class Probing(Protocol):
    """What tries the limiter, on a client that does not pace itself."""

    def run(self) -> None: ...


class PlannedRun:
    """One run of a plan. `result` is filled as it goes, also when it is cut short.

    The tag is of this run alone, so that two runs at the same time leave each other's assistants be. `ledger` is a new
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
        probe: Callable[[Session, int], Probing] = Probe,
    ) -> None:
        self.target = target
        self.plan = plan
        self.chosen = chosen
        self.progress = progress
        self.watch = watch
        self.probe = probe
        self.result = Result(target, planned=plan.requests)
        self._tag = f"contract-{seed}-{token_hex(3)}"
        self._guard = Guard(target, self._tag, plan.asks_self)
        self._path = ledger / f"{self._tag}.ledger" if ledger.is_dir() else ledger
        self._ledger: Ledger | None = None

    def judge(self) -> Result:
        """Plays the plan. Raises TargetError, GuardError, BudgetError."""
        if self.plan.profile != READ_ONLY:
            self._ledger = self._open_ledger()
            self.result.ledger = self._path
        session = Session(self._client(self.target), Oracle(self.target, self._tag))
        try:
            self._perform(session)
        finally:
            self._clean_up(session)
        session.oracle.conclude()
        self.result.verdicts = judge(session.oracle.findings, self.chosen, self.plan.unjudged)
        self.result.choices = {name: sorted(seen) for name, seen in sorted(session.oracle.findings.choices.items())}
        return self.result

    def _open_ledger(self) -> Ledger:
        try:
            return Ledger(self._path, self.target, self._tag)
        except OSError as fault:
            raise TargetError(f"--ledger {self._path}: cannot be begun ({fault.strerror}).") from fault

    def _client(self, target: Target) -> Client:
        client = Client(target, self.watch, self._guard, self._ledger, self._tag)
        client.budget = self.plan.requests + self.plan.reserve
        return client

    def _perform(self, session: Session) -> None:
        cast = Cast(session, self._census(session))
        self._play(self.plan.before, cast)
        if self.plan.before:
            self._last_walk(session, len(cast.others))
        self._play(self.plan.after, cast)
        remove(session, session.send, self.progress)
        if self.plan.probes:
            self._probe(session)

    def _play(self, scenes: Iterable[Scene], cast: Cast) -> None:
        for done, scene in enumerate(scenes):
            self.progress(scene.name, done, len(self.plan.scenes))
            with suppress(BlockedError):
                scene.act(cast)

    def _census(self, session: Session) -> list[str]:
        """Everybody who is there before anything is made, so that nobody else is ever taken for ours."""
        self.progress("who is there", 0, 1)
        ids: list[str] = []
        for number, page in enumerate(session.pages(first=True, limit=PAGE), 1):
            ids += page
            if number > self.plan.pages:
                raise TargetError(
                    f"{self.target.base_url} lists {len(ids)} assistants and more, {len(page)} to a page. Declare as "
                    "'assistants', in the file given to --target, how many there are: the walks have to be planned."
                )
        for name in ("bound_id", "expendable_id"):
            self._is_there(session, name, ids)
        return ids

    def _is_there(self, session: Session, name: str, ids: list[str]) -> None:
        """What the target file declares and nobody lists may be gone: then there is nothing to be judged by it."""
        id = getattr(self.target, name)
        if id and id not in ids and session.client.send(operations.retrieve(id)).response.status == 404:
            raise TargetError(
                f"{self.target.base_url} has no {id}, which is declared as {name}: declare one that is there."
            )

    def _last_walk(self, session: Session, others: int) -> None:
        """Everybody once more, ours among them, in two pages at least."""
        self.progress("the last walk", 0, 1)
        size = PAGE if others > PAGE else max(1, (others + len(self._guard.made) + 1) // 2)
        for number, _ in enumerate(session.pages(limit=size), 1):
            if number > self.plan.pages:
                return

    def _probe(self, session: Session) -> None:
        """The limiter, on a client that does not pace itself."""
        self.progress("the limiter", 0, 1)
        paced, session.client = session.client, self._client(replace(self.target, rate_limit=0))
        try:
            with suppress(BlockedError):
                self.probe(session, self.plan.limit).run()
        finally:
            self.result.requests += session.client.count
            session.client = paced

    def _clean_up(self, session: Session) -> None:
        """Without the oracle, and past the plan if need be: it may be what broke off the run."""
        session.client.budget = None
        try:
            with suppress(TargetError):
                remove(session, session.client.send, self.progress)
        finally:
            self.result.requests += session.client.count
            self.result.left_behind += self._left(session)
            self._close_ledger()

    def _close_ledger(self) -> None:
        """A ledger is kept only where something may be left."""
        if self._ledger and (self.result.left_behind or self._ledger.unanswered):
            self._ledger.close()
        elif self._ledger:
            self._ledger.remove()
            self.result.ledger = None

    def _left(self, session: Session) -> list[str]:
        """What is not known to be gone; everything, where a delete was found to answer and not to delete."""
        lies = session.oracle.findings.broken("delete/gone")
        left = [id for id in self._guard.made if lies or id not in self._guard.gone]
        if lies and self._ledger:
            for id in left:
                self._ledger.made(id, self._guard.made[id])
        return left
