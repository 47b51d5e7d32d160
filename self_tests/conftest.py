"""Shared fixtures: a fake without a limit, its base URL, and clients with each of its keys."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import httpx2
import pytest

from contract_tests.cli import commands
from contract_tests.runs import cleanup, open_creates
from fake_server.compose import compose
from fake_server.control.client import ControlClient
from fake_server.fake import Fake
from fake_server.http.server import serve
from self_tests.command_run import KEYS, Ran

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@pytest.fixture(autouse=True)
def deadline_of_creates(monkeypatch: pytest.MonkeyPatch) -> None:
    """A create that got no answer is looked for again at once, because the servers of the tests are quick."""
    monkeypatch.setattr(open_creates, "DEADLINE", 0.05)


@pytest.fixture(autouse=True)
def no_wait_for_lists(monkeypatch: pytest.MonkeyPatch) -> None:
    """A list that shows deleted assistants is read again at once: no server of the tests lags for longer."""
    monkeypatch.setattr(cleanup, "LAG", 0.0)


@pytest.fixture
def fake() -> Fake:
    return compose(rate_limit=None)


@pytest.fixture
def base_url(fake: Fake) -> Iterator[str]:
    """The URL of `fake`, "/v1" included."""
    with serve(fake) as url:
        yield url


@pytest.fixture
def primary(base_url: str) -> Iterator[httpx2.Client]:
    yield from caller(base_url, "sk-fake-primary")


@pytest.fixture
def sibling(base_url: str) -> Iterator[httpx2.Client]:
    yield from caller(base_url, "sk-fake-sibling")


@pytest.fixture
def foreign(base_url: str) -> Iterator[httpx2.Client]:
    yield from caller(base_url, "sk-fake-foreign")


def caller(base_url: str, key: str) -> Iterator[httpx2.Client]:
    headers = {"Authorization": f"Bearer {key}"}
    # verify=False spares each client the loading of certificates, which plain HTTP does not need.
    with httpx2.Client(base_url=base_url, headers=headers, trust_env=False, verify=False) as client:
        yield client


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium, without a screen."""
    from self_tests.browser import browsing  # here, because Playwright is slow to import and few tests need it

    with browsing() as started:
        yield started


@pytest.fixture
def control(base_url: str) -> ControlClient:
    """A client for the control API of a `fake` that has one."""
    return ControlClient(base_url)


@pytest.fixture
def command(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path_factory: pytest.TempPathFactory
) -> Callable[..., Ran]:
    """Runs `assistants-contract` with the fake's three keys in the environment, and returns the result. The folder is a
    new one, because a run that leaves an assistant writes a ledger."""
    monkeypatch.chdir(tmp_path_factory.mktemp("folder"))
    for variable, key in KEYS.items():
        monkeypatch.setenv(variable, key)

    def ran(*words: str) -> Ran:
        monkeypatch.setattr(sys, "argv", ["assistants-contract", *words])
        with pytest.raises(SystemExit) as stopped:
            commands.main()
        streams = capsys.readouterr()
        return Ran(int(stopped.value.code or 0), streams.out, streams.err)

    return ran


@pytest.fixture
def run(command: Callable[..., Ran]) -> Callable[..., Ran]:
    return lambda *words: command("run", *words)
