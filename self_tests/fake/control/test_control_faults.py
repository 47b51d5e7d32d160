"""Fault injection: the matching calls, the number of calls, and the effect for the caller."""

from __future__ import annotations

import json
import time
from contextlib import closing
from http.client import HTTPConnection, IncompleteRead
from typing import Any

import httpx2
import pytest

from fake_server.control.client import ControlClient, ControlError
from fake_server.fake import Fake
from self_tests.fake.control.controlled import controlled


@pytest.fixture
def fake() -> Fake:
    return controlled(rate_limit=50)


def statuses(client: httpx2.Client, number: int, path: str = "/assistants") -> list[int]:
    return [client.get(path).status_code for _ in range(number)]


def test_the_next_calls_of_an_operation_fail(control: ControlClient, primary: httpx2.Client) -> None:
    """A fault with `times` answers in the envelope for that many calls, and the list shows that it is used up."""
    control.fault(operation="listAssistants", times=2, status=503, message="Down.", code="down", retry_after=3)
    other = primary.get("/assistants/asst-acme-support")
    struck = primary.get("/assistants")

    assert (other.status_code, statuses(primary, 2)) == (200, [503, 200])
    assert struck.json() == {"error": {"message": "Down.", "type": "api_error", "param": None, "code": "down"}}
    assert struck.headers["retry-after"] == "3"
    assert [(each["struck"], each["left"]) for each in control.faults()] == [(2, 0)]


def test_only_the_key_fails(control: ControlClient, primary: httpx2.Client, sibling: httpx2.Client) -> None:
    """A fault without `times` applies until it is removed."""
    fault = control.fault(key="sk-fake-sibling", status=403)

    assert (statuses(primary, 1), statuses(sibling, 2)) == ([200], [403, 403])
    control.ask("DELETE", "faults", fault["id"])
    assert statuses(sibling, 1) == [200]


@pytest.mark.parametrize(
    ("status", "type"), [(400, "invalid_request_error"), (401, "authentication_error"), (429, "rate_limit_error")]
)
def test_a_status_has_its_usual_type(control: ControlClient, primary: httpx2.Client, status: int, type: str) -> None:
    """A fault has the same type as the fake's own refusals with this status."""
    control.fault(status=status)

    assert primary.get("/assistants").json()["error"]["type"] == type


def test_the_same_seed_selects_the_same_calls(control: ControlClient, primary: httpx2.Client) -> None:
    """The same seed selects the same calls, also after a reset; another seed selects other calls."""
    struck = []
    for seed in (7, 7, 8):
        control.reset()
        control.fault(share=0.5, seed=seed, status=500)
        struck.append(statuses(primary, 40))

    assert struck[0] == struck[1] != struck[2]
    assert 5 < struck[0].count(500) < 35


def test_a_stranger_uses_none_up(control: ControlClient, primary: httpx2.Client) -> None:
    """A fault does not apply to an invalid key or an unknown URL, and its calls are not counted."""
    control.fault(times=1, status=500)
    primary.get("/assistants", headers={"Authorization": "Bearer nobody"})
    primary.get("/nowhere")

    assert statuses(primary, 2) == [500, 200]
    assert control.ask("GET", "limiter")["keys"][0]["used"] == 1


def test_a_struck_create_makes_nothing(control: ControlClient, fake: Fake, primary: httpx2.Client) -> None:
    """With a status the call itself is not done."""
    control.fault(status=500)
    primary.post("/assistants", json={"name": "a"})

    assert len(fake.store.projects("org-acme")) == 2


@pytest.mark.parametrize("ordered", [{}, {"X-Fake-Fault": "latency=120-140"}], ids=["set", "by header"])
def test_a_call_waits(control: ControlClient, primary: httpx2.Client, ordered: dict[str, str]) -> None:
    """A delayed call is done after the delay."""
    if not ordered:
        control.fault(latency_ms=[120, 140])
    began = time.monotonic()
    answer = primary.get("/assistants", headers=ordered)

    assert answer.status_code == 200
    assert time.monotonic() - began > 0.11


def test_a_call_hangs(control: ControlClient, primary: httpx2.Client) -> None:
    """The caller gets no answer, others are answered, and the log has the call at once."""
    control.fault(hang=True, times=1)

    with pytest.raises(httpx2.ReadTimeout):
        primary.get("/assistants", timeout=0.3)
    assert statuses(primary, 1) == [200]
    assert [(each["status"], each["fault"]) for each in control.requests()] == [(200, None), (None, "fault-1")]


def test_a_connection_is_reset(control: ControlClient, fake: Fake, primary: httpx2.Client) -> None:
    """The connection is reset before the call is done."""
    control.fault(reset=True, times=1)

    with pytest.raises(httpx2.ReadError, match="104"):
        primary.delete("/assistants/asst-acme-research")
    assert len(fake.store.projects("org-acme")) == 2


def test_half_an_answer(control: ControlClient, fake: Fake) -> None:
    """The call is done, and half of the declared length of its answer arrives."""
    control.fault(half=True, times=1)
    headers = {"Authorization": "Bearer sk-fake-primary"}
    with closing(HTTPConnection(control.url.hostname or "", control.url.port)) as connection:
        connection.request("DELETE", "/v1/assistants/asst-acme-research", headers=headers)
        answer = connection.getresponse()
        with pytest.raises(IncompleteRead) as broken:
            answer.read()

    assert len(broken.value.partial) == int(answer.headers["content-length"]) // 2
    assert len(fake.store.projects("org-acme")) == 1


def test_malformed_json(control: ControlClient, primary: httpx2.Client) -> None:
    """The answer lacks only the last brace."""
    control.fault(malformed=True, times=1)
    answer = primary.get("/assistants/asst-acme-support")

    with pytest.raises(json.JSONDecodeError):
        answer.json()
    assert json.loads(answer.text + "}") == primary.get("/assistants/asst-acme-support").json()


def test_faults_of_one_call_combine(primary: httpx2.Client) -> None:
    """A status and a malformed envelope can be combined."""
    answer = primary.get("/assistants", headers={"X-Fake-Fault": "503, malformed"})

    assert answer.status_code == 503
    assert answer.text.startswith('{"error"')
    assert not answer.text.endswith("}}")


@pytest.mark.parametrize("header", ["", "600", "200", "latency", "latency=1-", "hang=1", "503;hang", "503,,hang"])
def test_a_header_that_says_nothing_is_refused(primary: httpx2.Client, header: str) -> None:
    """A wrong header is refused with a list of the valid words."""
    answer = primary.get("/assistants", headers={"X-Fake-Fault": header})

    assert answer.status_code == 400
    assert "latency=MS" in answer.json()["error"]["message"]


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ({}, 400),
        ({"times": 1}, 400),
        ({"status": 200}, 400),
        ({"status": 500, "times": 1, "share": 0.5}, 400),
        ({"status": 500, "share": 2}, 400),
        ({"latency_ms": [2, 1]}, 400),
        ({"hang": False}, 400),
        ({"status": 500, "operation": "chat"}, 400),
        ({"status": 500, "key": "sk-nobody"}, 404),
        ({"status": 500, "organization": "org-nobody"}, 404),
    ],
)
def test_a_fault_that_makes_no_sense_is_refused(control: ControlClient, given: dict[str, Any], status: int) -> None:
    """A fault without effect is refused, and none is set."""
    with pytest.raises(ControlError) as refused:
        control.fault(**given)

    assert (refused.value.status, control.faults()) == (status, [])


def test_a_page_may_send_the_header(primary: httpx2.Client) -> None:
    """A preflight allows the header X-Fake-Fault."""
    asked = {"Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "authorization,x-fake-fault"}
    answer = primary.options("/assistants", headers={"Origin": "http://page", **asked})

    assert "x-fake-fault" in answer.headers["access-control-allow-headers"]
