"""The command assistants-fake: its options, its greeting, its signals and its exit codes."""

import asyncio
import json
import re
import signal
import sys
import time
from collections.abc import Callable
from contextlib import closing, suppress
from importlib import import_module
from pathlib import Path

import click

from fake_server.assistants import assistant_id
from fake_server.contract import read_document
from fake_server.dialect import DialectError, read_dialect
from fake_server.fake import Fake, compose
from fake_server.file_format import DataFileError
from fake_server.local import ListenError, listening

RATE = str(read_document()["x-rate-limit"]["requests"])


def calls_a_minute(text: str) -> int | None:
    """None for "off"; raises BadParameter."""
    if text == "off":
        return None
    if not re.fullmatch("[1-9][0-9]{0,8}", text, re.ASCII):
        raise click.BadParameter(f"'{text}' is neither a number of calls a minute nor 'off'.")
    return int(text)


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
    "--dialect",
    default="openai",
    show_default=True,
    metavar="NAME|FILE",
    help="Speak as a service does: openai, ragen, or what a YAML file says.",
)
@click.option("--json", "as_json", is_flag=True, help="Say where it listens as one line of JSON.")
@click.option("--quiet", is_flag=True, help="Log no requests.")
@click.version_option(prog_name="assistants-fake", package_name="assistants-contract")
def command(
    host: str,
    port: int,
    rate_limit: int | None,
    data: Path | None,
    durable: bool,
    dialect: str,
    as_json: bool,
    quiet: bool,
) -> None:
    """A fake of the Assistants API: six operations over projects, on this machine."""
    if not host:
        raise click.BadParameter("An empty host would listen everywhere; say 0.0.0.0 for that.", param_hint="--host")
    if durable and data is None:
        raise click.UsageError("--durable is about a data file: give --data too, or leave it out.")
    try:
        fake = compose(rate_limit=rate_limit, data=data, durable=durable, dialect=read_dialect(dialect))
    except (DataFileError, DialectError) as error:
        raise click.ClickException(str(error)) from None
    fake.log = None if quiet else log
    with closing(fake.store), asyncio.Runner(loop_factory=fast_loop()) as runner:
        try:
            runner.run(run(fake, host, port, announce if as_json else greet))
        except ListenError as error:
            raise click.ClickException(f"{error} Give another --host or --port.") from None


def fast_loop() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """uvloop's, where it is installed (the extra `fast`): a request then costs a fifth less."""
    try:
        loop: Callable[[], asyncio.AbstractEventLoop] = import_module("uvloop").new_event_loop
    except ImportError:
        return None
    return loop


def log(method: str, path: str, status: int, seconds: float, label: str) -> None:
    """One line on stderr; no query, and of the key no more than its label."""
    now, asked = time.strftime("%H:%M:%S"), path.partition("?")[0]
    # Whoever read it may be gone.
    with suppress(OSError):
        sys.stderr.write(f"{now} {method} {asked:.200} {status} {seconds * 1000:.1f} ms {label}\n")


async def run(fake: Fake, host: str, port: int, ready: Callable[[Fake, str], None]) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with listening(fake, host, port) as url:
        ready(fake, url)
        await stop.wait()


def announce(fake: Fake, url: str) -> None:
    keys = fake.store.all_keys()
    # A data file may have other keys than ours.
    bound = {key.label: assistant_id(key.project) for key in keys}
    said = {
        "url": url,
        "keys": {key.label: key.secret for key in keys},
        "bound_id": bound.get("primary"),
        "expendable_id": bound.get("sibling"),
    }
    click.echo(json.dumps(said))


def greet(fake: Fake, url: str) -> None:
    click.echo(f"The fake listens at {click.style(url, bold=True)}. Stop it with Ctrl-C.\n")
    for key in fake.store.all_keys():
        organization = fake.store.organization(key.organization).name
        click.echo(f"  {key.secret}  {key.label}, of {organization}, bound to {assistant_id(key.project)}")
    for key in fake.store.all_keys()[:1]:
        click.echo(f"\nTry: curl {url}/assistants -H 'Authorization: Bearer {key.secret}'")
