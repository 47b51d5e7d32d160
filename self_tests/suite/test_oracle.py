"""The oracle alone, on exchanges that are written in this file."""

from __future__ import annotations

import json

import pytest

from contract_tests.http import operations
from contract_tests.http.messages import Exchange, Json, Request, Response
from contract_tests.http.target import Target
from contract_tests.oracle.model import Model, TrackedAssistant
from contract_tests.oracle.oracle import Oracle
from self_tests.doubles.bare_server import ASSISTANT

ID = str(ASSISTANT["id"])
DELETED = {"id": ID, "object": "assistant.deleted", "deleted": True}
UNKNOWN = {"error": {"message": "No such assistant.", "type": "not_found_error", "param": None, "code": None}}


def observed(*calls: tuple[Request, int, object]) -> Oracle:
    """An oracle that has seen these requests with their answers."""
    oracle = Oracle(Target("", {}), "")
    for number, (request, status, body) in enumerate(calls, 1):
        headers = {"content-type": "application/json"}
        oracle.observe(Exchange(number, request, Response(status, headers, json.dumps(body).encode())))
    oracle.conclude()
    return oracle


@pytest.mark.parametrize(("role", "is_proven"), [("primary", True), ("foreign", False)])
def test_a_refusal_that_comes_anyway_proves_nothing(role: str, is_proven: bool) -> None:
    """Another organization's key finds a deleted assistant as little as one that is there."""
    oracle = observed(
        (operations.create({"name": "Acme Support"}), 200, ASSISTANT),
        (operations.delete(ID), 200, DELETED),
        (operations.retrieve(ID, role), 404, UNKNOWN),
    )

    assert ("delete/gone" in oracle.findings.held) == is_proven


@pytest.mark.parametrize("document", [{}, {"id": None}, {"id": ["a"]}, {"id": "asst-own"}])
def test_an_answer_without_an_id_takes_nothing_over(document: dict[str, Json]) -> None:
    """An answer of any shape can be asked for the id that it took over, and a create's own id is not another's."""
    model = Model("tag")
    model.assistants["asst-own"] = TrackedAssistant("asst-own", "home", "primary", document, taken={"id"})

    assert model.taken_over() == set()
