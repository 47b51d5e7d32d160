"""The Control API answers as control.yaml describes: every operation, in an order that gives each its data."""

from __future__ import annotations

from typing import Any

import httpx2
import jsonschema_rs
import pytest

from fake_server.contract.openapi import METHODS
from fake_server.contract.yaml_file import load_yaml
from fake_server.fake import Fake
from fake_server.http.server import serve
from fake_server.storage.control_document import FILE
from self_tests.fake.control.controlled import controlled

DOCUMENT = load_yaml(FILE)
SEED = {
    "organizations": [
        {"id": "org-seed", "assistants": [{"name": "a"}], "keys": [{"label": "only", "secret": "sk-only"}]}
    ]
}
FAULT = {"status": 503, "times": 1, "latency_ms": [0, 1], "malformed": True}
# The operation, the name in its path, and its body.
CALLS: list[tuple[str, str, Any]] = [
    ("getHealth", "", None),
    ("getContract", "", None),
    ("getSeed", "", None),
    ("createOrganization", "", {"id": "org-new", "name": "New"}),
    ("modifyOrganization", "org-new", {"instructions": "Be brief."}),
    ("getOrganization", "org-new", None),
    ("listOrganizations", "", None),
    ("createKey", "", {"organization": "org-new", "label": "third"}),
    ("modifyKey", "sk-fake-sibling", {"active": False}),
    ("rotateKey", "sk-fake-foreign", None),
    ("listKeys", "", None),
    ("createAnyAssistant", "", {"organization": "org-new", "name": "a"}),
    ("modifyAnyAssistant", "asst-new-primary", {"instructions": "In French."}),
    ("getAnyAssistant", "asst-new-primary", None),
    ("listAnyAssistants", "", None),
    ("createFault", "", FAULT),
    ("listFaults", "", None),
    ("takeSnapshot", "full", {"organization": "org-new"}),
    ("takeSnapshot", "all", None),
    ("listSnapshots", "", None),
    ("restoreSnapshot", "full", None),
    ("deleteSnapshot", "full", None),
    ("setClock", "", {"now": 1_900_000_000.5, "frozen": True, "advance": 1}),
    ("getClock", "", None),
    ("setLimiter", "", {"limit": 3}),
    ("setLimiter", "", {"limit": None, "organization": "org-new"}),
    ("getLimiter", "", None),
    ("listRequests", "", None),
    ("exportRequests", "", None),
    ("deleteRequests", "", None),
    ("deleteFault", "fault-1", None),
    ("deleteFaults", "", None),
    ("deleteAnyAssistant", "asst-new-primary", None),
    ("deleteKey", "sk-fake-primary", None),
    ("deleteOrganization", "org-new", None),
    ("reset", "", {"organization": "org-acme"}),
    ("putSeed", "", SEED),
    ("reset", "", None),
]
BY_ID = {
    item[method]["operationId"]: (method, path, item[method])
    for path, item in DOCUMENT["paths"].items()
    for method in METHODS
    if method in item
}


@pytest.fixture
def fake() -> Fake:
    return controlled(rate_limit=20)


def test_every_answer_is_as_described(fake: Fake) -> None:
    """Every JSON answer conforms to its schema."""
    with serve(fake) as url, httpx2.Client(trust_env=False, verify=False) as client:
        for call in (None, {"name": "a"}):
            headers = {"Authorization": "Bearer sk-fake-primary", "X-Fake-Fault": "latency=1"}
            client.request("POST" if call else "GET", f"{url}/assistants", headers=headers, json=call)
        for id, name, body in CALLS:
            method, path, operation = BY_ID[id]
            steps = [name if step.startswith("{") else step for step in path.split("/")]
            answer = client.request(
                method.upper(), url.removesuffix("/v1") + "/_fake" + "/".join(steps), json=body or {}
            )
            assert answer.status_code == 200, (id, answer.text)
            check(operation["responses"]["200"]["content"]["application/json"]["schema"], answer.json())

    assert {id for id, *_ in CALLS} == set(BY_ID) - {"getDescription", "listen"}


def check(schema: dict[str, Any], value: Any) -> None:
    jsonschema_rs.validate({**schema, "components": DOCUMENT["components"]}, value)
