"""A run: the generators one after the other before one oracle, then the clean-up, then the verdicts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

import sdk_tests
from contract_tests import calls, catalogue, fuzz, histories, local, tour
from contract_tests.client import Client
from contract_tests.findings import Breach, Findings
from contract_tests.guard import Guard
from contract_tests.oracle import Oracle
from contract_tests.play import BlockedError, Play, Step
from contract_tests.rate import Probe
from contract_tests.removal import owner, remove
from contract_tests.target import Target, TargetError
from contract_tests.verdicts import Verdict, judge
from contract_tests.wire import Exchange
from sdk_tests.sdks import UnavailableError, newest

GENERATORS = frozenset({"tour", "schemathesis", "histories", "sdk"})
Progress = Callable[[str, int, int], None]
DECLARED_LIMIT = 20  # of the fake that the run starts for rate/*


@dataclass(frozen=True)
class Choice:
    """What the user chose: the seed, how many random histories, and ids, areas or levels of requirements (none: all).

    `generators` are those that make calls; a user has them all, the suite's own tests mostly the tour alone. `sdk` adds
    Node's SDK to Python's.
    """

    seed: int = 1
    histories: int = histories.DEFAULT
    only: tuple[str, ...] = ()
    deep: bool = False
    generators: frozenset[str] = GENERATORS
    sdk: bool = False

    def includes(self, requirement: str) -> bool:
        names = requirement, catalogue.requirements()[requirement].level
        return not self.only or any(
            name in names or (name.endswith("/") and requirement.startswith(name)) for name in self.only
        )


@dataclass
class Result:
    """`left_behind` are ids that the run made and could not remove; `notes` say what was left out, and why. A run by
    a plan says how many requests were `planned`, and where its `ledger` is."""

    target: Target
    verdicts: list[Verdict] = field(default_factory=list)
    left_behind: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    requests: int = 0
    planned: int | None = None
    ledger: Path | None = None
    choices: dict[str, list[str]] = field(default_factory=dict)


class Run:
    """One run against one target. `result` is filled as it goes, also when it is cut short."""

    def __init__(
        self,
        target: Target,
        choice: Choice,
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
            with self._stage(self.target) as play:
                self._generate(play)
        if rate and self.target.rate_limit:
            with self._stage(replace(self.target, rate_limit=0)) as play:
                self.progress("the limiter", 0, 1)
                with suppress(BlockedError):
                    Probe(play, self.target.rate_limit).run()
        self.result.verdicts = judge(self.findings, self.chosen, self._missing())
        self.result.choices = {name: sorted(seen) for name, seen in sorted(self.findings.choices.items())}
        return self.result

    def _split(self) -> tuple[list[str], list[str]]:
        chosen = [id for id in catalogue.requirements() if self.chosen(id)]
        return [id for id in chosen if not id.startswith("rate/")], [id for id in chosen if id.startswith("rate/")]

    @contextmanager
    def _stage(self, target: Target) -> Iterator[Play]:
        """A play on a fresh oracle, whose findings are taken over; whatever happens, what was made is removed."""
        client = Client(target, self.watch)
        oracle = Oracle(target, f"contract-{self.choice.seed}")
        play = Play(client, oracle)
        for id in self._given_up:
            oracle.world.assistants[id].gone = True
        try:
            self._open(play)
            yield play
        finally:
            self._clean_up(play)
            self.result.requests += client.count
        oracle.conclude()
        self.findings.take(oracle.findings)
        declared = {self.target.bound_id, self.target.expendable_id}
        self._given_up |= {id for id, known in oracle.world.assistants.items() if known.gone and id in declared}

    def _open(self, play: Play) -> None:
        """Sees who is there before anything is made, and whether the keys are taken."""
        for role in self.target.keys:
            if role == "sibling":
                play.admitted(calls.list_(role, limit=100))
            else:
                play.walk(role, first=True)

    def _generate(self, play: Play) -> None:
        if "tour" in self.choice.generators:
            self._tour(play)
        remove(play, play.send, self.progress)
        if play.client.limited:
            declared = self.target.rate_limit
            limit = f"the declared {declared} requests a minute" if declared else "a limit that was not declared"
            self.result.notes.append(
                f"Kept within {limit}: schemathesis, the random histories, the SDK suite and the widest steps of the "
                "tour were left out."
            )
            return
        generators = self.choice.generators
        if "schemathesis" in generators and not self.choice.only:
            fuzz.play(play, self.choice.seed, self.choice.deep, self.progress)
            remove(play, play.send, self.progress)
        if "histories" in generators and not self.choice.only:
            histories.play(play, self.choice.seed, self.choice.histories, self.progress)
        if "sdk" in generators:
            self._sdk(play.client.guard)
        if self.choice.sdk:
            self._node()

    def _tour(self, play: Play) -> None:
        steps = [step for step in tour.STEPS if self._wanted(step)]
        for done, step in enumerate(steps):
            if step.wide and play.client.limited:
                continue
            self.progress(step.name, done, len(steps))
            with suppress(BlockedError):
                step.act(play)

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

    def _sdk(self, guard: Guard) -> None:
        """The SDK suite; what it proves holds, what fails there is a breach, what broke by itself is our error."""
        self.progress("the Python SDK", 0, 1)
        outcomes = sdk_tests.judge(self.target, self.chosen, self.choice.seed, guard)
        for outcome in outcomes:
            if outcome.verdict == "error":
                raise RuntimeError(f"{outcome.test}: {outcome.why}")
            for requirement in filter(self.chosen, outcome.requirements):
                if outcome.verdict == "failed":
                    self.findings.breaches.append(
                        Breach(requirement, outcome.promise, f"{outcome.why} ({outcome.test})", ())
                    )

    def _node(self) -> None:
        """The same promises through Node's SDK; where that cannot be had, a note says so."""
        self.progress("the Node SDK", 0, 1)
        try:
            told = newest("node").judge(self.target, list(filter(self.chosen, catalogue.requirements())))
        except UnavailableError as fault:
            self.result.notes.append(f"Node's SDK was left out: {fault}.")
            return
        for each in told:
            if each.verdict == "error":
                raise RuntimeError(f"{each.test}: {each.why}")
            self.result.left_behind += each.left_behind
            if each.verdict == "failed" and not each.is_fact and self.chosen(each.name):
                self.findings.breaches.append(Breach(each.name, each.promise, f"{each.why:.300} (Node's SDK)", ()))

    def _clean_up(self, play: Play) -> None:
        """Removes what was made, and looks whether it is gone. Without the oracle: it may be what broke off the run."""
        made = play.client.guard.made
        witness = Play(play.client, Oracle(self.target, play.tag))
        try:
            remove(play, play.client.send, self.progress)
            owners = dict.fromkeys(owner(play, role) for role in made.values())
            there = {id for role in owners for id in witness.walk(role)}
        except TargetError:
            there = {id for id in made if id not in play.client.guard.gone}
        self.result.left_behind += [id for id in made if id in there]


@contextmanager
def own_fake(choice: Choice, progress: Progress) -> Iterator[list[Run]]:
    """The runs that judge our own fake: one with its limiter off, and one for rate/* with it on and its clock quick."""
    with local.fake() as unlimited, local.fake(DECLARED_LIMIT) as limited:
        yield [
            Run(unlimited, choice, lambda id: choice.includes(id) and not id.startswith("rate/"), progress),
            Run(limited, choice, lambda id: choice.includes(id) and id.startswith("rate/"), progress),
        ]
