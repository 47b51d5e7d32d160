"""The assistants of the edition openai: what a body sets, and what each answer shows."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest

from contract_tests.http import editions
from fake_server.contract.editions import load_document
from fake_server.edition import load_edition

SHOWN = [
    *("id", "object", "created_at", "name", "description", "model", "instructions", "tools", "top_p", "temperature"),
    *("reasoning_effort", "tool_resources", "metadata", "response_format"),
]
DEFAULTS = {
    **dict.fromkeys(("name", "description", "instructions", "reasoning_effort")),
    **{"tools": [], "tool_resources": {}, "metadata": {}, "top_p": 1.0, "temperature": 1.0, "response_format": "auto"},
}
GIVEN = {
    **{"name": "Bot", "description": "Sells.", "instructions": "Be brief.", "top_p": 0.5, "temperature": 0},
    **{
        "metadata": {"team": "blue"},
        "tool_resources": {"code_interpreter": {"file_ids": []}},
        "reasoning_effort": "low",
    },
    **{"response_format": {"type": "text"}, "tools": [{"type": "code_interpreter"}]},
}
NULLABLE = [name for name in DEFAULTS if name != "tools"]


def made(client: httpx2.Client, **body: Any) -> dict[str, Any]:
    answer = client.post("/assistants", json={"model": "gpt-4o"} | body)
    assert answer.status_code == 200, answer.text
    document: dict[str, Any] = answer.json()
    return document


def refused(client: httpx2.Client, **body: Any) -> tuple[int, str | None]:
    """The status and the param."""
    answer = client.post("/assistants", json=body)
    return answer.status_code, answer.json()["error"]["param"]


def test_both_readers_make_the_same_document() -> None:
    """The suite and the fake each apply the overlay with code of their own, and the documents are equal."""
    with editions.use("openai"):
        assert load_document("openai") == editions.document()


def test_a_model_suffices(primary: httpx2.Client) -> None:
    """All 14 fields are shown in the reference's order, with the recorded defaults."""
    document = made(primary)

    assert list(document) == SHOWN
    assert document.items() >= (DEFAULTS | {"model": "gpt-4o", "object": "assistant"}).items()


def test_an_id_is_as_openai_made_it(primary: httpx2.Client) -> None:
    """An id is asst_ and 24 letters and digits."""
    prefix, rest = made(primary)["id"].split("_")

    assert (prefix, len(rest), rest.isalnum()) == ("asst", 24, True)


@pytest.mark.parametrize("verb", ["POST", "PATCH"])
def test_each_field_is_kept(primary: httpx2.Client, verb: str) -> None:
    """A create keeps each field, and so does a modify by either verb; every read shows them."""
    created, plain = made(primary, **GIVEN), made(primary)

    modified = primary.request(verb, f"/assistants/{plain['id']}", json=GIVEN).json()

    assert created | GIVEN == created
    assert modified == plain | GIVEN == primary.get(f"/assistants/{plain['id']}").json()
    assert modified == primary.get("/assistants").json()["data"][0]


def test_a_model_is_the_assistants_own(primary: httpx2.Client) -> None:
    """Two assistants of one organization may have different models."""
    assert [made(primary, model=model)["model"] for model in ("gpt-4o-mini", "any")] == ["gpt-4o-mini", "any"]


@pytest.mark.parametrize("name", NULLABLE)
def test_null_is_the_default(primary: httpx2.Client, name: str) -> None:
    """null in a create is the default, and null in a modify restores the default of this field alone."""
    created = made(primary, **GIVEN)

    modified = primary.post(f"/assistants/{created['id']}", json={name: None}).json()

    assert made(primary, **{name: None})[name] == DEFAULTS[name]
    assert modified == created | {name: DEFAULTS[name]}


def test_empty_values_are_kept(primary: httpx2.Client) -> None:
    """An empty name and empty instructions are texts, and an empty list of tools replaces the tools."""
    created = made(primary, **GIVEN | {"name": "", "instructions": ""})

    modified = primary.post(f"/assistants/{created['id']}", json={"tools": [], "metadata": {}}).json()

    assert (created["name"], created["instructions"]) == ("", "")
    assert (modified["tools"], modified["metadata"]) == ([], {})


def test_metadata_is_replaced_as_a_whole(primary: httpx2.Client) -> None:
    """A pair that the new metadata does not have is gone."""
    created = made(primary, metadata={"a": "1", "b": "2"})

    modified = primary.post(f"/assistants/{created['id']}", json={"metadata": {"b": "3"}}).json()

    assert modified["metadata"] == {"b": "3"}


def test_an_answer_is_a_copy(fake: Any) -> None:
    """A caller of the fake's parts may change an answer, and the stored assistant stays."""
    project = fake.store.add("org-acme", None, None, {"metadata": {"a": "1"}})
    organization = fake.store.organization("org-acme")
    fake.render(project, organization, {})["metadata"].clear()

    assert fake.render(project, organization, {})["metadata"] == {"a": "1"}


def test_large_integers_are_kept(primary: httpx2.Client) -> None:
    """An integer of more than 64 bits comes back with every digit."""
    tool = {"type": "function", "function": {"name": "f", "strict": True, "parameters": {"maximum": 10**30}}}

    assert made(primary, tools=[tool])["tools"] == [tool]


def test_unknown_fields_are_ignored(primary: httpx2.Client) -> None:
    """A field that the reference does not know changes nothing."""
    assert list(made(primary, unknown=7)) == SHOWN


REFUSED = {
    "no model": ({}, "model"),
    "null for the model": ({"model": None}, "model"),
    "a long name": ({"name": "n" * 257}, "name"),
    "long instructions": ({"instructions": "i" * 256_001}, "instructions"),
    "a long description": ({"description": "d" * 513}, "description"),
    "17 pairs": ({"metadata": {str(number): "" for number in range(17)}}, "metadata"),
    "a long key": ({"metadata": {"k" * 65: ""}}, "metadata"),
    "a long value": ({"metadata": {"k": "v" * 513}}, "metadata.k"),
    "a value that is no text": ({"metadata": {"k": 1}}, "metadata.k"),
    "129 tools": ({"tools": [{"type": "file_search"}] * 129}, "tools"),
    "a tool of an unknown type": ({"tools": [{"type": "retrieval"}]}, "tools.0.type"),
    "a tool without a type": ({"tools": [{"type": "file_search"}, {}]}, "tools.1.type"),
    "a function tool without its function": ({"tools": [{"type": "function"}]}, "tools.0.function"),
    "a function without a name": ({"tools": [{"type": "function", "function": {}}]}, "tools.0.function.name"),
    "no list of tools": ({"tools": None}, "tools"),
    "a temperature beyond its bound": ({"temperature": 2.1}, "temperature"),
    "a top_p that is a text": ({"top_p": "p"}, "top_p"),
    "resources that are no object": ({"tool_resources": {"file_search": 7}}, "tool_resources.file_search"),
    "a format of an unknown type": ({"response_format": {"type": "xml"}}, "response_format"),
    "an unknown effort": ({"reasoning_effort": "enormous"}, "reasoning_effort"),
}


@pytest.mark.parametrize(("body", "param"), REFUSED.values(), ids=REFUSED)
def test_bad_values_are_refused(primary: httpx2.Client, body: dict[str, Any], param: str) -> None:
    """The refusal names the wrong field, and nothing is created."""
    model = {} if param == "model" else {"model": "gpt-4o"}

    assert refused(primary, **model, **body) == (400, param)
    assert len(primary.get("/assistants").json()["data"]) == 2


def test_a_bound_assistant_may_be_deleted(primary: httpx2.Client) -> None:
    """The edition has no rule about the assistant that a key is bound to. The key works on."""
    assert primary.delete("/assistants/asst_acme-support").json()["deleted"] is True
    assert primary.get("/assistants").status_code == 200


def test_errors_are_as_openai_gave_them(primary: httpx2.Client, base_url: str) -> None:
    """The types of 401 and 404 are invalid_request_error, and an unknown key has its code."""
    unknown = primary.get("/assistants/asst_nothing").json()["error"]
    unauthorized = httpx2.get(f"{base_url}/assistants", headers={"Authorization": "Bearer sk-no"}).json()["error"]

    assert (unknown["type"], unknown["code"]) == ("invalid_request_error", None)
    assert (unauthorized["type"], unauthorized["code"]) == ("invalid_request_error", "invalid_api_key")


def test_the_pages_edition_keeps_nothing() -> None:
    """The page's edition has no kept field, and the ids and the guard of the page."""
    page = load_edition()

    assert (page.kept, page.prefix, page.guards_bound, dict(page.settings)) == (None, "asst-", True, {})
