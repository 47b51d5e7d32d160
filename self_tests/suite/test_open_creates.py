"""Creates without an answer: what they made is found, or the run says that it may be left."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event

import pytest

from contract_tests.http import target
from contract_tests.http.operations import CREATE
from contract_tests.http.target import Clock
from contract_tests.runs import open_creates
from fake_server.fake import Answer, Call, Fake
from fake_server.http.handlers import create_assistant
from fake_server.http.server import serve
from self_tests.command_run import Ran

Hang = Callable[[int], Event]


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """A call has a fraction of a second, and its late effect another."""
    monkeypatch.setattr(target, "TIMEOUT", 0.3)
    monkeypatch.setattr(open_creates, "DEADLINE", 0.3)


@pytest.fixture
def hang(fake: Fake) -> Iterator[Hang]:
    """Lets the nth create wait until the event is set, or until the test ends."""
    released = Event()

    def change(number: int) -> Event:
        creates = iter(range(1, 1000))

        async def late(call: Call) -> Answer:
            if next(creates) == number:
                while not released.is_set():
                    await asyncio.sleep(0.02)
            return await create_assistant(call)

        fake.handlers[CREATE] = late
        return released

    yield change
    released.set()


@pytest.fixture
def produce(command: Callable[..., Ran], fake: Fake, tmp_path: Path) -> Iterator[Callable[..., Ran]]:
    """Runs a command on the fake, with the ledgers in `tmp_path`."""
    with serve(fake) as base_url:
        yield lambda *words: command("run", base_url, "--ledger", str(tmp_path), *words)


@pytest.mark.parametrize("words", [("--profile", "production"), ("--only", "modify/partial")])
def test_a_create_that_was_made_late_is_found(
    produce: Callable[..., Ran],
    hang: Hang,
    fake: Fake,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    words: tuple[str, ...],
) -> None:
    """The run reads the list again after the deadline, and deletes the assistant."""
    released = hang(3)

    def wait_for(_: Clock, __: str, seconds: float) -> None:
        released.set()
        time.sleep(seconds + 0.2)

    monkeypatch.setattr(Clock, "wait_for", wait_for)
    ran = produce(*words)

    assert "nothing left" in ran.out
    assert (len(fake.store.projects("org-acme")), list(tmp_path.iterdir())) == (2, [])


@pytest.mark.parametrize("words", [("--profile", "production"), ("--only", "modify/partial")])
def test_a_create_that_nobody_settles_is_said(
    produce: Callable[..., Ran],
    command: Callable[..., Ran],
    hang: Hang,
    fake: Fake,
    tmp_path: Path,
    words: tuple[str, ...],
) -> None:
    """The run names the text, keeps a ledger and names `sweep`, which finds the assistant once it is there."""
    released = hang(1)
    ran = produce(*words)
    (ledger,) = tmp_path.iterdir()
    released.set()
    time.sleep(0.2)
    swept = command("sweep", str(ledger), "--yes")

    assert "Perhaps not deleted: 'contract-1" in ran.out
    assert f"assistants-contract sweep {ledger}" in ran.out
    assert (swept.code, len(fake.store.projects("org-acme"))) == (0, 2)


def test_a_create_that_nobody_settles_is_exit_4(produce: Callable[..., Ran], hang: Hang) -> None:
    """If no requirement failed: a violation outweighs what is left."""
    hang(1)
    ran = produce("--only", "modify/partial")

    assert ran.code == 4
