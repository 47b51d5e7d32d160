"""The arguments and options that several commands share. Imports little, so that a help text comes at once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import click

from contract_tests.profiles.names import JUDGING
from contract_tests.requirements import catalogue

Command = Callable[..., int]
ALLOW_HTTP = click.option("--allow-http", is_flag=True, help="Send keys unencrypted beyond this machine.")
FILE = click.Path(path_type=Path, dir_okay=False)
PLACE = click.Path(path_type=Path)


TIMEOUT = click.option(
    "--timeout", type=click.IntRange(1, 3600), metavar="SECONDS", help="The longest time for one call.  [default: 30]"
)
WAIT = click.option(
    "--wait", type=click.IntRange(0, 3600), default=0, metavar="SECONDS", help="Wait for a server that is starting."
)


def target_options(command: Command) -> Command:
    """Adds the options for the target, for the requirements to test, and for the calls that the user allows."""
    for decorate in reversed(
        (
            click.argument("base_url", required=False),
            click.option("--target", "file", type=PLACE, help="A TOML file that describes the server to test."),
            click.option("--profile", type=click.Choice(JUDGING), help="Few requests, safe beside real data."),
            click.option("--only", multiple=True, metavar="ID", help="A requirement, an area (modify/), or a level."),
            click.option("--ask-self-delete", is_flag=True, help="Try to delete the bound assistant: it must refuse."),
            CONTRACT,
            click.option("--probe-rate-limit", is_flag=True, help="Test rate/* too: this uses up the rate limit."),
            ALLOW_HTTP,
            TIMEOUT,
            WAIT,
        )
    ):
        command = decorate(command)
    return command


def learn_options(command: Command) -> Command:
    """Adds the options of `learn`, which tests no requirement."""
    for decorate in reversed(
        (
            click.argument("base_url", required=False),
            click.option("--target", "file", type=PLACE, help="A TOML file that describes the server."),
            click.option(
                "--probe-rate-limit", is_flag=True, help="Learn the limiter too: this uses up the rate limit."
            ),
            ALLOW_HTTP,
            TIMEOUT,
            WAIT,
        )
    ):
        command = decorate(command)
    return command


def _check_contract(_: click.Context, __: click.Parameter, wanted: str | None) -> None:
    if wanted not in (None, catalogue.version()):
        from importlib.metadata import version

        raise click.UsageError(
            f"--contract {wanted}: this is contract {catalogue.version()}, of assistants-contract "
            f"{version('assistants-contract')}. CHANGELOG.md lists the changes between the two."
        )


def _print_version(context: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        click.echo(f"{version('assistants-contract')}, contract {catalogue.version()}")
        context.exit()


VERSION = click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_print_version, help="Show the version."
)
CONTRACT = click.option(
    "--contract", metavar="VERSION", callback=_check_contract, expose_value=False, help="Refuse any other version."
)
