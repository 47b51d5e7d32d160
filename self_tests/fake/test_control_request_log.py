"""The request log, and the stream of it."""

from __future__ import annotations

import asyncio
import json
import socket
import time
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from fake_server.control.client import ControlClient
from fake_server.control.request_log import WAITING, Requests
from fake_server.fake import Fake
from self_tests.fake.controlled import controlled


@pytest.fixture
def fake() -> Fake:
    return controlled(rate_limit=None)


@pytest.fixture
def events(base_url: str) -> Iterator[Iterator[tuple[str, Any]]]:
    """What the stream tells, once it has begun."""
    url = base_url.removesuffix("v1") + "_fake/events"
    with httpx2.stream("GET", url, trust_env=False, verify=False, timeout=10) as answer:
        lines = answer.iter_lines()
        assert next(lines).startswith(":")
        yield told(lines)


def told(lines: Iterator[str]) -> Iterator[tuple[str, Any]]:
    for line in lines:
        if line.startswith("event: "):
            yield line.removeprefix("event: "), json.loads(next(lines).removeprefix("data: "))


def test_a_call_is_told_of(control: ControlClient, primary: httpx2.Client) -> None:
    """All of it but the key."""
    answer = primary.post("/assistants", json={"name": "a"})
    [seen] = control.requests()

    assert abs(seen.pop("at") - time.time()) < 5
    assert seen.pop("ms") >= 0
    assert json.loads(seen.pop("request_body")) == {"name": "a"}
    assert json.loads(seen.pop("response_body")) == answer.json()
    assert seen == {
        "number": 1,
        "method": "POST",
        "path": "/v1/assistants",
        "operation": "createAssistant",
        "organization": "org-acme",
        "key": "primary",
        "status": 200,
        "fault": None,
        "request_id": answer.headers["x-request-id"],
        "cut": False,
    }


def test_no_key_is_told(control: ControlClient, base_url: str, primary: httpx2.Client) -> None:
    """Neither one in a path or a body nor one that nobody was given."""
    primary.post("/assistants?key=sk-fake-foreign", json={"name": "sk-fake-primary"})
    httpx2.get(f"{base_url}/assistants", headers={"Authorization": "Bearer sk-nobody"}, trust_env=False, verify=False)

    text = json.dumps(control.requests())
    assert "sk-" not in text
    assert "<primary>" in text


def test_as_many_are_kept_as_it_says(control: ControlClient, primary: httpx2.Client) -> None:
    """200, newest first, and of a body 16 kB."""
    for _ in range(200):
        primary.get("/assistants")
    primary.post("/assistants", json={"name": "a", "instructions": "x" * 20_000})
    seen = control.requests()

    assert [each["number"] for each in seen] == list(range(201, 1, -1))
    assert [each["cut"] for each in seen[:2]] == [True, False]
    assert len(seen[0]["request_body"]) == len(seen[0]["response_body"]) == 16 * 1024


def test_they_are_forgotten(control: ControlClient, primary: httpx2.Client) -> None:
    """When told."""
    primary.get("/assistants")
    control.ask("DELETE", "requests")

    assert control.requests() == []


def test_those_of_an_organization(base_url: str, primary: httpx2.Client, foreign: httpx2.Client) -> None:
    """And a stranger's is nobody's."""
    primary.get("/assistants")
    foreign.get("/assistants")
    url = base_url.removesuffix("v1") + "_fake/requests?organization=org-globex"

    seen = httpx2.get(url, trust_env=False, verify=False).json()["data"]

    assert [each["key"] for each in seen] == ["foreign"]


def test_the_stream_tells_calls_as_they_come(
    events: Iterator[tuple[str, Any]], control: ControlClient, primary: httpx2.Client
) -> None:
    """The same as the log, and what has changed besides."""
    primary.get("/assistants")
    primary.post("/assistants", json={"name": "a"})
    control.fault(status=500, times=1)
    primary.get("/assistants")
    control.advance(1)
    control.reset()

    heard = [next(events) for _ in range(8)]
    assert [(name, said.get("what", said.get("status"))) for name, said in heard] == [
        ("request", 200),
        ("request", 200),
        ("changed", "assistants"),
        ("changed", "faults"),
        ("request", 500),
        ("changed", "faults"),
        ("changed", "clock"),
        ("changed", "all"),
    ]


def test_a_listener_that_is_gone_is_forgotten(fake: Fake, base_url: str, primary: httpx2.Client) -> None:
    """With the next thing that there is to tell."""
    address = httpx2.URL(base_url)
    with socket.create_connection((address.host, address.port or 80)) as listener:
        listener.sendall(b"GET /_fake/events HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        listener.recv(1000)
    deadline = time.monotonic() + 10
    while primary.get("/assistants") and time.monotonic() < deadline and control_of(fake).listeners:
        time.sleep(0.01)

    assert not control_of(fake).listeners


def control_of(fake: Fake) -> Requests:
    requests: Requests = fake.middlewares[0].args[0].requests
    return requests


def test_who_reads_too_slowly_is_told_so() -> None:
    """What waits for a listener is bounded; it hears that all has changed, and then the latest."""
    requests, queue = Requests(), asyncio.Queue[str](WAITING)
    requests.listeners.add(queue)
    for number in range(WAITING + 1):
        requests.tell("request", number)

    heard = [queue.get_nowait() for _ in range(queue.qsize())]
    assert heard == ['event: changed\ndata: {"what": "all"}\n\n', f"event: request\ndata: {WAITING}\n\n"]
