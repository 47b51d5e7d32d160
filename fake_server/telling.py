"""What a running fake says of itself: its greeting, its log, and its end by a signal."""

import asyncio
import json
import signal
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress

import click

from fake_server.assistants import Key, assistant_id
from fake_server.fake import Fake
from fake_server.local import listening

Log = Callable[[str, str, int, float, str], None]


def log_text(method: str, path: str, status: int, seconds: float, label: str) -> None:
    """One line on stderr; no query, and of the key no more than its label."""
    tell(f"{time.strftime('%H:%M:%S')} {method} {asked(path)} {status} {seconds * 1000:.1f} ms {label}")


def log_json(method: str, path: str, status: int, seconds: float, label: str) -> None:
    """The same as JSON; `at` in Unix seconds."""
    line = {"at": round(time.time(), 3), "method": method, "path": asked(path), "status": status}
    tell(json.dumps({**line, "ms": round(seconds * 1000, 1), "key": label}))


LOGS: Mapping[str, Log] = {"text": log_text, "json": log_json}


def asked(path: str) -> str:
    return path.partition("?")[0][:200]


def tell(line: str) -> None:
    # Whoever read it may be gone.
    with suppress(OSError):
        sys.stderr.write(f"{line}\n")


async def run(fake: Fake, host: str, port: int, ready: Callable[[str], None]) -> None:
    """Until SIGINT or SIGTERM; `ready` is told the base URL. Raises ListenError."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with listening(fake, host, port) as url:
        ready(url)
        await stop.wait()


def page_of(fake: Fake, url: str) -> str:
    return f"{url.removesuffix(fake.contract.prefix)}/_fake/"


def announce(fake: Fake, url: str, control: bool) -> None:
    keys: dict[str, Key] = {}
    for key in fake.store.all_keys():
        # A data file or a seed may have others than ours, and organizations whose keys are called alike.
        keys[f"{key.organization}/{key.label}" if key.label in keys else key.label] = key
    bound = {name: assistant_id(key.project) for name, key in keys.items()}
    said = {
        "url": url,
        "control": page_of(fake, url) if control else None,
        "keys": {name: key.secret for name, key in keys.items()},
        "bound_id": bound.get("primary"),
        "expendable_id": bound.get("sibling"),
    }
    click.echo(json.dumps(said))


def greet(fake: Fake, url: str, control: bool) -> None:
    click.echo(f"The fake listens at {click.style(url, bold=True)}. Stop it with Ctrl-C.\n")
    if control:
        click.echo(f"See and turn everything at {click.style(page_of(fake, url), bold=True)}\n")
    for key in fake.store.all_keys():
        organization = fake.store.organization(key.organization).name
        click.echo(f"  {key.secret}  {key.label}, of {organization}, bound to {assistant_id(key.project)}")
    for key in fake.store.all_keys()[:1]:
        click.echo(f"\nTry: curl {url}/assistants -H 'Authorization: Bearer {key.secret}'")
