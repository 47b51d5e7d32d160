"""The arguments and options that several commands share. Imports little, so that a help text comes at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial, reduce
from pathlib import Path

import click

from contract_tests.cli.report_files import report_options
from contract_tests.http import editions
from contract_tests.http.target import LONGEST_TIMEOUT
from contract_tests.http.target import TIMEOUT as TIMEOUT_SECONDS
from contract_tests.profiles.names import JUDGING
from contract_tests.requirements import catalogue
from contract_tests.runs.run_options import HISTORIES

Command = Callable[..., int]
Decorator = Callable[[Command], Command]
ALLOW_HTTP = click.option("--allow-http", is_flag=True, help="Send keys unencrypted beyond this machine.")
FILE = click.Path(path_type=Path, dir_okay=False)
PLACE = click.Path(path_type=Path)
EDITION = click.option(
    "--edition", metavar="NAME", help=f"The edition of the contract: {' or '.join(editions.names())}.  [default: page]"
)
TIMEOUT = click.option(
    "--timeout",
    type=click.IntRange(1, LONGEST_TIMEOUT),
    metavar="SECONDS",
    help=f"The longest time for one call.  [default: {TIMEOUT_SECONDS:g}]",
)
WAIT = click.option(
    "--wait",
    type=click.IntRange(0, LONGEST_TIMEOUT),
    default=0,
    metavar="SECONDS",
    help="Wait for a server that is starting.",
)


def _print_version(context: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        click.echo(f"{version('assistants-contract')}, contract {catalogue.version()}")
        context.exit()


VERSION = click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_print_version, help="Show the version."
)
CONTRACT = click.option("--contract", metavar="VERSION", help="Stop if the contract has another version.")
# For the target, the requirements to test, the calls that the user allows, and files. `plan` has them too.
_RUN = (
    click.argument("base_url", required=False),
    click.option("--target", "file", type=PLACE, help="A TOML file that describes the server to test."),
    click.option("--profile", type=click.Choice(JUDGING), help="Few requests, safe beside real data."),
    click.option(
        "--only", multiple=True, metavar="NAME", help="Test only this requirement, area (modify) or level. Repeatable."
    ),
    click.option("--skip", multiple=True, metavar="NAME", help="Leave out a requirement, area or level. Repeatable."),
    click.option("--only-failed", type=PLACE, help="Events of an earlier run: test what failed in it again."),
    click.option("--ask-self-delete", is_flag=True, help="With a profile: try to delete the bound assistant."),
    EDITION,
    CONTRACT,
    click.option("--probe-rate-limit", is_flag=True, help="With a profile: test rate/*, which uses up the limit."),
    ALLOW_HTTP,
    TIMEOUT,
    WAIT,
    click.option("--allow-fuzzing", is_flag=True, help="Test a server beyond this machine with thousands of calls."),
    click.option("--strict", is_flag=True, help="Fail on SHOULD violations too."),
    click.option("--seed", default=1, show_default=True, help="The same seed makes the same requests."),
    click.option(
        "--histories",
        default=HISTORIES,
        show_default=True,
        type=click.IntRange(0),
        help="The number of random histories.",
    ),
    click.option("--deep", is_flag=True, help="Schemathesis's fuzzing and links too: takes minutes, not seconds."),
    click.option(
        "--sdk",
        is_flag=True,
        help="Test through Node's SDK and Python's async client too. Needs node; npm installs the SDK once.",
    ),
    click.option("--debug", is_flag=True, help="Print the traceback of an error of the suite."),
    click.option(
        "--ledger", type=PLACE, help="A new file or a folder for the ledger.  [default: the folder of --events]"
    ),
    click.option("--events", type=FILE, help="Write every request, answer and verdict to this file."),
    click.option("--baseline", "known", type=PLACE, help="A file of known violations."),
    click.option("--since", type=PLACE, help="Events of an earlier run: print new, fixed and remaining violations."),
    report_options,
)
# `learn` tests no requirement.
_LEARN = (
    click.argument("base_url", required=False),
    click.option("--target", "file", type=PLACE, help="A TOML file that describes the server."),
    EDITION,
    click.option("--probe-rate-limit", is_flag=True, help="Learn the limiter too: this uses up the rate limit."),
    ALLOW_HTTP,
    TIMEOUT,
    WAIT,
)


def _decorate(decorators: Sequence[Decorator], command: Command) -> Command:
    return reduce(lambda decorated, decorate: decorate(decorated), reversed(decorators), command)


run_options = partial(_decorate, _RUN)
learn_options = partial(_decorate, _LEARN)
