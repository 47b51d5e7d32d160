"""The command `assistants-contract`: its commands, their options and their help.

Each command imports its own module inside its function: schemathesis, openai and pytest take seconds to import, and a
help text or a mistake on the line does not need them.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from contract_tests.cli.command_line_keys import without_keys
from contract_tests.cli.options import ALLOW_HTTP, FILE, PLACE, TIMEOUT, VERSION, WAIT, learn_options, target_options
from contract_tests.cli.report_files import report_options
from contract_tests.cli.streams import safe_streams
from contract_tests.cli.suite_errors import describe_error, render_traceback
from contract_tests.reports.escaping import one_line, terminal
from contract_tests.reports.formats import FORMATS
from contract_tests.requirements.verdicts import INTERRUPTED, PASSED, UNUSABLE, exit_code_without_verdicts
from contract_tests.runs.run_options import HISTORIES, RunOptions

if TYPE_CHECKING:
    from contract_tests.reports.events import Record


def main() -> NoReturn:
    """Runs the command. A mistake of the user is one line on standard error, and exit 2."""
    with safe_streams() as out:
        code = _run()
        if out:
            out.flush()
            if out.is_lost:
                _say(f"Standard output cannot be written ({out.fault.strerror if out.fault else ''}).")
                code = code or UNUSABLE
    sys.exit(code)


def _run() -> int:
    """Runs the command, and returns the exit code."""
    try:
        return int(cli.main(prog_name="assistants-contract", standalone_mode=False) or PASSED)
    except click.ClickException as mistake:
        _say(without_keys(mistake.format_message()))
        return UNUSABLE
    except click.Abort:
        return INTERRUPTED
    except Exception as fault:  # noqa: BLE001 - an error outside a run, while a report is made: no verdict either
        _say(without_keys(describe_error(fault)))
        if "--debug" in sys.argv:
            click.echo(terminal(without_keys(render_traceback(fault))), err=True)
        return UNUSABLE


def _say(text: str) -> None:
    """One line on standard error."""
    click.echo(f"assistants-contract: {one_line(text)}", err=True)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@VERSION
def cli() -> None:
    """Tests an implementation of the Assistants API against the contract in openapi.yaml."""


@cli.command()
@target_options
@click.option("--allow-fuzzing", is_flag=True, help="Test a server beyond this machine with thousands of calls.")
@click.option("--strict", is_flag=True, help="Fail on SHOULD violations too.")
@click.option("--seed", default=1, show_default=True, help="The same seed makes the same requests.")
@click.option("--histories", default=HISTORIES, show_default=True, type=click.IntRange(0), help="Random histories.")
@click.option("--deep", is_flag=True, help="Schemathesis's fuzzing and links too: takes minutes, not seconds.")
@click.option("--sdk", is_flag=True, help="Test through Node's SDK too. Needs node; npm installs the SDK once.")
@click.option("--debug", is_flag=True, help="Print the traceback of an error of the suite.")
@click.option("--ledger", type=PLACE, help="A new file, or a folder for it.  [default: the folder of --events]")
@click.option("--events", type=FILE, help="Write every request, answer and verdict to this file.")
@click.option("--baseline", "known", type=PLACE, help="A file of known violations.")
@click.option("--since", type=PLACE, help="Events of an earlier run: print new, fixed and remaining violations.")
@report_options
def run(
    strict: bool,
    seed: int,
    histories: int,
    deep: bool,
    sdk: bool,
    debug: bool,
    ledger: Path | None,
    events: Path | None,
    known: Path | None,
    since: Path | None,
    **given: Any,
) -> int:
    """Test the server at BASE_URL. Without a target, test our own fake server.

    The keys come from the environment: ASSISTANTS_API_KEY, and for a complete test also ASSISTANTS_SIBLING_API_KEY
    (another key of the same organization) and ASSISTANTS_FOREIGN_API_KEY (a key of another organization).

    \b
    Exit codes:
      0  every chosen MUST passed
      1  a MUST is violated (with --strict, a SHOULD too), or the baseline is out of date
      2  wrong usage, or the server is out of reach, or it refuses a key
      3  nothing is violated, but a MUST was not tested
      4  an assistant of the run was not deleted
    """
    from contract_tests.cli.invocation import check_generators, parse_invocation
    from contract_tests.cli.references import References
    from contract_tests.cli.report_files import Reports

    files = {name: given.pop(name) for name in FORMATS}
    invocation = parse_invocation(**given)
    check_generators(invocation, deep=deep, sdk=sdk)
    references = References.load(known, since)
    reports = Reports(files, events)
    options = RunOptions(seed, histories, invocation.only, deep, sdk=sdk)

    from contract_tests.cli.run import Judgement

    place = ledger or (events.parent if events else Path())
    return Judgement(invocation, options, strict, references, reports, place, debug).run()


@cli.command()
@click.argument("events", type=PLACE)
@report_options
def report(events: Path, **files: Path | None) -> int:
    """Print the report of an earlier run again.

    Its EVENTS have all that is needed. With an option the report is written to a file instead.
    """
    from contract_tests.cli.report_files import Reports
    from contract_tests.reports import console
    from contract_tests.reports.terminal import report as print_report

    record, reports = _load(events), Reports(files)
    if not reports.files:
        print_report(record, console.stdout(), console.stderr())
    reports.write(record)
    return PASSED


@cli.command()
@click.argument("events", type=PLACE)
def baseline(events: Path) -> int:
    """Print a baseline of the violations of a run.

    Its EVENTS have them. Fill in why each violation is known, then give the file to run --baseline.
    """
    from contract_tests.reports.baseline import render

    click.echo(render(_load(events)), nl=False)
    return PASSED


@cli.command("list")
def list_() -> int:
    """Print every requirement.

    With its level, its source and its statement.
    """
    from contract_tests.reports import console
    from contract_tests.reports.catalogue_table import catalogue_table

    catalogue_table(console.stdout())
    return PASSED


@cli.command()
@click.argument("name", metavar="ID")
def explain(name: str) -> int:
    """Explain a requirement, or an area of them.

    The rationale, an example, and the tests.
    """
    from contract_tests.cli.explain import UnknownRequirementError, find_requirements, print_explanation
    from contract_tests.reports import console

    try:
        requirements = find_requirements(name)
    except UnknownRequirementError as fault:
        raise click.ClickException(str(fault)) from fault
    for requirement in requirements:
        print_explanation(console.stdout(), requirement)
    return PASSED


@cli.command()
@target_options
def plan(**given: Any) -> int:
    """Print the requests of a run before it is made.

    Their number, the requirements that they test, and the time that they take. Sends nothing.
    """
    from contract_tests.cli.invocation import parse_invocation
    from contract_tests.profiles.names import PRODUCTION

    invocation = parse_invocation(**{**given, "profile": given["profile"] or PRODUCTION}, allow_fuzzing=False)
    assert invocation.target
    assert invocation.plan

    from contract_tests.reports import console, plan_table

    includes = RunOptions(only=invocation.only).includes
    plan_table.by_requirement(invocation.plan, invocation.target, includes, console.stdout())
    return PASSED


@cli.command()
@learn_options
@click.option("--from", "events", type=PLACE, help="Send nothing: learn from the events of an earlier run.")
@click.option(
    "--plan", "planning", is_flag=True, help="Print what would be sent, and how long it takes. Sends nothing."
)
@click.option("--ledger", type=PLACE, default=Path(), help="A new file, or a folder for it.")
def learn(events: Path | None, planning: bool, ledger: Path, **given: Any) -> int:
    """Print the dialect of BASE_URL.

    A dialect is the choices of a server where the contract leaves one. assistants-fake --dialect reads it.

    Safe beside real data: the requests are planned, paced and guarded, and every assistant is deleted again.

    \b
    Exit codes:
      0  learned, though maybe not every setting
      2  wrong usage, or the server is out of reach, or it refuses a key
      4  an assistant of the run was not deleted
    """
    if events:
        from contract_tests.cli.learn import from_record

        return from_record(_load(events))
    from contract_tests.cli.invocation import parse_invocation
    from contract_tests.profiles.names import LEARN

    invocation = parse_invocation(**given, profile=LEARN)
    assert invocation.target
    assert invocation.plan
    if planning:
        from contract_tests.reports import console, plan_table

        plan_table.by_step(invocation.plan, invocation.target, console.stderr())
        return PASSED

    from contract_tests.cli.learn import Learning

    return Learning(invocation.target, invocation.plan, ledger).run()


@cli.command()
@click.argument("a")
@click.argument("b")
@ALLOW_HTTP
@TIMEOUT
@WAIT
@click.option("--ledger", type=click.Path(path_type=Path, file_okay=False), default=Path(), help="A folder for them.")
@click.option("--json", type=FILE, help="The differences for a program.")
@click.option("--html", type=FILE, help=FORMATS["html"][0])
def compare(
    a: str, b: str, allow_http: bool, timeout: int | None, wait: int, ledger: Path, **files: Path | None
) -> int:
    """Print the differences of two servers.

    A and B get the same calls. A difference is one that a client can see.

    A and B are each a base URL, a target file (.toml), or the events of a run with a profile. The keys of A are those
    of `run`; the keys of B are in ASSISTANTS_B_API_KEY and so on. Ids, times, wording and the order of headers do not
    count as differences.

    \b
    Exit codes:
      0  no difference
      1  differences
      2  wrong usage, or a server is out of reach
      4  an assistant of the run was not deleted
    """
    from contract_tests.cli.invocation import contestants

    servers = contestants(a, b, allow_http, timeout, wait)

    from contract_tests.cli.compare import ComparisonRun

    return ComparisonRun(servers, ledger, files).run()


@cli.command()
@click.argument("ledger", type=FILE)
@click.option("--target", "declared", type=PLACE, help="The target file of the run, for its headers and ca_file.")
@click.option("--yes", is_flag=True, help="Delete assistants that are found by their text without asking.")
def sweep(ledger: Path, declared: Path | None, yes: bool) -> int:
    """Delete what a killed run has left.

    The LEDGER of that run names it; nothing else is deleted.

    \b
    Exit codes:
      0  nothing of the run is left
      2  the ledger cannot be used, or the server is out of reach
      4  an assistant of the run was not deleted
    """
    from contract_tests.http.target import TargetError
    from contract_tests.runs.sweep import Sweep

    try:
        confirm = lambda text: yes or click.confirm(one_line(text), err=True)  # noqa: E731 - it needs `yes`
        left = Sweep(ledger, confirm, lambda text: click.echo(one_line(text)), declared=declared).run()
    except TargetError as fault:
        raise click.ClickException(str(fault)) from fault
    return exit_code_without_verdicts(left)


def _load(path: Path) -> Record:
    from contract_tests.reports import events

    try:
        return events.load(path)
    except events.RecordError as fault:
        raise click.ClickException(str(fault)) from fault
