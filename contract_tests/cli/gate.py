"""What a team is told beside the verdicts: what it knew, what is new, and how its baseline must be changed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import click

from contract_tests.reports.baseline import Baseline, BaselineError, since
from contract_tests.reports.baseline import read as read_baseline
from contract_tests.reports.events import Edit, Record, RecordError, read
from contract_tests.requirements.verdicts import BROKEN, exit_code
from contract_tests.runs.result import Result


@dataclass(frozen=True)
class Gate:
    baseline: Baseline | None
    before: Record | None

    @staticmethod
    def read(listed: Path | None, events: Path | None) -> Gate:
        """Raises ClickException for a file that cannot be used, before anything is sent."""
        try:
            return Gate(read_baseline(listed) if listed else None, read(events) if events else None)
        except (BaselineError, RecordError) as fault:
            raise click.ClickException(str(fault)) from fault

    def known(self, result: Result) -> dict[str, str]:
        return self.baseline.known(result.verdicts) if self.baseline else {}

    def exit_code(self, result: Result, strict: bool) -> int:
        """A baseline that is not true is a violation of its own, whatever else holds."""
        if self.edits(result):
            return BROKEN
        return exit_code(result.verdicts, result.left_behind, strict, self.known(result))

    def lines(self, edits: Iterable[Edit], now: Record) -> list[str]:
        """The edits, and what has changed since the run before."""
        lines = [f"\nBaseline: {edit}" for edit in edits]
        if self.before and now.verdicts:
            lines += [f"{name:6}{', '.join(ids) or '-'}" for name, ids in since(self.before, now).items()]
        return lines

    def edits(self, result: Result) -> list[Edit]:
        """What makes the baseline true again; nothing where nothing was judged."""
        if not self.baseline or not result.verdicts:
            return []
        return list(self.baseline.edits(result.verdicts, date.today()))
