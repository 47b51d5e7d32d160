"""The command `compare`: makes the same calls to two servers, or compares one with the events of another."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import click

from contract_tests.cli.invocation import Contestant
from contract_tests.cli.report_files import writable, write
from contract_tests.cli.run import perform
from contract_tests.dialect import differences
from contract_tests.dialect.differences import Comparison, Side
from contract_tests.dialect.normalize import Names
from contract_tests.dialect.rules import Learned
from contract_tests.http.messages import Exchange
from contract_tests.http.target import Target
from contract_tests.profiles import plan
from contract_tests.profiles.names import COMPARE, JUDGING
from contract_tests.reports import console, events, terminal
from contract_tests.reports.comparison import page
from contract_tests.reports.difference_table import difference_table
from contract_tests.reports.events import Event, Record
from contract_tests.reports.progress import ProgressBar
from contract_tests.requirements.verdicts import exit_code_without_verdicts
from contract_tests.runs.planned_run import PlannedRun


class ComparisonRun:
    """One use of the command `compare`. `runs` has a run for each server; events need no run."""

    def __init__(
        self, contestants: tuple[Contestant, Contestant], ledgers: Path, files: Mapping[str, Path | None]
    ) -> None:
        profile = _profile(contestants)
        self.bar = ProgressBar()
        self.console = console.stdout()
        self.files = writable(files)
        self.sides = [
            RecordedSide(each) if isinstance(each, Record) else LiveSide(each, profile, ledgers, self.bar)
            for each in contestants
        ]
        self.runs = [each.run for each in self.sides if isinstance(each, LiveSide)]

    def run(self) -> int:
        """Performs the runs, prints the differences, and writes the files. Returns the exit code."""
        cut_short = perform(self.runs, self.bar)
        if cut_short:
            console.line(console.stderr(), f"assistants-contract: {cut_short.reason}")
            return exit_code_without_verdicts(self._left_behind()) or cut_short.code
        one, other = (each.side() for each in self.sides)
        found = differences.compare(one, other)
        difference_table(found, self.console)
        for name, path in self.files.items():
            write(name, path, FORMATS[name](found))
        return exit_code_without_verdicts(self._left_behind(), different=bool(found.differences))

    def _left_behind(self) -> list[str]:
        """Prints the assistants that the runs could not delete, and returns them."""
        for run in self.runs:
            terminal.result_not_deleted(self.console, run.result)
        return [left for run in self.runs for left in run.result.remains]


class LiveSide:
    """A server that gets a run of its own."""

    def __init__(self, target: Target, profile: str, ledgers: Path, bar: ProgressBar) -> None:
        planned = plan.make(profile, target, lambda _: True)
        self.run = PlannedRun(target, planned, 1, lambda _: True, ledgers, bar.stage, self._watch)
        self._bar = bar
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

    def _watch(self, exchange: Exchange) -> None:
        self._seen.append(exchange)
        self._bar.watch(exchange)


@dataclass(frozen=True)
class RecordedSide:
    """A server that is known by the events of an earlier run."""

    record: Record

    def side(self) -> Side:
        declared, seen = self.record.header["target"], events.exchanges(self.record)
        numbered = {exchange.number: exchange for exchange in seen}
        evidence = {
            each["id"]: (each["verdict"], [numbered[numbers[-1]] for numbers in _numbers(each["evidence"])])
            for each in self.record.verdicts
        }
        found = {each["setting"]: Learned(each["value"], doubt=each["doubt"]) for each in self.record.choices}
        names = Names(declared["bound_id"], declared["expendable_id"])
        name = f"{declared['base_url']} on {self.record.header['started']}"
        return differences.side(name, seen, evidence, names, found)


def _numbers(evidence: list[Event]) -> list[list[int]]:
    return [violation["exchanges"] for violation in evidence if violation["exchanges"]]


def _profile(contestants: tuple[Contestant, Contestant]) -> str:
    """The profile of the runs. A server that is known by events can be compared only by the calls of those events.

    Raises UsageError if the events do not allow a comparison.
    """
    profiles = {each.header["profile"] for each in contestants if isinstance(each, Record)}
    if len(profiles) > 1 or not profiles <= set(JUDGING):
        raise click.UsageError(
            f"Only events of a run with --profile {' or '.join(JUDGING)} can be compared, two of them only if the "
            "profile is the same."
        )
    return str(next(iter(profiles), COMPARE))


def as_json(found: Comparison) -> str:
    """The differences as JSON for a program. Each `kind` is choice, must or should."""
    one, other = found.sides
    rows = [{"kind": each.kind, **asdict(each)} for each in found.differences]
    whole = {"a": one, "b": other, "together": found.together, "alone": found.alone, "differences": rows}
    return json.dumps(whole, indent=2, ensure_ascii=False) + "\n"


FORMATS: Mapping[str, Callable[[Comparison], str]] = {"json": as_json, "html": page}
