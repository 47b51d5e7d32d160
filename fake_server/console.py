"""What a running fake says of itself: its greeting, its log, and its end by a signal."""

import asyncio
import json
import signal
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress

import click

from fake_server.domain.assistants import Key, assistant_id
from fake_server.fake import Fake
from fake_server.http.server import listening

# Seconds that a line may wait for others: made and written for many calls at once it takes a fraction of its time.
PATIENCE = 0.01


def text_line(at: float, method: str, path: str, status: int, seconds: float, label: str) -> str:
    """No query, and of the key no more than its label."""
    now = time.strftime("%H:%M:%S", time.localtime(at))
    return f"{now} {method} {asked(path)} {status} {seconds * 1000:.1f} ms {label}"


def json_line(at: float, method: str, path: str, status: int, seconds: float, label: str) -> str:
    """The same as JSON; `at` in Unix seconds."""
    line = {"at": round(at, 3), "method": method, "path": asked(path), "status": status}
    return json.dumps({**line, "ms": round(seconds * 1000, 1), "key": label})


LINES: Mapping[str, Callable[[float, str, str, int, float, str], str]] = {"text": text_line, "json": json_line}


def asked(path: str) -> str:
    return path.partition("?")[0][:200]


class Log:
    """A line on stderr for each call that it is told of (Fake.log), one of LINES."""

    def __init__(self, kind: str) -> None:
        self.line = LINES[kind]
        self.waiting: list[tuple[float, str, str, int, float, str]] = []

    def __call__(self, method: str, path: str, status: int, seconds: float, label: str) -> None:
        if not self.waiting:
            asyncio.get_running_loop().call_later(PATIENCE, self.write)
        self.waiting.append((time.time(), method, path, status, seconds, label))

    def write(self) -> None:
        lines = "".join(f"{self.line(*each)}\n" for each in self.waiting)
        self.waiting.clear()
        # Whoever read it may be gone.
        with suppress(OSError):
            sys.stderr.write(lines)


async def run(fake: Fake, host: str, port: int, ready: Callable[[str], None]) -> None:
    """Until SIGINT or SIGTERM; `ready` is told the base URL. Raises ListenError."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with listening(fake, host, port) as url:
        ready(url)
        await stop.wait()
    # The log's last lines.
    await asyncio.sleep(2 * PATIENCE)


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
