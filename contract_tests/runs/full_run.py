"""The full run: all generators, one after the other, with one oracle. Then the clean-up, then the verdicts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from secrets import token_hex

from contract_tests.generators import histories, tour
from contract_tests.generators.rate_limit import Probe
from contract_tests.generators.rate_over_time import OverTime
from contract_tests.generators.session import BlockedError, Session
from contract_tests.generators.steps import Step
from contract_tests.http import ledger, operations
from contract_tests.http.client import Client
from contract_tests.http.messages import Exchange
from contract_tests.http.openapi import page_limit, page_tier
from contract_tests.http.own_fake import fake
from contract_tests.http.target import Target
from contract_tests.oracle.oracle import Oracle
from contract_tests.requirements import catalogue
from contract_tests.requirements.findings import Findings
from contract_tests.requirements.permissions import EVERY_PERMISSION
from contract_tests.runs.cleanup import remove, write_remains
from contract_tests.runs.opening import OddKeyError, check_declared, check_keys, open_lists
from contract_tests.runs.result import Progress, Result
from contract_tests.runs.run_options import RunOptions
from contract_tests.runs.stage import perform, stage


class Run:
    """One full run against one target. `result` is filled during the run, so a run that is cut short has one too.

    `checks_keys` adds a note if the keys seem to be of the wrong organizations. The server is judged all the same.
    `ledger_place` is a new file, or a folder for one: the run writes it only at the end, if an assistant may be left.
    """

    def __init__(
        self,
        target: Target,
        options: RunOptions,
        chosen: Callable[[str], bool],
        progress: Progress = lambda *_: None,
        watch: Callable[[Exchange], None] = lambda _: None,
        checks_keys: bool = False,
        ledger_place: Path | None = None,
    ) -> None:
        self.target = target
        self.options = options
        self.chosen = chosen
        self.progress = progress
        self.result = Result(target)
        self.findings = Findings()
        self.watch = watch
        self._has = target.has | EVERY_PERMISSION
        self._given_up: set[str] = set()
        self._checks_keys = checks_keys
        self._place = ledger_place
        self._is_checked = False

    def judge(self) -> Result:
        """Runs all generators that the options choose. Raises TargetError, GuardError."""
        rest, rate = self._split()
        if rest:
            with self._session(self.target) as session:
                self._generate(session)
        if rate and self.target.rate_limit:
            with self._session(replace(self.target, rate_limit=0)) as session:
                self.progress("the limiter", 0, 1)
                with suppress(BlockedError):
                    probe = Probe(session, self.target.rate_limit)
                    if victim := probe.run():
                        OverTime(probe, victim).run()
        scenario = tour.scenario()
        reasons = ((id, scenario.reason(id, self.target, self._has)) for id in rest + rate)
        self.result.judge(self.findings, self.chosen, {id: reason for id, reason in reasons if reason})
        return self.result

    def judge_so_far(self, ended_by: str) -> None:
        """Fills in the verdicts of a run that ended early."""
        self.result.judge_so_far(self.findings, self.chosen, ended_by)

    def _split(self) -> tuple[list[str], list[str]]:
        chosen = [id for id in catalogue.requirements() if self.chosen(id)]
        return [id for id in chosen if not id.startswith("rate/")], [id for id in chosen if id.startswith("rate/")]

    @contextmanager
    def _session(self, target: Target) -> Iterator[Session]:
        """A session with an oracle of its own. The findings of that oracle are added to the findings of the run."""
        oracle = Oracle(target, f"contract-{self.options.seed}")
        for id in self._given_up:
            oracle.model.assistants[id].gone = True
        try:
            session = Session(Client(target, self.watch), oracle)
            with stage(session, self.result, self.progress):
                self._open(session)
                yield session
        finally:
            self.findings.merge(oracle.findings)
            self._keep_ledger(session)
        declared = self.target.declared_ids
        self._given_up |= {id for id, known in oracle.model.assistants.items() if known.gone and id in declared}

    def _open(self, session: Session) -> None:
        """The second session finds the assistants given up, and trusts the checks of the first."""
        open_lists(session, [role for role in self.target.keys if role != "sibling"])
        if "sibling" in self.target.keys and not self._given_up:
            session.send_first(operations.list_("sibling", limit=page_limit().maximum))
        if not self._is_checked:
            check_declared(session)
            if self._checks_keys:
                self._note_odd_key(session)
            self._is_checked = True

    def _note_odd_key(self, session: Session) -> None:
        """On a server of tests, a violation is as likely as a wrong key."""
        try:
            check_keys(session)
        except OddKeyError as odd:
            self.result.notes.append(str(odd))

    def _keep_ledger(self, session: Session) -> None:
        """Writes a ledger of the assistants that may be left, so that `sweep` finds them."""
        if self._place and self.result.remains and not self.result.ledger:
            path = ledger.place(self._place, f"{session.tag}-{token_hex(3)}")
            try:
                write_remains(path, session, self.result)
                self.result.ledger = path
            except OSError as fault:
                self.result.notes.append(f"No ledger of what is left: {path} cannot be written ({fault.strerror}).")

    def _generate(self, session: Session) -> None:
        """Hostile steps come late, and the steps that are last come after all others."""
        steps = tour.scenario().select(self.chosen, self._has).steps if "tour" in self.options.generators else ()
        self._perform(session, [step for step in steps if not step.hostile and not step.last])
        self._generate_more(session)
        self._perform(session, [step for step in steps if step.hostile])
        self._perform(session, [step for step in steps if step.last])

    def _perform(self, session: Session, steps: Sequence[Step]) -> None:
        perform(session, steps, lambda _: session.create_assistant(), self.progress)
        remove(session, session.send, self.progress)

    def _generate_more(self, session: Session) -> None:
        """The calls of the other generators."""
        if session.client.limited:
            self._note_the_limit()
            return
        if session.stopped_creating:
            self.result.notes.append(
                "No delete succeeded, so the suite stopped creating: schemathesis, the random histories and the SDK "
                "suite were left out."
            )
            return
        generators = self.options.generators
        if "schemathesis" in generators and not self.options.selection.only:
            from contract_tests.generators import schemathesis  # here, because it is slow to import

            schemathesis.generate(session, self.options.seed, self.options.deep, self.progress)
            remove(session, session.send, self.progress)
        if "histories" in generators and not self.options.selection.only:
            histories.generate(session, self.options.seed, self.options.histories, self.progress)
        if "sdk" in generators:
            from contract_tests.generators import sdk  # here: it imports openai and pytest, which are slow to import

            self.progress("the Python SDK", 0, 1)
            testable = lambda id: self.chosen(id) and not session.oracle.blocks(id)  # noqa: E731 - as `chosen` is
            sdk.judge_by_python(session, testable, self.options.seed, once=not self.options.sdk)
        if self.options.sdk:
            self._node(session)

    def _note_the_limit(self) -> None:
        declared = self.target.rate_limit
        limit = f"the declared {declared} requests a minute" if declared else "a limit that was not declared"
        self.result.notes.append(
            f"Kept within {limit}: schemathesis, the random histories, the SDK suite and the widest steps of the "
            "tour were left out."
        )

    def _node(self, session: Session) -> None:
        """The same promises through Node's SDK. A note says so if Node's SDK cannot be installed."""
        from contract_tests.generators import sdk  # here, as above

        self.progress("the Node SDK", 0, 1)
        try:
            sdk.judge_by_node(session, self.chosen)
        except sdk.UnavailableError as fault:
            self.result.notes.append(f"Node's SDK was left out: {fault}.")


@contextmanager
def own_fake(options: RunOptions, progress: Progress) -> Iterator[list[Run]]:
    """The runs that judge our own fake: one without a limiter, and one for rate/* with a limiter and a fast clock."""
    with fake() as unlimited, fake(page_tier()) as limited:
        yield [
            Run(unlimited, options, lambda id: options.includes(id) and not id.startswith("rate/"), progress),
            Run(limited, options, lambda id: options.includes(id) and id.startswith("rate/"), progress),
        ]
