"""The command `compare`: plays the same calls to two servers, or holds one to what was recorded of another."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import click

from contract_tests.cli.options import Contestant
from contract_tests.cli.report_files import writable, write
from contract_tests.dialect import differences
from contract_tests.dialect.differences import Comparison, Side
from contract_tests.dialect.normalize import Names
from contract_tests.dialect.rules import Learned
from contract_tests.http.messages import Exchange
from contract_tests.http.target import Target
from contract_tests.profiles import plan
from contract_tests.profiles.plan import COMPARE, JUDGING
from contract_tests.reports import events
from contract_tests.reports.comparison import page
from contract_tests.reports.events import Event, Record
from contract_tests.reports.terminal import Terminal
from contract_tests.requirements.verdicts import BROKEN, HOLDS, LEFT_BEHIND
from contract_tests.runs.planned_run import PlannedRun


class Comparing:
    """`runs` are those that are to be played; the other side, if it is not asked, is known by its events."""

    def __init__(
        self,
        contestants: tuple[Contestant, Contestant],
        ledgers: Path,
        files: Mapping[str, Path | None],
        terminal: Terminal,
    ) -> None:
        self.profile = _profile(contestants)
        self.terminal = terminal
        self.files = writable(files)
        self.sides = [self._side(each, ledgers) for each in contestants]
        self.runs = [each.run for each in self.sides if isinstance(each, LiveSide)]

    def conclude(self) -> int:
        """Tells, and writes; the exit code. Only after all runs have been played to their end."""
        one, other = (each.side() for each in self.sides)
        found = differences.compare(one, other)
        self.terminal.comparison(found)
        for name, path in self.files.items():
            write(name, path, FORMATS[name](found))
        if self.left_behind():
            return LEFT_BEHIND
        return BROKEN if found.differences else HOLDS

    def left_behind(self) -> bool:
        """Tells what a run could not remove, and whether there is any."""
        for run in self.runs:
            self.terminal.left_behind(run.result)
        return any(run.result.left_behind for run in self.runs)

    def _side(self, given: Contestant, ledgers: Path) -> LiveSide | RecordedSide:
        return (
            RecordedSide(given) if isinstance(given, Record) else LiveSide(given, self.profile, ledgers, self.terminal)
        )


class LiveSide:
    """A server, by a run of its own."""

    def __init__(self, target: Target, profile: str, ledgers: Path, terminal: Terminal) -> None:
        planned = plan.make(profile, target, lambda _: True)
        self.run = PlannedRun(target, planned, 1, lambda _: True, ledgers, terminal.progress, self._take)
        self._watch: Callable[[Exchange], None] = terminal.watch
        self._seen: list[Exchange] = []

    def side(self) -> Side:
        target = self.run.target
        evidence = {
            each.requirement.id: (
                each.verdict,
                [violation.exchanges[-1] for violation in each.violations if violation.exchanges],
            )
            for each in self.run.result.verdicts
        }
        return differences.side(target.base_url, self._seen, evidence, Names(target.bound_id, target.expendable_id))

    def _take(self, exchange: Exchange) -> None:
        self._seen.append(exchange)
        self._watch(exchange)


@dataclass(frozen=True)
class RecordedSide:
    """A server, by the events of a run that is over."""

    record: Record

    def side(self) -> Side:
        declared, seen = self.record.header["target"], events.exchanges(self.record)
        numbered = {exchange.number: exchange for exchange in seen}
        evidence = {
            each["id"]: (each["verdict"], [numbered[shown[-1]] for shown in _shown(each["evidence"])])
            for each in self.record.verdicts
        }
        found = {each["setting"]: Learned(each["value"], doubt=each["doubt"]) for each in self.record.choices}
        names = Names(declared["bound_id"], declared["expendable_id"])
        name = f"{declared['base_url']} on {self.record.header['started']}"
        return differences.side(name, seen, evidence, names, found)


def _shown(evidence: list[Event]) -> list[list[int]]:
    return [violation["exchanges"] for violation in evidence if violation["exchanges"]]


def _profile(contestants: tuple[Contestant, Contestant]) -> str:
    """What is to be played: more than a run has asked of the one cannot be held to the other."""
    profiles = {each.header["profile"] for each in contestants if isinstance(each, Record)}
    if len(profiles) > 1 or not profiles <= set(JUDGING):
        raise click.UsageError(
            f"Events can be compared that a run with --profile {' or '.join(JUDGING)} has written, both by the same."
        )
    return str(next(iter(profiles), COMPARE))


def as_json(found: Comparison) -> str:
    """The same for a program; `kind` is choice, must or should."""
    one, other = found.sides
    rows = [{"kind": each.kind, **asdict(each)} for each in found.differences]
    whole = {"a": one, "b": other, "together": found.together, "alone": found.alone, "differences": rows}
    return json.dumps(whole, indent=2, ensure_ascii=False) + "\n"


FORMATS: Mapping[str, Callable[[Comparison], str]] = {"json": as_json, "html": page}
