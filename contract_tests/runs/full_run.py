"""A run: the generators one after the other before one oracle, then the clean-up, then the verdicts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace

from contract_tests.generators import histories, schemathesis, sdk, tour
from contract_tests.generators.rate_limit import Probe
from contract_tests.generators.session import BlockedError, Session, Step
from contract_tests.http import operations
from contract_tests.http.client import Client
from contract_tests.http.messages import Exchange
from contract_tests.http.own_fake import fake
from contract_tests.http.target import Target, TargetError
from contract_tests.oracle.oracle import Oracle
from contract_tests.requirements import catalogue
from contract_tests.requirements.findings import Findings
from contract_tests.requirements.verdicts import judge
from contract_tests.runs.cleanup import owner, remove
from contract_tests.runs.result import Progress, Result
from contract_tests.runs.run_options import RunOptions

DECLARED_LIMIT = 20  # of the fake that the run starts for rate/*


class Run:
    """One run against one target. `result` is filled as it goes, also when it is cut short."""

    def __init__(
        self,
        target: Target,
        choice: RunOptions,
        chosen: Callable[[str], bool],
        progress: Progress = lambda *_: None,
        watch: Callable[[Exchange], None] = lambda _: None,
    ) -> None:
        self.target = target
        self.choice = choice
        self.chosen = chosen
        self.progress = progress
        self.result = Result(target)
        self.findings = Findings()
        self.watch = watch
        self._given_up: set[str] = set()

    def judge(self) -> Result:
        """Plays everything that the choice asks for. Raises TargetError, GuardError."""
        rest, rate = self._split()
        if rest:
            with self._stage(self.target) as session:
                self._generate(session)
        if rate and self.target.rate_limit:
            with self._stage(replace(self.target, rate_limit=0)) as session:
                self.progress("the limiter", 0, 1)
                with suppress(BlockedError):
                    Probe(session, self.target.rate_limit).run()
        self.result.verdicts = judge(self.findings, self.chosen, self._missing())
        self.result.choices = {name: sorted(seen) for name, seen in sorted(self.findings.choices.items())}
        return self.result

    def _split(self) -> tuple[list[str], list[str]]:
        chosen = [id for id in catalogue.requirements() if self.chosen(id)]
        return [id for id in chosen if not id.startswith("rate/")], [id for id in chosen if id.startswith("rate/")]

    @contextmanager
    def _stage(self, target: Target) -> Iterator[Session]:
        """A play on a fresh oracle, whose findings are taken over; whatever happens, what was made is removed."""
        client = Client(target, self.watch)
        oracle = Oracle(target, f"contract-{self.choice.seed}")
        session = Session(client, oracle)
        for id in self._given_up:
            oracle.model.assistants[id].gone = True
        try:
            self._open(session)
            yield session
        finally:
            self._clean_up(session)
            self.result.requests += client.count
        oracle.conclude()
        self.findings.take(oracle.findings)
        declared = {self.target.bound_id, self.target.expendable_id}
        self._given_up |= {id for id, known in oracle.model.assistants.items() if known.gone and id in declared}

    def _open(self, session: Session) -> None:
        """Sees who is there before anything is made, and whether the keys are taken."""
        for role in self.target.keys:
            if role == "sibling":
                session.admitted(operations.list_(role, limit=100))
            else:
                session.walk(role, first=True)

    def _generate(self, session: Session) -> None:
        if "tour" in self.choice.generators:
            self._tour(session)
        remove(session, session.send, self.progress)
        if session.client.limited:
            declared = self.target.rate_limit
            limit = f"the declared {declared} requests a minute" if declared else "a limit that was not declared"
            self.result.notes.append(
                f"Kept within {limit}: schemathesis, the random histories, the SDK suite and the widest steps of the "
                "tour were left out."
            )
            return
        generators = self.choice.generators
        if "schemathesis" in generators and not self.choice.only:
            schemathesis.generate(session, self.choice.seed, self.choice.deep, self.progress)
            remove(session, session.send, self.progress)
        if "histories" in generators and not self.choice.only:
            histories.generate(session, self.choice.seed, self.choice.histories, self.progress)
        if "sdk" in generators:
            self.progress("the Python SDK", 0, 1)
            sdk.judge_by_python(session, self.chosen, self.choice.seed)
        if self.choice.sdk:
            self._node()

    def _tour(self, session: Session) -> None:
        steps = [step for step in tour.STEPS if self._wanted(step)]
        for done, step in enumerate(steps):
            if step.wide and session.client.limited:
                continue
            self.progress(step.name, done, len(steps))
            with suppress(BlockedError):
                step.act(session)

    def _wanted(self, step: Step) -> bool:
        return any(map(self.chosen, step.requirements)) and not self._unmet(step)

    def _unmet(self, step: Step) -> list[str]:
        return [need for need in step.needs if need not in self.target.has]

    def _missing(self) -> dict[str, str]:
        """What the target lacks, for each requirement that no step could put to the test."""
        missing = {}
        for requirement in filter(self.chosen, catalogue.requirements()):
            steps = [step for step in tour.STEPS if requirement in step.requirements]
            lacking = [self._unmet(step) for step in steps]
            if requirement.startswith("rate/") and not self.target.rate_limit:
                missing[requirement] = self.target.lacks("rate_limit")
            elif lacking and all(lacking):
                missing[requirement] = self.target.lacks(lacking[0][0])
        return missing

    def _node(self) -> None:
        """The same promises through Node's SDK; where that cannot be had, a note says so."""
        self.progress("the Node SDK", 0, 1)
        try:
            sdk.judge_by_node(self.target, self.chosen, self.findings, self.result.left_behind)
        except sdk.UnavailableError as fault:
            self.result.notes.append(f"Node's SDK was left out: {fault}.")

    def _clean_up(self, session: Session) -> None:
        """Removes what was made, and looks whether it is gone. Without the oracle: it may be what broke off the run."""
        made = session.client.guard.made
        witness = Session(session.client, Oracle(self.target, session.tag))
        try:
            remove(session, session.client.send, self.progress)
            owners = dict.fromkeys(owner(session, role) for role in made.values())
            there = {id for role in owners for id in witness.walk(role)}
        except TargetError:
            there = {id for id in made if id not in session.client.guard.gone}
        self.result.left_behind += [id for id in made if id in there]


@contextmanager
def own_fake(choice: RunOptions, progress: Progress) -> Iterator[list[Run]]:
    """The runs that judge our own fake: one with its limiter off, and one for rate/* with it on and its clock quick."""
    with fake() as unlimited, fake(DECLARED_LIMIT) as limited:
        yield [
            Run(unlimited, choice, lambda id: choice.includes(id) and not id.startswith("rate/"), progress),
            Run(limited, choice, lambda id: choice.includes(id) and id.startswith("rate/"), progress),
        ]
