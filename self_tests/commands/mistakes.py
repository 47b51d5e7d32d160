"""The mistakes of mistakes.yaml: each row's command is run in this process, in a folder of its own.

`python -m self_tests.commands.mistakes` writes the line and the exit code of each row anew. Look at the difference.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from contextlib import chdir, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml

from self_tests.command_run import Ran, run_once
from self_tests.doubles.server_thread import listening
from self_tests.golden.goldens import EVENTS

TABLE = Path(__file__).with_name("mistakes.yaml")
ROW = re.compile(r"^- mistake: .*\n(?:  .*\n)*", re.MULTILINE)
RESULT = re.compile(r"^  (?:says|exit): .*\n", re.MULTILINE)
PREFIX = "assistants-contract: "

Row = dict[str, Any]


def rows() -> list[Row]:
    found: list[Row] = yaml.safe_load(TABLE.read_text(encoding="utf-8"))
    return found


def perform(row: Row, folder: Path) -> Ran:
    """The result of a row's command in an empty folder. In the output, $URL stands for the URL of the row's server."""
    _prepare(row, folder)
    with _server(row) as url, chdir(folder):
        ran = run_once(*row["command"].replace("$URL", url).split(), **row.get("environment", {}))
    return Ran(ran.code, *(text.replace(url, "$URL") if url else text for text in (ran.out, ran.err)))


def _prepare(row: Row, folder: Path) -> None:
    (folder / "run.ndjson").write_bytes(_events(row))
    for name, text in row.get("files", {}).items():
        (folder / name).write_text(text, encoding="utf-8")
    for name, digits in row.get("bytes", {}).items():
        (folder / name).write_bytes(bytes.fromhex(digits))


def _events(row: Row) -> bytes:
    """The recorded events with the row's damage, and with a right footer."""
    *events, footer = [json.loads(line) for line in EVENTS.read_text(encoding="utf-8").splitlines()]
    for event in [*events, footer]:
        if "lacks" in row and event["event"] == row["lacks"][0]:
            event.pop(row["lacks"][1])
        if "holds" in row and event["event"] == row["holds"][0]:
            event[row["holds"][1]] = row["holds"][2]
    lines = "".join(json.dumps(event) + "\n" for event in events).encode()
    signed = footer | {"sha256": hashlib.sha256(lines).hexdigest()}
    return lines + json.dumps(signed).encode() + b"\n"


@contextmanager
def _server(row: Row) -> Iterator[str]:
    """The base URL of the row's server; empty if the row has none."""
    if "answers" not in row:
        yield ""
        return
    answer = row["answers"]

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if answer["status"]:
                self.send_response(answer["status"])
                for name, value in {"content-length": "0", **answer.get("headers", {})}.items():
                    self.send_header(name, value)
                self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Says nothing."""

    with listening(ThreadingHTTPServer(("127.0.0.1", 0), Handler)) as url:
        yield url


def _with_result(match: re.Match[str]) -> str:
    """The text of a row with the line and the exit code of now."""
    (row,) = yaml.safe_load(match[0])
    with TemporaryDirectory() as folder:
        ran = perform(row, Path(folder))
    says = json.dumps(ran.err.removeprefix(PREFIX).removesuffix("\n"), ensure_ascii=False)
    return RESULT.sub("", match[0]) + f"  says: {says}\n  exit: {ran.code}\n"


if __name__ == "__main__":
    TABLE.write_text(ROW.sub(_with_result, TABLE.read_text(encoding="utf-8")), encoding="utf-8")
