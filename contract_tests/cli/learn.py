"""The command `learn`: prints a dialect on standard output, and the settings in doubt on standard error."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path

import click
from rich.console import Console

from contract_tests.cli.run import CutShort, perform
from contract_tests.dialect import document, schema
from contract_tests.dialect.observations import observations
from contract_tests.dialect.rules import Learned, learn
from contract_tests.generators.session import Session
from contract_tests.http.messages import Exchange
from contract_tests.http.target import Target
from contract_tests.profiles.limiter_probe import Limits
from contract_tests.profiles.plan import Plan
from contract_tests.reports import events, terminal
from contract_tests.reports.console import line, stderr
from contract_tests.reports.events import Record
from contract_tests.reports.progress import ProgressBar
from contract_tests.requirements.verdicts import PASSED, exit_code_without_verdicts
from contract_tests.runs.planned_run import PlannedRun


class Learning:
    """Learns the dialect of a target by a plan. A run that was cut short prints the settings that it has learned."""

    def __init__(self, target: Target, plan: Plan, place: Path) -> None:
        self.bar = ProgressBar()
        self.planned_run = PlannedRun(target, plan, 1, lambda _: True, place, self.bar.stage, self._watch, self._limits)
        self._learned_limits: dict[str, Learned] = {}
        self._errors = stderr()
        self._seen: list[Exchange] = []
        self._began = time.monotonic()

    def found(self) -> dict[str, Learned]:
        """The settings that are known so far, and the settings in doubt."""
        return learn(observations(self._seen)) | self._learned_limits

    def run(self) -> int:
        """Performs the plan, and prints the dialect. Returns the exit code."""
        return self.finish(perform([self.planned_run], self.bar))

    def finish(self, cut_short: CutShort | None) -> int:
        """Prints the dialect, and the assistants that were not deleted. Returns the exit code."""
        result, found = self.planned_run.result, self.found()
        if any(exchange.response.accepted for exchange in self._seen):
            how = f"{result.requests} requests." + (f" Cut short: {cut_short.reason}" if cut_short else "")
            refused = document.refused_creates(self._seen)
            click.echo(document.render(found, result.target.base_url, how, refused), nl=False)
            for text in refused:
                line(self._errors, text)
            took = f"{result.requests} of {result.planned} planned requests in {time.monotonic() - self._began:.1f} s."
            print_doubts(found, took, self._errors)
        terminal.result_not_deleted(self._errors, result)
        if cut_short:
            line(self._errors, f"assistants-contract: {cut_short.reason}")
            return cut_short.code
        return exit_code_without_verdicts(result.remains)

    def _limits(self, session: Session, limit: int) -> Limits:
        return Limits(session, limit, self._learned_limits)

    def _watch(self, exchange: Exchange) -> None:
        self._seen.append(exchange)
        self.bar.watch(exchange)


def from_record(record: Record) -> int:
    """Prints the dialect from the choices in the events of an earlier run. Sends nothing.

    Raises ClickException if the events have no choices.
    """
    found = {each["setting"]: Learned(each["value"], each["note"], each["doubt"]) for each in record.choices}
    if not found:
        raise click.ClickException("These events have no choices: the server gave no answer, or the file is too old.")
    base_url, started = record.header["target"]["base_url"], record.header["started"]
    how = f"from the events of the run of {started}."
    refused, errors = document.refused_creates(events.exchanges(record)), stderr()
    click.echo(document.render(found, base_url, how, refused), nl=False)
    for text in refused:
        line(errors, text)
    print_doubts(found, "Nothing was sent.", errors)
    return PASSED


def print_doubts(found: Mapping[str, Learned], took: str, console: Console) -> None:
    """Prints the number of learned settings, and the reason for each setting in doubt.

    Only the YAML lists the settings that no answer showed.
    """
    known = sum(not each.doubt for each in found.values())
    text = f"{took} Learned {known} of {len(schema.settings())} settings; the others keep their defaults."
    line(console, text)
    for name, each in found.items():
        if each.doubt:
            line(console, f"In doubt: {name}: {each.doubt}")
