"""The command `assistants-contract`: reads its line, runs, prints, and exits with what the run came to."""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from importlib.metadata import version
from pathlib import Path
from typing import Any, NoReturn

import click

from contract_tests import catalogue
from contract_tests.asking import about_the_target, asked
from contract_tests.histories import DEFAULT as HISTORIES
from contract_tests.planned import PlannedRun
from contract_tests.profiles.plan import PRODUCTION, Plan
from contract_tests.report import Terminal, merged, redacted, written
from contract_tests.run import Choice, Result, Run, own_fake
from contract_tests.sweep import Sweep
from contract_tests.target import Target, TargetError
from contract_tests.verdicts import HOLDS, LEFT_BEHIND, UNUSABLE, exit_code

INTERRUPTED = 130


def main() -> NoReturn:
    """Runs the command; a mistake of the user's is one line on standard error and exit 2."""
    try:
        sys.exit(cli.main(prog_name="assistants-contract", standalone_mode=False))
    except click.ClickException as mistake:
        _fail(mistake.format_message())
    except click.Abort:
        sys.exit(INTERRUPTED)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(version("assistants-contract"), message=f"%(version)s, contract {catalogue.version()}")
def cli() -> None:
    """Judges an implementation of the Assistants API by the contract in openapi.yaml."""


@cli.command()
@about_the_target
@click.option("--allow-fuzzing", is_flag=True, help="Judge without a profile beyond this machine: thousands of calls.")
@click.option("--strict", is_flag=True, help="A broken should fails the run too.")
@click.option("--seed", default=1, show_default=True, help="The same seed makes the same requests.")
@click.option("--histories", default=HISTORIES, show_default=True, type=click.IntRange(0), help="Random histories.")
@click.option("--deep", is_flag=True, help="Schemathesis's fuzzing and links too: minutes rather than seconds.")
@click.option("--sdk", is_flag=True, help="Node's SDK too, where node is; npm installs it, once.")
@click.option("--report", type=click.Path(path_type=Path, dir_okay=False), help="Write the verdicts as JSON.")
@click.option("--ledger", type=click.Path(path_type=Path), help="A new file or its folder.  [default: beside --report]")
def run(
    strict: bool,
    seed: int,
    histories: int,
    deep: bool,
    sdk: bool,
    report: Path | None,
    ledger: Path | None,
    **about: Any,
) -> int:
    """Judge BASE_URL, or our own fake where no target is given.

    The keys come from the environment: ASSISTANTS_API_KEY, and, to have everything judged,
    ASSISTANTS_SIBLING_API_KEY (another key of the organization) and ASSISTANTS_FOREIGN_API_KEY (one of another).

    \b
    Exit: 0 every must holds and was judged; 1 a must is broken (with --strict, a should too);
    2 usage, target out of reach or key refused; 3 nothing broken, but a must could not be judged;
    4 something that the run made was left behind.
    """
    wanted = asked(**about)
    if wanted.plan and (deep or sdk):
        raise click.UsageError("--deep and --sdk make more calls than a profile plans.")
    _check_report(report)
    choice = Choice(seed, histories, wanted.only, deep, sdk=sdk)
    terminal = Terminal(strict)
    started = time.monotonic()
    with ExitStack() as stack:
        if wanted.plan and wanted.target:
            place = ledger or (report.parent if report else Path())
            runs: Sequence[Run | PlannedRun] = [_planned(wanted.target, wanted.plan, choice, place, terminal)]
        else:
            runs = _runs(wanted.target, choice, terminal, stack)
        results, code = _judge(runs, terminal, strict)
    result = merged(results)
    if result.verdicts:
        terminal.verdicts(result, time.monotonic() - started, code)
        if report:
            _write(report, written(result, choice.seed, code))
    return code


@cli.command()
@about_the_target
def plan(**about: Any) -> int:
    """Say what a run with the same words would ask, with how many requests, and how long that takes. Sends nothing."""
    wanted = asked(**{**about, "profile": about["profile"] or PRODUCTION}, allow_fuzzing=False)
    if not wanted.target or not wanted.plan:
        raise click.UsageError("Give BASE_URL or --target: a plan is made for a target.")
    Terminal(strict=False).plan(wanted.plan, wanted.target, Choice(only=wanted.only).includes)
    return HOLDS


@cli.command()
@click.argument("ledger", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--yes", is_flag=True, help="Remove what is found by its text without asking.")
def sweep(ledger: Path, yes: bool) -> int:
    """Remove what a run that was killed has left, by its LEDGER and nothing else.

    Exit: 0 nothing of the run is left; 2 the ledger or the target is out of reach; 4 something is left.
    """
    terminal = Terminal(strict=False)
    try:
        left = Sweep(ledger, lambda text: yes or click.confirm(text, err=True), terminal.swept).run()
    except TargetError as fault:
        raise click.ClickException(str(fault)) from fault
    return LEFT_BEHIND if left else HOLDS


def _runs(given: Target | None, choice: Choice, terminal: Terminal, stack: ExitStack) -> list[Run]:
    if given is None:
        return stack.enter_context(own_fake(choice, terminal.progress, terminal.watch))
    return [Run(given, choice, choice.includes, terminal.progress, terminal.watch)]


def _planned(given: Target, plan: Plan, choice: Choice, ledger: Path, terminal: Terminal) -> PlannedRun:
    return PlannedRun(given, plan, choice.seed, choice.includes, ledger, terminal.progress, terminal.watch)


def _judge(runs: Sequence[Run | PlannedRun], terminal: Terminal, strict: bool) -> tuple[list[Result], int]:
    """The results and the exit code. What was cut short has no verdict, but may have left something behind."""
    signal.signal(signal.SIGTERM, _interrupt)
    results = [each.result for each in runs]
    try:
        with terminal.running():
            for each in runs:
                each.judge()
    except TargetError as fault:
        return _cut_short(str(fault), results, terminal, UNUSABLE)
    except KeyboardInterrupt:
        left = any(result.left_behind for result in results)
        return _cut_short("Interrupted.", results, terminal, LEFT_BEHIND if left else INTERRUPTED)
    except Exception as fault:  # noqa: BLE001 - whatever it is, it must not be taken for a verdict
        where = f"{type(fault).__name__}: {fault}".splitlines()[0]
        return _cut_short(f"An error of the suite, not of the target. {where}", results, terminal, UNUSABLE)
    verdicts = [verdict for result in results for verdict in result.verdicts]
    return results, exit_code(verdicts, [id for result in results for id in result.left_behind], strict)


def _cut_short(why: str, results: list[Result], terminal: Terminal, code: int) -> tuple[list[Result], int]:
    click.echo(f"assistants-contract: {redacted(why, results[0].target)}", err=True)
    for result in results:
        terminal.left_behind(result)
    return results, code


def _interrupt(*_: Any) -> NoReturn:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # what was made is being removed; SIGINT breaks that off, too
    raise KeyboardInterrupt


def _check_report(report: Path | None) -> None:
    """Before anything is sent: a verdict that cannot be kept is not worth the asking."""
    try:
        if report:
            report.open("a").close()
    except OSError as fault:
        raise click.ClickException(f"--report {report}: cannot be written ({fault.strerror}).") from fault


def _write(report: Path, text: str) -> None:
    try:
        report.write_text(text, encoding="utf-8")
    except OSError as fault:
        raise click.ClickException(f"--report {report}: could not be written ({fault.strerror}).") from fault


def _fail(line: str) -> NoReturn:
    click.echo(f"assistants-contract: {line}", err=True)
    sys.exit(UNUSABLE)
