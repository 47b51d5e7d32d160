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
from contract_tests.cli.edition import OPTION, choose
from contract_tests.cli.garbage_collection import collect_rarely
from contract_tests.cli.options import (
    ALLOW_HTTP,
    EDITION,
    FILE,
    PLACE,
    TIMEOUT,
    VERSION,
    WAIT,
    learn_options,
    run_options,
)
from contract_tests.cli.report_files import report_options
from contract_tests.cli.streams import safe_streams
from contract_tests.cli.suite_errors import describe_error, render_traceback
from contract_tests.http import editions
from contract_tests.reports.escaping import one_line, terminal
from contract_tests.reports.formats import FORMATS
from contract_tests.requirements.verdicts import INTERRUPTED, PASSED, UNUSABLE, exit_code_without_verdicts

if TYPE_CHECKING:
    from contract_tests.reports.events import Record


def main() -> NoReturn:
    """Runs the command. A mistake of the user is one line on standard error, and exit 2."""
    collect_rarely()
    with safe_streams() as out, editions.use(editions.PAGE):
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
@run_options
def run(**words: Any) -> int:
    """Test the server at BASE_URL. Without a target, test our own fake server.

    The keys come from the environment: ASSISTANTS_API_KEY, and for a complete test also ASSISTANTS_SIBLING_API_KEY
    (another key of the same organization) and ASSISTANTS_FOREIGN_API_KEY (a key of another organization).

    \b
    Exit codes:
      0  every chosen MUST passed
      1  a MUST is violated (with --strict, a SHOULD too), or the baseline is out of date
      2  wrong usage, or the server is out of reach, or it refuses a key
      3  nothing is violated, but a MUST was not tested
      4  an assistant of the run was not deleted, or may be left
    """
    from contract_tests.cli.prepared_run import prepare

    prepared = prepare(words)

    from contract_tests.cli.run import ConformanceRun

    return ConformanceRun(prepared).run()


@cli.command()
@click.argument("events", type=PLACE)
@report_options
def report(events: Path, **files: Path | None) -> int:
    """Print the report of an earlier run again.

    EVENTS is the record of that run. An option writes the report to a file instead.
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

    EVENTS is the record of that run. Fill in why each violation is known, then give the file to run --baseline.
    """
    from contract_tests.reports.baseline import render

    click.echo(render(_load(events)), nl=False)
    return PASSED


@cli.command("list")
@EDITION
def list_(edition: str | None) -> int:
    """Print every requirement.

    Each row has the id, the level, the source and the statement.
    """
    from contract_tests.reports import console
    from contract_tests.reports.catalogue_table import catalogue_table

    choose([(OPTION, edition)])
    catalogue_table(console.stdout())
    return PASSED


@cli.command()
@click.argument("name", metavar="ID")
@EDITION
def explain(name: str, edition: str | None) -> int:
    """Explain a requirement, or an area of them.

    Prints the rationale, an example, the code that judges, the tests, and
    a script to try the example.
    """
    from contract_tests.cli.explain import UnknownRequirementError, find_requirements, print_explanation
    from contract_tests.reports import console

    choose([(OPTION, edition)])
    try:
        requirements = find_requirements(name)
    except UnknownRequirementError as fault:
        raise click.ClickException(str(fault)) from fault
    for requirement in requirements:
        print_explanation(console.stdout(), requirement)
    return PASSED


@cli.command()
@run_options
def plan(**words: Any) -> int:
    """Print the requests of a run before it is made.

    Prints their number, the requirements that they test, and the time that they take. Give the arguments and options
    of `run`. Sends nothing, and needs no key.
    """
    from contract_tests.cli.plan import print_plan
    from contract_tests.cli.prepared_run import prepare

    print_plan(prepare(words, needs_key=False))
    return PASSED


@cli.command()
@learn_options
@click.option("--from", "events", type=PLACE, help="Send nothing: learn from the events of an earlier run.")
@click.option(
    "--plan", "planning", is_flag=True, help="Print what would be sent, and how long it takes. Sends nothing."
)
@click.option("--ledger", type=PLACE, default=Path(), help="Keep the ledger in this new file, or in this folder.")
def learn(
    base_url: str | None,
    file: Path | None,
    edition: str | None,
    events: Path | None,
    planning: bool,
    ledger: Path,
    **given: Any,
) -> int:
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

        record = _load(events)
        choose([(OPTION, edition), (str(events), record.edition)])
        return from_record(record)
    from contract_tests.cli.invocation import parse_invocation, parse_target
    from contract_tests.profiles.names import LEARN

    invocation = parse_invocation(parse_target(base_url, file, edition), LEARN, **given)
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
@EDITION
@click.option(
    "--ledger",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(),
    help="A folder for the ledgers of both runs.",
)
@click.option("--json", type=FILE, help="The differences for a program.")
@click.option("--html", type=FILE, help=FORMATS["html"][0])
def compare(
    a: str,
    b: str,
    allow_http: bool,
    timeout: int | None,
    wait: int,
    edition: str | None,
    ledger: Path,
    **files: Path | None,
) -> int:
    """Print the differences of two servers.

    A and B get the same calls. A difference is one that a client can see.

    A and B are each a base URL, a target file (.toml), or the events of a run with a profile. A uses the keys of
    `run`. The keys of B are in ASSISTANTS_B_API_KEY and so on. Ids, times, wording and the order of headers do not
    count as differences.

    \b
    Exit codes:
      0  no difference
      1  differences
      2  wrong usage, or a server is out of reach
      4  an assistant of the run was not deleted
    """
    from contract_tests.cli.invocation import contestants

    servers = contestants(a, b, allow_http, timeout, wait, edition)

    from contract_tests.cli.compare import ComparisonRun

    return ComparisonRun(servers, ledger, files).run()


@cli.command("sweep")
@click.argument("ledger", type=FILE)
@click.option("--target", "file", type=PLACE, help="The target file of the run, if it had one.")
@ALLOW_HTTP
@click.option("--yes", is_flag=True, help="Send the key, and delete assistants found by their text, without asking.")
def sweep_(ledger: Path, file: Path | None, allow_http: bool, yes: bool) -> int:
    """Delete what a killed run has left.

    The LEDGER names the assistants of that run. Nothing else is deleted. A key goes beyond this machine only if
    you give the target file of the run, or say yes to the address.

    \b
    Exit codes:
      0  nothing of the run is left
      2  the ledger cannot be used, or the server is out of reach
      4  an assistant of the run was not deleted
    """
    from contract_tests.cli.sweep import sweep
    from contract_tests.http.target import TargetError

    try:
        left = sweep(ledger, file, allow_http, yes)
    except TargetError as fault:
        raise click.ClickException(str(fault)) from fault
    return exit_code_without_verdicts(left)


def _load(path: Path) -> Record:
    """The record of an earlier run. The command is of the edition of that run."""
    from contract_tests.reports import events

    try:
        record = events.load(path)
    except events.RecordError as fault:
        raise click.ClickException(str(fault)) from fault
    editions.choose(record.edition)
    return record
