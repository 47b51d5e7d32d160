"""One deadline bounds a whole call, by the client and by the SDKs. A late answer is no violation."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable
from typing import Any

import openai
import pytest
from aiohttp import web

from contract_tests.http import connection
from contract_tests.http.messages import Response
from contract_tests.http.target import Target
from contract_tests.http.transport import Transport
from contract_tests.requirements.verdicts import Verdict
from contract_tests.runs.full_run import Run
from contract_tests.runs.run_options import RunOptions
from fake_server.compose import compose
from fake_server.fake import Fake
from fake_server.http.server import serve
from fake_server.storage import seed
from sdk_tests.open_clients import Clients
from self_tests.doubles.endless_server import ANSWERS, FLOODS, Endless, endless

SOON = 0.2  # seconds
KEYS = {key.label: key.secret for key in seed.KEYS}
TOUR = RunOptions(generators=frozenset({"tour"}))
IN_DRIPS = [ANSWERS[name] for name in ("a header in drips", "interim answers", "the extension of a chunk", "chunks")]


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
def test_the_client_ends_a_call_at_its_deadline(answer: Endless) -> None:
    """The first packet comes in time, and so does each next one; the last one never comes."""
    with endless(answer) as base_url:
        answered = Transport(Target(base_url, {}, timeout=SOON)).send("GET", "/assistants", None, {})

    assert (answered.status, answered.hung) == (0, True)


def test_the_deadline_bounds_the_look_up_of_a_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name server that does not answer holds up nobody, though the system's look-up has no timeout."""
    over = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: over.wait())
    answered = Transport(Target("http://service.example/v1", {}, timeout=SOON)).send("GET", "/assistants", None, {})
    over.set()

    assert (answered.status, answered.hung) == (0, True)


@pytest.mark.parametrize("answer", FLOODS.values(), ids=FLOODS)
def test_the_client_reads_no_more_than_its_limit(answer: Endless, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that sends as fast as it can fills no memory."""
    monkeypatch.setattr(connection, "LARGEST", 2**20)
    with endless(answer) as base_url:
        answered = Transport(Target(base_url, {})).send("GET", "/assistants", None, {})

    assert (answered.status, answered.too_large) == (0, True)


def asked(kind: str, target: Target) -> Response:
    """The answer that an observer of the SDK's call sees."""
    seen: list[Response] = []
    clients = Clients(target, observe=lambda _, response, *__: seen.append(response))
    try:
        with pytest.raises(openai.APIConnectionError):
            clients.with_key_of("primary", kind).retrieve("asst-x")
    finally:
        clients.close()
    return seen[0]


@pytest.mark.filterwarnings("ignore:deprecated$:DeprecationWarning")
@pytest.mark.parametrize("kind", ["sync", "async"])
@pytest.mark.parametrize("answer", IN_DRIPS)
def test_the_sdk_ends_a_call_at_its_deadline(answer: Endless, kind: str) -> None:
    """httpx alone has a timeout for each read only."""
    with endless(answer) as base_url:
        answered = asked(kind, Target(base_url, KEYS, timeout=SOON))

    assert (answered.status, answered.hung) == (0, True)


@pytest.mark.filterwarnings("ignore:deprecated$:DeprecationWarning")
@pytest.mark.parametrize("kind", ["sync", "async"])
def test_the_sdk_reads_no_more_than_the_limit(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """An endless answer to the SDK fills no memory either."""
    monkeypatch.setattr(connection, "LARGEST", 2**20)
    with endless(FLOODS["a body in chunks"]) as base_url:
        answered = asked(kind, Target(base_url, KEYS))

    assert (answered.status, answered.too_large) == (0, True)


def slow(fake: Fake, is_slow: Callable[[web.Request], bool]) -> None:
    """Carries such a call out, and answers long after the deadline."""

    @web.middleware
    async def middleware(request: web.Request, handler: Any) -> Any:
        response = await handler(request)
        if is_slow(request):
            await asyncio.sleep(5)
        return response

    fake.middlewares.append(middleware)


def judged(fake: Fake, only: str) -> tuple[Run, dict[str, Verdict]]:
    with serve(fake) as base_url:
        run = Run(Target(base_url, KEYS, timeout=SOON), TOUR, lambda id: id.startswith(only))
        verdicts = {each.requirement.id: each for each in run.judge().verdicts}
    return run, verdicts


@pytest.fixture(scope="module")
def without_patch() -> dict[str, Verdict]:
    fake = compose(rate_limit=None)
    slow(fake, lambda request: request.method == "PATCH")
    return judged(fake, "modify/")[1]


def test_a_late_answer_violates_nothing(without_patch: dict[str, Verdict]) -> None:
    """A server that is slow with one operation is slow, and not wrong."""
    assert [each.requirement.id for each in without_patch.values() if each.violations] == []


def test_a_requirement_with_a_late_answer_is_not_tested(without_patch: dict[str, Verdict]) -> None:
    """The reason is the deadline, in every report: it is the reason of the verdict."""
    verdict = without_patch["modify/post-and-patch-alike"]

    assert (verdict.verdict, verdict.reason) == ("unjudged", "no answer within 0.2 s")


def test_a_requirement_without_a_late_answer_is_tested(without_patch: dict[str, Verdict]) -> None:
    """The other calls go on."""
    assert any(each.verdict == "pass" for each in without_patch.values())


@pytest.mark.parametrize("number", [1, 3])
def test_an_assistant_of_a_late_create_is_deleted(number: int) -> None:
    """Nobody has the id. The clean-up finds the assistant by its text."""
    fake, creates = compose(rate_limit=None), iter(range(1, 10**6))
    before = list(fake.store.projects("org-acme"))
    slow(fake, lambda request: request.method == "POST" and request.path.endswith("s") and next(creates) == number)
    run, verdicts = judged(fake, "create/keeps")

    assert (list(fake.store.projects("org-acme")), run.result.remains) == (before, [])
    assert [each.requirement.id for each in verdicts.values() if each.violations] == []
