"""The request log and its event stream."""

from __future__ import annotations

import asyncio
import json
import socket
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import httpx2
import pytest

from fake_server.control.client import ControlClient
from fake_server.control.key_mask import KeyMask
from fake_server.control.request_log import QUEUE_SIZE, RequestLog
from fake_server.domain.assistants import Key
from fake_server.fake import Fake
from self_tests.fake.control.controlled import control_url, controlled


@pytest.fixture
def fake() -> Fake:
    return controlled(rate_limit=None)


@pytest.fixture
def events(base_url: str) -> Iterator[Iterator[tuple[str, Any]]]:
    """The events of the stream after its start."""
    url = base_url.removesuffix("v1") + "_fake/events"
    with httpx2.stream("GET", url, trust_env=False, verify=False, timeout=10) as answer:
        lines = answer.iter_lines()
        assert next(lines).startswith(":")
        yield told(lines)


def told(lines: Iterator[str]) -> Iterator[tuple[str, Any]]:
    for line in lines:
        if line.startswith("event: "):
            yield line.removeprefix("event: "), json.loads(next(lines).removeprefix("data: "))


def test_a_call_is_logged(control: ControlClient, primary: httpx2.Client) -> None:
    """A logged call has everything except the key."""
    answer = primary.post("/assistants", json={"name": "a"})
    [seen] = control.requests()

    assert abs(seen.pop("at") - time.time()) < 5
    assert seen.pop("ms") >= 0
    assert json.loads(seen.pop("request_body")) == {"name": "a"}
    assert seen.pop("request_headers")
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


def test_the_log_has_no_key(control: ControlClient, base_url: str, primary: httpx2.Client) -> None:
    """The log masks every key in a path or a body, and shows no key of the Authorization header."""
    primary.post("/assistants?key=sk-fake-foreign", json={"name": "sk-fake-primary"})
    httpx2.get(f"{base_url}/assistants", headers={"Authorization": "Bearer sk-nobody"}, trust_env=False, verify=False)

    text = json.dumps(control.requests())
    assert "sk-" not in text
    assert "<primary>" in text


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("sk-a", "<one>"),
        ("ask-absk-a.", "a<two><one>."),
        ("sk-", "sk-"),
        ("]^", "<odd>"),
        ("", ""),
        ("sk-\udcff]^]", "sk-\udcff<odd>]"),
    ],
)
def test_a_mask_hides_the_longest_key(text: str, masked: str) -> None:
    """A key may be the start of another key, may stand beside another key, and may have any character."""
    keys = {"one": "sk-a", "two": "sk-ab", "odd": "]^"}
    mask = KeyMask(Key(secret, label, "org", "project") for label, secret in keys.items())

    assert mask(text) == masked


def test_the_mask_follows_the_keys(control: ControlClient, primary: httpx2.Client) -> None:
    """A key that was made since, or rotated, is masked too; without keys a text stays as it is."""
    new = control.rotate("sk-fake-sibling")["secret"]
    primary.post("/assistants", json={"name": new})
    with_key, [without_keys] = json.dumps(control.requests()), [KeyMask([])(new)]

    assert (new in with_key, "<sibling>" in with_key, without_keys) == (False, True, new)


def test_as_many_are_kept_as_it_says(control: ControlClient, primary: httpx2.Client) -> None:
    """The log keeps 200 calls, newest first, and 16 kB of each body."""
    for _ in range(200):
        primary.get("/assistants")
    primary.post("/assistants", json={"name": "a", "instructions": "x" * 20_000})
    seen = control.requests()

    assert [each["number"] for each in seen] == list(range(201, 1, -1))
    assert [each["cut"] for each in seen[:2]] == [True, False]
    assert len(seen[0]["request_body"]) == len(seen[0]["response_body"]) == 16 * 1024


def test_they_are_forgotten(control: ControlClient, primary: httpx2.Client) -> None:
    """The log can be cleared."""
    primary.get("/assistants")
    control.ask("DELETE", "requests")

    assert control.requests() == []


def test_those_of_an_organization(base_url: str, primary: httpx2.Client, foreign: httpx2.Client) -> None:
    """The log can be filtered by organization; a call without a valid key belongs to none."""
    primary.get("/assistants")
    foreign.get("/assistants")
    url = base_url.removesuffix("v1") + "_fake/requests?organization=org-globex"

    seen = httpx2.get(url, trust_env=False, verify=False).json()["data"]

    assert [each["key"] for each in seen] == ["foreign"]


def test_the_stream_sends_each_call_at_once(
    events: Iterator[tuple[str, Any]], control: ControlClient, primary: httpx2.Client
) -> None:
    """The stream has each logged call, and an event for each change."""
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
    """A closed connection is removed with the next event."""
    address = httpx2.URL(base_url)
    with socket.create_connection((address.host, address.port or 80)) as listener:
        listener.sendall(b"GET /_fake/events HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        listener.recv(1000)
    deadline = time.monotonic() + 10
    while primary.get("/assistants") and time.monotonic() < deadline and control_of(fake).listeners:
        time.sleep(0.01)

    assert not control_of(fake).listeners


def control_of(fake: Fake) -> RequestLog:
    requests: RequestLog = fake.middlewares[0].args[0].requests
    return requests


def test_a_slow_listener_must_load_everything_again() -> None:
    """The queue of a listener is limited; when it is full, the listener gets "all changed" and the latest event."""
    requests, queue = RequestLog(), asyncio.Queue[str](QUEUE_SIZE)
    requests.listeners.add(queue)
    for number in range(QUEUE_SIZE + 1):
        requests.publish("request", number)

    heard = [queue.get_nowait() for _ in range(queue.qsize())]
    assert heard == ['event: changed\ndata: {"what": "all"}\n\n', f"event: request\ndata: {QUEUE_SIZE}\n\n"]


def test_the_headers_are_logged_without_secrets(control: ControlClient, primary: httpx2.Client, base_url: str) -> None:
    """The log has each header as sent; a known key becomes its label, and nothing of another secret stays."""
    secrets = {"Authorization": "Bearer sk-nobody", "Cookie": "a=b", "X-Api-Key": "abc", "X-Plain": "sk-fake-sibling"}
    primary.get("/assistants", headers={"X-Empty": ""})
    httpx2.get(f"{base_url}/assistants", headers=secrets, trust_env=False, verify=False)
    unknown, known = (
        {each["name"].lower(): each["value"] for each in seen["request_headers"]} for seen in control.requests()
    )

    assert known.items() >= {"authorization": "Bearer <primary>", "x-empty": ""}.items()
    assert (
        unknown.items()
        >= {
            "authorization": "Bearer <hidden>",
            "cookie": "<hidden>",
            "x-api-key": "<hidden>",
            "x-plain": "<sibling>",
        }.items()
    )


def test_the_log_is_an_http_archive(base_url: str, primary: httpx2.Client) -> None:
    """The archive has the calls in their order, with headers, query and bodies; 0 is the status without an answer."""
    primary.post("/assistants?a=1&b=", json={"name": "sk-fake-foreign"})
    with suppress(httpx2.TransportError):
        primary.get("/assistants", headers={"X-Fake-Fault": "reset"})
    log = httpx2.get(f"{control_url(base_url)}requests.har", trust_env=False, verify=False).json()["log"]
    [made, unanswered] = log["entries"]

    assert log["version"] == "1.2"
    assert made["request"]["url"] == f"{base_url}/assistants?a=1&b="
    assert made["request"]["queryString"] == [{"name": "a", "value": "1"}, {"name": "b", "value": ""}]
    assert made["request"]["postData"] == {"mimeType": "application/json", "text": '{"name":"<foreign>"}'}
    assert json.loads(made["response"]["content"]["text"])["object"] == "assistant"
    assert [each["response"]["status"] for each in log["entries"]] == [200, 0]
    assert (unanswered["_fault"], "postData" in unanswered["request"]) == ("header", False)
