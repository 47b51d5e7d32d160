"""Organizations, keys and assistants of the Control API."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx2
import pytest

from fake_server.control.client import ControlClient, ControlError
from fake_server.fake import Fake
from self_tests.fake.control.controlled import controlled


@pytest.fixture
def fake() -> Fake:
    return controlled()


def call(base_url: str, key: str, verb: str, path: str, **body: object) -> httpx2.Response:
    headers = {"Authorization": f"Bearer {key}"}
    return httpx2.request(verb, f"{base_url}{path}", headers=headers, trust_env=False, verify=False, json=body)


def ids(base_url: str, key: str) -> list[str]:
    return [each["id"] for each in call(base_url, key, "GET", "/assistants").json()["data"]]


def test_one_call_gives_a_worker_its_own(control: ControlClient, base_url: str) -> None:
    """A new organization has two working keys, each bound to a new assistant, and nothing else."""
    made = control.organization()

    assert list(made["keys"]) == ["primary", "sibling"]
    assert sorted(ids(base_url, made["keys"]["primary"])) == sorted([made["bound_id"], made["expendable_id"]])
    assert call(base_url, made["keys"]["primary"], "DELETE", f"/assistants/{made['bound_id']}").status_code == 400
    assert call(base_url, made["keys"]["primary"], "DELETE", f"/assistants/{made['expendable_id']}").status_code == 200


def test_nothing_leaks_between_parallel_workers(control: ControlClient, base_url: str) -> None:
    """Parallel organizations do not see each other's assistants, faults or limits."""

    def work(worker: int) -> tuple[list[int], list[str]]:
        own = control.organization(name=f"worker {worker}", assistants=[{"name": f"of {worker}"}])
        key, statuses = own["keys"]["primary"], []
        for round in range(5):
            control.fault(organization=own["id"], status=500 + worker, times=1)
            statuses += [call(base_url, key, "POST", "/assistants", name=f"{worker} {round}").status_code for _ in "ab"]
            if worker % 2:
                control.reset(organization=own["id"])
        names = [each["name"] for each in call(base_url, key, "GET", "/assistants").json()["data"]]
        return statuses, names

    with ThreadPoolExecutor(8) as pool:
        worked = list(pool.map(work, range(8)))

    for worker, (statuses, names) in enumerate(worked):
        planted = [f"worker {worker} sibling", f"worker {worker} primary", f"of {worker}"]
        made = [] if worker % 2 else [f"{worker} {round}" for round in (4, 3, 2, 1, 0)]
        assert statuses == [500 + worker, 200] * 5
        assert names == made + planted


def test_an_organization_is_created_with_the_sent_fields(control: ControlClient, base_url: str) -> None:
    """A reset restores a created organization; after its deletion its keys are unknown."""
    made = control.organization(
        id="org-x",
        model="large",
        temperature=0,
        keys=[{"label": "only", "secret": "sk-x", "assistant": "asst-x1"}],
        assistants=[{"id": "asst-x1", "name": "X"}],
    )
    call(base_url, "sk-x", "POST", "/assistants", name="new")
    control.reset(organization="org-x")

    found = call(base_url, "sk-x", "GET", "/assistants").json()["data"]
    assert [(each["id"], each["name"], each["model"], each["temperature"]) for each in found] == [
        ("asst-x1", "X", "large", 0)
    ]
    assert (made["keys"], made["bound_id"]) == ({"only": "sk-x"}, None)
    control.ask("DELETE", "organizations", "org-x")
    assert call(base_url, "sk-x", "GET", "/assistants").status_code == 401


@pytest.mark.parametrize("given", [{"id": "org-acme"}, {"keys": [{"label": "a", "secret": "sk-fake-primary"}]}])
def test_a_used_name_is_refused(control: ControlClient, given: dict[str, Any]) -> None:
    """A wrong organization is refused, and nothing is created."""
    with pytest.raises(ControlError, match="already"):
        control.organization(**given)

    assert len(control.ask("GET", "organizations")["data"]) == 2


def test_defaults_of_an_organization_show_on_its_assistants(control: ControlClient, primary: httpx2.Client) -> None:
    """Assistants show the model and the temperature; the instructions are only in the effective ones."""
    control.ask("PATCH", "organizations", "org-acme", model="large", temperature=0.1, instructions="Be brief.")
    primary.post("/assistants/asst-acme-support", json={"instructions": "In French."})

    on_wire = primary.get("/assistants/asst-acme-support").json()
    found = control.ask("GET", "assistants", "asst-acme-support")
    other = control.ask("GET", "assistants", "asst-acme-research")
    assert (on_wire["model"], on_wire["temperature"], on_wire["instructions"]) == ("large", 0.1, "In French.")
    assert found["assistant"] == on_wire
    assert (found["effective_instructions"], found["keys"]) == ("Be brief.\n\nIn French.", ["primary"])
    assert other["effective_instructions"] == "Be brief."
    assert control.ask("GET", "assistants", "asst-globex-sales")["effective_instructions"] is None


def test_rotate_the_key_first_then_retry(control: ControlClient, base_url: str) -> None:
    """The advice in the refusal of a self-delete works: the old key is unknown, and the new key deletes."""
    refused = call(base_url, "sk-fake-primary", "DELETE", "/assistants/asst-acme-support")
    new = control.rotate("sk-fake-primary")

    assert refused.json()["error"]["message"].endswith("Rotate the key first, then retry.")
    assert call(base_url, "sk-fake-primary", "GET", "/assistants").status_code == 401
    assert call(base_url, new["secret"], "DELETE", "/assistants/asst-acme-support").status_code == 200
    assert call(base_url, new["secret"], "DELETE", f"/assistants/{new['assistant']}").status_code == 400
    assert new["label"] == "primary"


def test_a_key_is_made_bound_and_switched_off(control: ControlClient, base_url: str) -> None:
    """A key guards the assistant that it is bound to; switched off it is refused until it is on again."""
    key = control.ask("POST", "keys", organization="org-acme", assistant="asst-acme-research")
    control.ask("PATCH", "keys", key["secret"], assistant="asst-acme-support")
    bound = call(base_url, key["secret"], "DELETE", "/assistants/asst-acme-support").status_code
    statuses = []
    for active in (False, True):
        control.ask("PATCH", "keys", key["secret"], active=active)
        statuses.append(call(base_url, key["secret"], "GET", "/assistants").status_code)
    control.ask("DELETE", "keys", key["secret"])

    assert (bound, statuses) == (400, [401, 200])
    assert [each["label"] for each in control.ask("GET", "keys")["data"]] == ["primary", "sibling", "foreign"]


@pytest.mark.parametrize(
    "given", [{"assistant": "asst-globex-sales"}, {"label": "primary"}, {"label": "with space"}, {"organisation": "x"}]
)
def test_a_key_that_cannot_be_is_refused(control: ControlClient, given: dict[str, str]) -> None:
    """A wrong key is refused, and no key and no assistant is created."""
    with pytest.raises(ControlError) as refused:
        control.ask("POST", "keys", organization="org-acme", **given)

    assert refused.value.status == 400
    assert len(control.ask("GET", "keys")["data"]) == 3
    assert control.ask("GET", "assistants")["total"] == 3


def test_assistants_are_made_by_the_checks_of_v1(control: ControlClient, primary: httpx2.Client) -> None:
    """A body that /v1 refuses is refused with the same message."""
    made = control.ask("POST", "assistants", organization="org-acme", name="a", model="ignored")["assistant"]
    changed = control.ask("PATCH", "assistants", made["id"], instructions="b")["assistant"]
    with pytest.raises(ControlError) as refused:
        control.ask("PATCH", "assistants", made["id"], name=7)

    assert primary.get(f"/assistants/{made['id']}").json() == changed == made | {"instructions": "b"}
    answer = primary.patch(f"/assistants/{made['id']}", json={"name": 7})
    assert str(refused.value) == answer.json()["error"]["message"]


def test_assistants_are_listed_by_pages(base_url: str, control: ControlClient) -> None:
    """The assistants of one or of all organizations, newest first, each once."""
    for number in range(5):
        control.ask("POST", "assistants", organization="org-acme", name=str(number))
    url = base_url.removesuffix("v1") + "_fake/assistants?organization=org-acme&limit=4"

    first = httpx2.get(url, trust_env=False, verify=False).json()
    after = first["data"][-1]["assistant"]["id"]
    second = httpx2.get(f"{url}&after={after}", trust_env=False, verify=False).json()

    assert [each["assistant"]["name"] for each in first["data"]] == ["4", "3", "2", "1"]
    assert [each["assistant"]["name"] for each in second["data"]] == ["0", "Acme Research", "Acme Support"]
    assert (first["has_more"], second["has_more"], first["total"]) == (True, False, 7)
    assert control.ask("GET", "assistants")["total"] == 8


def test_a_bound_assistant_can_be_deleted_here(control: ControlClient, primary: httpx2.Client) -> None:
    """The Control API can delete an assistant that a key is bound to."""
    control.ask("DELETE", "assistants", "asst-acme-support")

    assert primary.get("/assistants/asst-acme-support").status_code == 404


def test_nothing_here_costs_anybody_a_call(control: ControlClient, primary: httpx2.Client) -> None:
    """A call of the Control API is not counted and not in the request log."""
    control.limit(5)
    for _ in range(10):
        control.ask("GET", "assistants")

    assert primary.get("/assistants").headers["x-ratelimit-remaining"] == "4"
    assert len(control.requests()) == 1
