"""The two files that a run is compared with: the baseline of known violations, and the events of an earlier run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import click

from contract_tests.cli import edition
from contract_tests.reports import baseline, events
from contract_tests.reports.baseline import Baseline, BaselineError
from contract_tests.reports.events import Edit, Record, RecordError
from contract_tests.requirements.verdicts import exit_code
from contract_tests.runs.result import Result


@dataclass(frozen=True)
class References:
    baseline: Baseline | None
    before: Record | None

    @staticmethod
    def load(known: Path | None, since: Path | None) -> References:
        """Raises ClickException for a file that cannot be used, and for one of another edition."""
        try:
            found = References(baseline.load(known) if known else None, events.load(since) if since else None)
        except (BaselineError, RecordError) as fault:
            raise click.ClickException(str(fault)) from fault
        if found.baseline:
            edition.check_same(str(known), found.baseline.edition)
        if found.before:
            edition.check_same(f"--since {since}", found.before.edition)
        return found

    @property
    def file(self) -> str | None:
        return str(self.baseline.path) if self.baseline else None

    def known(self, result: Result) -> dict[str, str]:
        return self.baseline.known(result.verdicts) if self.baseline else {}

    def exit_code(self, result: Result, strict: bool) -> int:
        outdated = bool(self.edits(result))
        return exit_code(result.verdicts, result.remains, strict, self.known(result), outdated)

    def edits(self, result: Result) -> list[Edit]:
        """The changes that make the baseline true again. A run without verdicts needs no change."""
        if not self.baseline or not result.verdicts:
            return []
        return list(self.baseline.edits(result.verdicts, date.today()))

    def notes(self, result: Result) -> list[str]:
        """The changes of the contract since the baseline was made. A run without verdicts needs no note."""
        changes = self.baseline.changes() if self.baseline and result.verdicts else ""
        return [changes] if changes else []

    def since(self, result: Result) -> Mapping[str, list[str]] | None:
        """The ids of the new, fixed and remaining (`still`) violations; None without an earlier run."""
        return baseline.since(self.before, result.verdicts) if self.before and result.verdicts else None
