"""The command `assistants-contract`: reads its line, runs, prints, and exits with what the run came to."""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from importlib.metadata import version
from io import TextIOWrapper
from pathlib import Path
from typing import Any, NoReturn

import click
from rich.console import Console

from contract_tests.cli.compare import Comparing
from contract_tests.cli.explain import UnknownRequirementError, named, tell
from contract_tests.cli.gate import Gate
from contract_tests.cli.learn import Learning, from_record
from contract_tests.cli.options import ALLOW_HTTP, about_the_target, asked, contestants, whom_to_learn
from contract_tests.cli.report_files import OUT, Reports, writing_reports
from contract_tests.generators.histories import DEFAULT as HISTORIES
from contract_tests.http.messages import Exchange
from contract_tests.http.target import Target, TargetError, is_loopback
from contract_tests.profiles.plan import LEARN, PRODUCTION, Plan
from contract_tests.reports.baseline import written
from contract_tests.reports.events import Record, Recorder, RecordError, read
from contract_tests.reports.reproduce import redacted
from contract_tests.reports.terminal import Terminal, merged
from contract_tests.requirements import catalogue
from contract_tests.requirements.verdicts import HOLDS, LEFT_BEHIND, UNUSABLE
from contract_tests.runs.full_run import Run, own_fake
from contract_tests.runs.planned_run import PlannedRun
from contract_tests.runs.run_options import RunOptions
from contract_tests.runs.sweep import Sweep

INTERRUPTED = 130


def main() -> NoReturn:
    """Runs the command; a mistake of the user's is one line on standard error and exit 2."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # its encoding may be ASCII or Latin-1, and a character is no error
            stream.reconfigure(errors="backslashreplace")
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
@click.option("--ledger", type=click.Path(path_type=Path), help="A new file or its folder.  [default: beside --events]")
@click.option("--events", type=OUT, help="Write what was sent, what came, and the verdicts, as they come.")
@click.option("--baseline", "listed", type=click.Path(path_type=Path), help="A file of breaches that are known.")
@click.option("--since", type=click.Path(path_type=Path), help="Events of a run before: say what is new, fixed, still.")
@writing_reports
def run(
    strict: bool,
    seed: int,
    histories: int,
    deep: bool,
    sdk: bool,
    ledger: Path | None,
    events: Path | None,
    listed: Path | None,
    since: Path | None,
    html: Path | None,
    junit: Path | None,
    markdown: Path | None,
    badge: Path | None,
    **about: Any,
) -> int:
    """Judge BASE_URL, or our own fake where no target is given.

    The keys come from the environment: ASSISTANTS_API_KEY, and, to have everything judged,
    ASSISTANTS_SIBLING_API_KEY (another key of the organization) and ASSISTANTS_FOREIGN_API_KEY (one of another).

    \b
    Exit: 0 every must holds and was judged; 1 a must is broken (with --strict, a should too), or the baseline is
    not true; 2 usage, target out of reach or key refused; 3 nothing broken, but a must could not be judged;
    4 something that the run made was left behind.
    """
    wanted = asked(**about)
    if wanted.plan and (deep or sdk):
        raise click.UsageError("--deep and --sdk make more calls than a profile plans.")
    if sdk and wanted.target and not is_loopback(wanted.target.base_url):
        raise click.UsageError(
            "--sdk is for this machine: Node's SDK does not pass the guard that all other calls pass."
        )
    reports = Reports({"html": html, "junit": junit, "markdown": markdown, "badge": badge}, events)
    gate = Gate.read(listed, since)
    choice = RunOptions(seed, histories, wanted.only, deep, sdk=sdk)
    terminal = Terminal(strict)
    with ExitStack() as stack:
        if wanted.plan and wanted.target:
            place = ledger or (events.parent if events else Path())
            runs: Sequence[Run | PlannedRun] = [_planned(wanted.target, wanted.plan, choice, place, terminal)]
        else:
            runs = _runs(wanted.target, choice, terminal, stack)
        recorder = reports.recorder(runs[0].result, choice, about["profile"], strict)
        return _judge(runs, terminal, recorder, gate, reports)


@cli.command()
@click.argument("events", type=click.Path(path_type=Path))
@writing_reports
def report(events: Path, **files: Path | None) -> int:
    """Make reports of a run that is over, from its EVENTS."""
    if not any(files.values()):
        raise click.UsageError(f"Say what to write: {', '.join(f'--{name} FILE' for name in files)}.")
    Reports(files).write(_record(events))
    return HOLDS


@cli.command()
@click.argument("events", type=click.Path(path_type=Path))
def baseline(events: Path) -> int:
    """Print a baseline of what is broken in a run, from its EVENTS; say in it why each is."""
    click.echo(written(_record(events)), nl=False)
    return HOLDS


@cli.command("list")
def list_() -> int:
    """Print the catalogue: every requirement, its level, its source, and what it says."""
    Terminal(strict=False).catalogue()
    return HOLDS


@cli.command()
@click.argument("name", metavar="ID")
def explain(name: str) -> int:
    """Explain a requirement, or those of an area: to whom it matters, what keeps and breaks it, what tests it."""
    try:
        requirements = named(name)
    except UnknownRequirementError as fault:
        raise click.ClickException(str(fault)) from fault
    for requirement in requirements:
        tell(Console(highlight=False), requirement)
    return HOLDS


@cli.command()
@about_the_target
def plan(**about: Any) -> int:
    """Say what a run with the same words would ask, with how many requests, and how long that takes. Sends nothing."""
    wanted = asked(**{**about, "profile": about["profile"] or PRODUCTION}, allow_fuzzing=False)
    if not wanted.target or not wanted.plan:
        raise click.UsageError("Give BASE_URL or --target: a plan is made for a target.")
    Terminal(strict=False).plan(wanted.plan, wanted.target, RunOptions(only=wanted.only).includes)
    return HOLDS


@cli.command()
@whom_to_learn
@click.option("--from", "events", type=click.Path(path_type=Path), help="Ask nobody: read the events of a run.")
@click.option("--plan", "planning", is_flag=True, help="Say what would be asked, and how long it takes. Sends nothing.")
@click.option("--ledger", type=click.Path(path_type=Path), default=Path(), help="A new file or its folder.")
def learn(events: Path | None, planning: bool, ledger: Path, **about: Any) -> int:
    """Print the dialect of BASE_URL, as assistants-fake --dialect reads it: what it chooses where it may.

    Asked as beside real data, whoever it is: planned, paced, guarded, and all removed again.

    \b
    Exit: 0 learnt, be it not everything; 2 usage, target out of reach or key refused; 4 something was left behind.
    """
    terminal = Terminal(strict=False, aside=True)
    if events:
        return from_record(_record(events), terminal)
    wanted = asked(**about, profile=LEARN)
    assert wanted.target
    assert wanted.plan
    if planning:
        terminal.script(wanted.plan, wanted.target)
        return HOLDS
    signal.signal(signal.SIGTERM, _interrupt)
    learning = Learning(wanted.target, wanted.plan, ledger, terminal)
    return learning.conclude(*_played([learning.run], terminal))


@cli.command()
@click.argument("a")
@click.argument("b")
@ALLOW_HTTP
@click.option("--ledger", type=click.Path(path_type=Path, file_okay=False), default=Path(), help="A folder for them.")
@click.option("--json", type=OUT, help="The same for a program.")
@click.option("--html", type=OUT, help="A page for people: one file, offline.")
def compare(a: str, b: str, allow_http: bool, ledger: Path, **files: Path | None) -> int:
    """Play the same calls to A and B, and say where a client can tell the one from the other.

    Each is a base URL, a target file (.toml), or the events of a run with a profile. Of a base URL the keys are those
    of `run`; B's are in ASSISTANTS_B_API_KEY and so on. Ids, times, wording and the order of headers are no difference.

    \b
    Exit: 0 no difference; 1 differences; 2 usage, or one is out of reach; 4 something was left behind.
    """
    terminal = Terminal(strict=False)
    comparing = Comparing(contestants(a, b, allow_http), ledger, files, terminal)
    signal.signal(signal.SIGTERM, _interrupt)
    fault, code = _played(comparing.runs, terminal)
    if not fault:
        return comparing.conclude()
    click.echo(f"assistants-contract: {fault}", err=True)
    return LEFT_BEHIND if comparing.left_behind() else code


@cli.command()
@click.argument("ledger", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--yes", is_flag=True, help="Remove what is found by its text without asking.")
def sweep(ledger: Path, yes: bool) -> int:
    """Remove what a run that was killed has left, by its LEDGER and nothing else.

    Exit: 0 nothing of the run is left; 2 the ledger or the target is out of reach; 4 something is left.
    """
    terminal = Terminal(strict=False)
    try:
        left = Sweep(ledger, lambda text: yes or click.confirm(text, err=True), terminal.line).run()
    except TargetError as fault:
        raise click.ClickException(str(fault)) from fault
    return LEFT_BEHIND if left else HOLDS


def _runs(given: Target | None, choice: RunOptions, terminal: Terminal, stack: ExitStack) -> list[Run]:
    if given is None:
        return stack.enter_context(own_fake(choice, terminal.progress))
    return [Run(given, choice, choice.includes, terminal.progress)]


def _planned(given: Target, plan: Plan, choice: RunOptions, ledger: Path, terminal: Terminal) -> PlannedRun:
    return PlannedRun(given, plan, choice.seed, choice.includes, ledger, terminal.progress)


def _judge(
    runs: Sequence[Run | PlannedRun], terminal: Terminal, recorder: Recorder, gate: Gate, reports: Reports
) -> int:
    """The exit code. What was cut short has no verdict, but may have left something behind."""
    signal.signal(signal.SIGTERM, _interrupt)

    def watch(exchange: Exchange) -> None:
        terminal.watch(exchange)
        recorder.watch(exchange)

    for each in runs:
        each.watch = watch
    started, results = time.monotonic(), [each.result for each in runs]
    fault, code = _played(runs, terminal)
    result, seconds = merged(results), time.monotonic() - started
    if fault:
        click.echo(f"assistants-contract: {redacted(fault, result.target)}", err=True)
        terminal.left_behind(result)
    else:
        code = gate.exit_code(result, terminal.strict)
        terminal.verdicts(result, seconds, code, gate.known(result))
    edits = gate.edits(result)
    record = recorder.conclude(result, code, seconds, gate.known(result), edits, fault)
    for line in gate.lines(edits, record):
        terminal.line(line)
    reports.write(record)
    return code


def _played(runs: Sequence[Run | PlannedRun], terminal: Terminal) -> tuple[str, int]:
    """Why it was cut short, and the exit code of that; empty where it was not."""
    try:
        with terminal.running():
            for each in runs:
                each.judge()
    except TargetError as fault:
        return str(fault), UNUSABLE
    except KeyboardInterrupt:
        return "Interrupted.", LEFT_BEHIND if any(each.result.left_behind for each in runs) else INTERRUPTED
    except Exception as fault:  # noqa: BLE001 - whatever it is, it must not be taken for a verdict
        where = f"{type(fault).__name__}: {fault}".splitlines()[0]
        return f"An error of the suite, not of the target. {where}", UNUSABLE
    return "", HOLDS


def _record(events: Path) -> Record:
    try:
        return read(events)
    except RecordError as fault:
        raise click.ClickException(str(fault)) from fault


def _interrupt(*_: Any) -> NoReturn:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # what was made is being removed; SIGINT breaks that off, too
    raise KeyboardInterrupt


def _fail(line: str) -> NoReturn:
    click.echo(f"assistants-contract: {line}", err=True)
    sys.exit(UNUSABLE)
