"""The command `learn`: a dialect on standard output; how it was come by, and what is in doubt, on standard error."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path

import click

from contract_tests.dialect import document, schema
from contract_tests.dialect.observations import observations
from contract_tests.dialect.rules import Learned, learn
from contract_tests.generators.session import Session
from contract_tests.http import ledger
from contract_tests.http.messages import Exchange
from contract_tests.http.target import Target
from contract_tests.profiles.limiter_probe import Limits
from contract_tests.profiles.plan import Plan
from contract_tests.reports.events import Record
from contract_tests.reports.terminal import Terminal
from contract_tests.requirements.verdicts import HOLDS, LEFT_BEHIND
from contract_tests.runs.planned_run import PlannedRun


class Learning:
    """Asks a target by a plan. `run` is what is played; what has been learnt is told also where that was cut short."""

    def __init__(self, target: Target, plan: Plan, place: Path, terminal: Terminal) -> None:
        self.run = PlannedRun(target, plan, 1, lambda _: True, place, terminal.progress, self._take, self._limits)
        self._of_limits: dict[str, Learned] = {}
        self._terminal = terminal
        self._seen: list[Exchange] = []
        self._began = time.monotonic()

    def found(self) -> dict[str, Learned]:
        """What has been learnt by now."""
        return learn(observations(self._seen)) | self._of_limits

    def conclude(self, fault: str, code: int) -> int:
        """Tells; the exit code. `fault` is why it was cut short."""
        result, found = self.run.result, self.found()
        if any(exchange.response.accepted for exchange in self._seen):
            how = f"{result.requests} requests." + f" Broken off: {fault}" * bool(fault)
            click.echo(document.yaml_of(found, result.target.base_url, how), nl=False)
            took = f"{result.requests} requests in {time.monotonic() - self._began:.1f} s, {result.planned} planned."
            tell(found, took, self._terminal)
        self._terminal.left_behind(result)
        if result.ledger and not result.left_behind:
            ledger.drop(result.ledger)
        if fault:
            self._terminal.line(f"assistants-contract: {fault}")
            return code
        return LEFT_BEHIND if result.left_behind else HOLDS

    def _limits(self, session: Session, limit: int) -> Limits:
        return Limits(session, limit, self._of_limits)

    def _take(self, exchange: Exchange) -> None:
        self._seen.append(exchange)
        self._terminal.watch(exchange)


def from_record(record: Record, terminal: Terminal) -> int:
    """Of a run that is over, by what its events have noted; nothing is sent."""
    found = {each["setting"]: Learned(each["value"], each["note"], each["doubt"]) for each in record.choices}
    if not found:
        raise click.ClickException("These events have no choices in them: nothing was answered, or an older suite ran.")
    base_url, started = record.header["target"]["base_url"], record.header["started"]
    how = f"from the events of the run of {started}."
    click.echo(document.yaml_of(found, base_url, how), nl=False)
    tell(found, "Nothing was sent.", terminal)
    return HOLDS


def tell(found: Mapping[str, Learned], took: str, terminal: Terminal) -> None:
    """How much is known, and what is in doubt; what nobody asked for stands in the YAML alone."""
    known = sum(not each.doubt for each in found.values())
    terminal.line(f"{took} Learnt {known} of {len(schema.settings())} settings; the others keep their defaults.")
    for name, each in found.items():
        if each.doubt:
            terminal.line(f"In doubt: {name}: {each.doubt}")
