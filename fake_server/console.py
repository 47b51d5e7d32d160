"""The texts that a running fake prints: the greeting and the request log."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING

import click

from fake_server.domain.assistants import Key, assistant_id

if TYPE_CHECKING:
    # At run time it would load the storage, which --help does not need.
    from fake_server.fake import Fake

# Seconds between two writes of the log. To write many lines at once is much cheaper than to write each alone.
LOG_DELAY = 0.01


def _text_line(at: float, method: str, path: str, status: int, seconds: float, label: str) -> str:
    now = time.strftime("%H:%M:%S", time.localtime(at))
    return f"{now} {method} {_without_query(path)} {status} {seconds * 1000:.1f} ms {label}"


def _json_line(at: float, method: str, path: str, status: int, seconds: float, label: str) -> str:
    line = {"at": round(at, 3), "method": method, "path": _without_query(path), "status": status}
    return json.dumps({**line, "ms": round(seconds * 1000, 1), "key": label})


# Each renders one line of the log from: Unix seconds, method, path, status, seconds, label of the key.
LOG_FORMATS: Mapping[str, Callable[[float, str, str, int, float, str], str]] = {"text": _text_line, "json": _json_line}


def _without_query(path: str) -> str:
    # A query may contain a key.
    return path.partition("?")[0][:200]


class Log:
    """Writes one line on stderr for each call (see Fake.log), in one of LOG_FORMATS."""

    def __init__(self, format: str) -> None:
        self._render_line = LOG_FORMATS[format]
        self._waiting: list[tuple[float, str, str, int, float, str]] = []

    def __call__(self, method: str, path: str, status: int, seconds: float, label: str) -> None:
        if not self._waiting:
            asyncio.get_running_loop().call_later(LOG_DELAY, self._write)
        self._waiting.append((time.time(), method, path, status, seconds, label))

    def _write(self) -> None:
        lines = "".join(f"{self._render_line(*each)}\n" for each in self._waiting)
        self._waiting.clear()
        # The reader of stderr may be gone.
        with suppress(OSError):
            sys.stderr.write(lines)


def print_notice(text: str) -> None:
    """One line on stderr about something that happened while the fake serves."""
    # The reader of stderr may be gone.
    with suppress(OSError):
        click.echo(f"assistants-fake: {text}", err=True)


def _page_url(fake: Fake, url: str) -> str:
    return f"{url.removesuffix(fake.contract.prefix)}/_fake/"


def print_json(fake: Fake, url: str, control: bool) -> None:
    """The URL, the keys and their assistants as one line of JSON."""
    keys: dict[str, Key] = {}
    for key in fake.store.all_keys():
        # Two organizations of a data file or a seed may have keys with the same label.
        keys[f"{key.organization}/{key.label}" if key.label in keys else key.label] = key
    bound_ids = {name: assistant_id(key.project) for name, key in keys.items()}
    ready = {
        "url": url,
        "control": _page_url(fake, url) if control else None,
        "keys": {name: key.secret for name, key in keys.items()},
        "bound_id": bound_ids.get("primary"),
        "expendable_id": bound_ids.get("sibling"),
    }
    click.echo(json.dumps(ready))


def print_greeting(fake: Fake, url: str, control: bool) -> None:
    """The URL, the keys and their assistants for a person."""
    click.echo(f"The fake listens at {click.style(url, bold=True)}. Stop it with Ctrl-C.\n")
    if control:
        click.echo(f"Open the page to see and change its data: {click.style(_page_url(fake, url), bold=True)}\n")
    for key in fake.store.all_keys():
        organization = fake.store.organization(key.organization).name
        click.echo(f"  {key.secret}  ({key.label} key of {organization}, bound to {assistant_id(key.project)})")
    for key in fake.store.all_keys()[:1]:
        click.echo(f"\nTry: curl {url}/assistants -H 'Authorization: Bearer {key.secret}'")
