"""The command assistants-fake: its options, and its exit codes."""

import asyncio
import re
import sys
from collections.abc import Callable
from contextlib import closing
from importlib import import_module
from pathlib import Path
from typing import Any

import click

from fake_server.compose import compose
from fake_server.console import LINES, Log, announce, greet, run
from fake_server.contract.openapi import read_document
from fake_server.contract.yaml_file import FileMistake
from fake_server.control.mount import attach
from fake_server.dialect.apply import house_of
from fake_server.dialect.settings import read_dialect
from fake_server.domain.clock import Clock
from fake_server.domain.ids import Ids
from fake_server.fake import Fake
from fake_server.http.middlewares import narrow_origins, number_requests
from fake_server.http.server import ListenError
from fake_server.storage.file_format import DataFileError
from fake_server.storage.seed_file import read_seed_file

RATE = str(read_document()["x-rate-limit"]["requests"])
# When it is under --seed: 2025-11-23T08:00:00Z.
THEN = 1_763_884_800.0


def calls_a_minute(text: str) -> int | None:
    """None for "off"; raises BadParameter."""
    if text == "off":
        return None
    if not re.fullmatch("[1-9][0-9]{0,8}", text, re.ASCII):
        raise click.BadParameter(f"'{text}' is neither a number of calls a minute nor 'off'.")
    return int(text)


def an_origin(text: str) -> str:
    """Raises BadParameter."""
    if not re.fullmatch(r"https?://[^/\s]+|null", text):
        raise click.BadParameter(f"'{text}' is no origin, such as http://localhost:3000 (no path behind it).")
    return text.lower()


def main() -> None:
    """Exits 0 after SIGTERM or SIGINT, 2 with one line on stderr when it cannot start."""
    try:
        command(standalone_mode=False)
    except click.ClickException as error:
        line = " ".join(error.format_message().split())
        click.echo(f"assistants-fake: {line}", err=True)
        sys.exit(2)


@click.command(name="assistants-fake")
@click.option("--host", default="127.0.0.1", show_default=True, help="Where to listen.")
@click.option("--port", default=8080, show_default=True, type=click.IntRange(0, 65535), help="0 takes a free one.")
@click.option(
    "--rate-limit",
    default=RATE,
    show_default=True,
    type=calls_a_minute,
    metavar="N|off",
    help="Calls a minute of each key.",
)
@click.option("--data", type=click.Path(path_type=Path), help="Keep the assistants in this file.  [default: in memory]")
@click.option("--durable", is_flag=True, help="With --data: answer only what would outlive a power cut.")
@click.option(
    "--seed-file", type=click.Path(path_type=Path), help="Begin with the organizations of this file, YAML or JSON."
)
@click.option("--seed", type=int, metavar="N", help="The same ids and times for the same calls.")
@click.option(
    "--cors", multiple=True, type=an_origin, metavar="ORIGIN", help="Pages that may call; repeatable.  [default: any]"
)
@click.option("--control-token", envvar="ASSISTANTS_FAKE_TOKEN", metavar="T", help="Ask it of whoever calls /_fake.")
@click.option("--no-control", is_flag=True, help="Leave out /_fake.")
@click.option("--dialect", metavar="NAME|FILE", help="How it speaks where the contract leaves a choice, such as ragen.")
@click.option("--json", "as_json", is_flag=True, help="Say where it listens as one line of JSON.")
@click.option("--log", type=click.Choice(list(LINES)), default="text", show_default=True, help="A line a request.")
@click.option("--quiet", is_flag=True, help="Log no requests.")
@click.version_option(prog_name="assistants-fake", package_name="assistants-contract")
def command(host: str, port: int, as_json: bool, **options: Any) -> None:
    """A fake of the Assistants API: six operations over projects, on this machine."""
    if not host:
        raise click.BadParameter("An empty host would listen everywhere; say 0.0.0.0 for that.", param_hint="--host")
    if options["durable"] and options["data"] is None:
        raise click.UsageError("--durable is about a data file: give --data too, or leave it out.")
    if options["seed"] is not None and options["data"] is not None:
        raise click.UsageError("--seed begins anew at each start, and --data goes on: give one of them.")
    try:
        fake = composed(host, **options)
    except (DataFileError, FileMistake) as error:
        raise click.ClickException(str(error)) from None
    ready = announce if as_json else greet
    with closing(fake.store), asyncio.Runner(loop_factory=fast_loop()) as runner:
        try:
            runner.run(run(fake, host, port, lambda url: ready(fake, url, control=not options["no_control"])))
        except ListenError as error:
            raise click.ClickException(f"{error} Give another --host or --port.") from None


def composed(
    host: str,
    *,
    rate_limit: int | None,
    data: Path | None,
    durable: bool,
    dialect: str | None,
    seed_file: Path | None,
    seed: int | None,
    cors: tuple[str, ...],
    control_token: str | None,
    no_control: bool,
    log: str,
    quiet: bool,
) -> Fake:
    """Raises DataFileError and FileMistake."""
    clock = Clock() if seed is None else Clock(THEN)
    spoken = {} if dialect is None else read_dialect(dialect)
    planted = None if seed_file is None else read_seed_file(seed_file, int(clock.now()), house_of(spoken))
    fake = compose(rate_limit=rate_limit, data=data, durable=durable, now=clock.now, planted=planted, dialect=spoken)
    ids = None if seed is None else Ids(seed)
    if ids is not None:
        fake.store.new_id = ids.project
        number_requests(fake, ids)
    if cors:
        narrow_origins(fake, cors)
    if not no_control:
        attach(fake, clock, ids=ids, host=host, token=control_token)
    fake.log = None if quiet else Log(log)
    return fake


def fast_loop() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """uvloop's, where it is installed (the extra `fast`): a request then costs a fifth less."""
    try:
        loop: Callable[[], asyncio.AbstractEventLoop] = import_module("uvloop").new_event_loop
    except ImportError:
        return None
    return loop
