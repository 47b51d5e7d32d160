"""The command is killed again and again while it writes: answered changes are kept, and none is half done."""

from __future__ import annotations

import json
import multiprocessing
import os
import random
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from multiprocessing.connection import Connection
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from fake_server import cli
from fake_server.storage import data_file, seed
from self_tests.cases import sampled

WRITERS = 4
LONGEST = 0.06  # seconds until a kill
PATH = "/v1/assistants"
HEADERS = {"Authorization": f"Bearer {seed.KEYS[0].secret}", "Content-Type": "application/json"}

# Name and instructions of an assistant, which every write changes together; None if the assistant does not exist.
Texts = tuple[str, str] | None


@dataclass
class Writer:
    """Writes its own assistants until the fake is gone. `doubt` is the write without an answer."""

    name: str
    dice: random.Random
    kept: dict[str, Texts] = field(default_factory=dict)
    doubt: tuple[str, Texts] | None = None
    count: int = 0

    def write(self, port: int) -> None:
        connection = HTTPConnection("127.0.0.1", port)
        try:
            while True:
                self.once(connection)
        except (OSError, HTTPException):
            connection.close()

    def once(self, connection: HTTPConnection) -> None:
        self.count += 1
        name = f"{self.name} {self.count}"
        texts: Texts = (name, f"{name} " * self.dice.randrange(1, 300))
        verb, id = self.dice.choice(("POST", "PATCH", "DELETE")), self.dice.choice([*self.kept] or [""])
        if verb == "POST" or not id:
            verb, id = "POST", ""
        elif verb == "DELETE":
            texts = None
        self.doubt = (id, texts)
        made = ask(connection, verb, f"{PATH}/{id}".rstrip("/"), texts)
        self.kept[made["id"]] = texts
        if texts is None:
            del self.kept[id]
        self.doubt = None

    def check(self, there: dict[str, Texts]) -> None:
        """All answered writes are `there`; the write in doubt is there completely or not at all, and stays so."""
        id, texts = self.doubt or ("", None)
        mine: dict[str, Texts] = {
            id: found for id, found in there.items() if found and found[0].split()[0] == self.name
        }
        if mine != self.kept:
            done = {**self.kept, id or next(iter(mine.keys() - self.kept.keys()), ""): texts}
            assert mine == {id: texts for id, texts in done.items() if texts}
        self.kept, self.doubt = mine, None


def ask(connection: HTTPConnection, verb: str, path: str, texts: Texts = None) -> Any:
    body = json.dumps({"name": texts[0], "instructions": texts[1]}) if texts else None
    connection.request(verb, path, body, HEADERS)
    response = connection.getresponse()
    answer = json.loads(response.read())
    assert response.status == 200, answer
    return answer


def everything(port: int) -> dict[str, Texts]:
    """All assistants, page by page."""
    connection, after = HTTPConnection("127.0.0.1", port), ""
    found: dict[str, Texts] = {}
    while True:
        page = ask(connection, "GET", f"{PATH}?limit=100{after}")
        found |= {each["id"]: (each["name"], each["instructions"]) for each in page["data"]}
        if not page["has_more"]:
            connection.close()
            return found
        after = f"&after={page['last_id']}"


def command(said: Connection, *options: str) -> None:
    """The command itself, in a process that has already imported it."""
    # So that the file is replaced often, and kills fall into that too.
    data_file.SMALL = 10_000
    sys.stdout = os.fdopen(said.fileno(), "w", closefd=False)
    sys.argv = ["assistants-fake", "--port", "0", "--rate-limit", "off", "--json", "--quiet", *options]
    cli.main()


@contextmanager
def running(*options: str) -> Iterator[int]:
    """The port of a command, which is killed at the end."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    ours, theirs = context.Pipe()
    process = context.Process(target=command, args=(theirs, *options))
    process.start()
    theirs.close()
    with ours:
        said = os.read(ours.fileno(), 65_536)
        try:
            yield int(json.loads(said)["url"].split(":")[2].split("/")[0])
        finally:
            process.kill()
            process.join()
            process.close()


@pytest.mark.parametrize("kills", sampled([10, 100], 2))
@pytest.mark.parametrize("options", [(), ("--durable",)], ids=["", "durable"])
def test_nothing_answered_is_lost(tmp_path: Path, options: tuple[str, ...], kills: int) -> None:
    """The fake is killed at random moments, with four parallel writers."""
    dice = random.Random(1)
    writers = [Writer(f"writer-{number}", random.Random(number)) for number in range(WRITERS)]
    for _ in range(kills):
        with running("--data", str(tmp_path / "data.json"), *options) as port:
            check(writers, port)
            threads = [Thread(target=writer.write, args=(port,)) for writer in writers]
            for thread in threads:
                thread.start()
            time.sleep(dice.uniform(0, LONGEST))
        for thread in threads:
            thread.join()

    assert sum(writer.count for writer in writers) > kills
    with running("--data", str(tmp_path / "data.json"), *options) as port:
        check(writers, port)


def check(writers: list[Writer], port: int) -> None:
    there = everything(port)
    for writer in writers:
        writer.check(there)
