"""Wrong ignored fields: they are refused, kept, echoed, or not the same everywhere."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from contract_tests.http.openapi import CONSTANT, ignored_fields, ignored_names
from contract_tests.http.operations import CREATE, LIST, MODIFIES, MODIFY, PATCH, RETRIEVE
from fake_server.contract.openapi import Operation
from fake_server.fake import Answer, Call, Fake
from self_tests.wrong.wrong_server import WRITES, Document, answering, around, error, reading, refusing, showing, wrong

CONSTANTS = ignored_names(CONSTANT)
IGNORED = ignored_names()
UNSHOWN = {field.id: field.name for field in ignored_fields().values() if not field.reads}
NULLABLE = ["temperature", "top_p", "metadata", "response_format"]
DEFAULTS = "ignored/model-and-temperature-are-the-organizations"


# --- accepted


@wrong("ignored/{}-accepted", each=IGNORED)
def a_field_is_refused(fake: Fake, field: str) -> None:
    """The schema has `extra="forbid"`, and its fields come from the page's example."""
    refusing(fake, lambda body: field in body)


@wrong("ignored/{}-accepted", "modify/post-and-patch-alike", each=["metadata"])
def a_field_is_refused_by_patch(fake: Fake, field: str) -> None:
    refusing(fake, lambda body: field in body, PATCH)


@wrong("ignored/{}-accepted", each=NULLABLE)
def null_is_refused(fake: Fake, field: str) -> None:
    """The field is optional but not nullable. The Python SDK sends None as null."""
    refusing(fake, lambda body: body.get(field, 0) is None)


@wrong("ignored/{}-accepted", each=["metadata", "tools"])
def an_empty_value_is_refused(fake: Fake, field: str) -> None:
    refusing(fake, lambda body: body.get(field) in ({}, [], ""))


@wrong("ignored/model-accepted")
def a_model_must_be_on_the_list(fake: Fake) -> None:
    refusing(fake, lambda body: body.get("model", "gpt-4o") not in ("gpt-4o", "o3-mini", "any"))


@wrong("ignored/temperature-accepted")
def temperature_ends_at_1(fake: Fake) -> None:
    refusing(fake, lambda body: (body.get("temperature") or 0) in (1.5, 2))


@wrong("ignored/temperature-accepted", "ignored/top_p-accepted")
def zero_is_refused(fake: Fake) -> None:
    """The check is `if not value`, or the bound is exclusive."""
    refusing(fake, lambda body: body.get("temperature") == 0 or body.get("top_p") == 0)


@wrong("ignored/response_format-accepted")
def response_format_must_be_text(fake: Fake) -> None:
    """The schema is a string enum, as it was before the field became an object."""
    refusing(fake, lambda body: isinstance(body.get("response_format"), dict))


@wrong("ignored/description-accepted")
def description_ends_at_500(fake: Fake) -> None:
    refusing(fake, lambda body: isinstance(body.get("description"), str) and len(body["description"]) > 500)


@wrong("ignored/{}-accepted", each=UNSHOWN)
def a_field_that_no_answer_shows_is_refused(fake: Fake, id: str) -> None:
    """The schema has the fields of an answer, and refuses all others."""
    refusing(fake, lambda body: UNSHOWN[id] in body)


@wrong("ignored/reasoning-effort-accepted")
def reasoning_effort_is_refused_by_modify(fake: Fake) -> None:
    refusing(fake, lambda body: "reasoning_effort" in body, *MODIFIES)


# --- not kept


@wrong("ignored/{}-not-kept", each=IGNORED)
def a_field_is_echoed_by_create(fake: Fake, field: str) -> None:
    """Stateless mocks answer `{**body, "id": ...}`."""
    showing(fake, lambda call, document: {**document, field: call.body.get(field, document[field])}, CREATE)


@wrong("ignored/{}-not-kept", each=["model", "description"])
def a_field_is_echoed_by_patch(fake: Fake, field: str) -> None:
    showing(fake, lambda call, document: {**document, field: call.body.get(field, document[field])}, PATCH)


def keeping(fake: Fake, field: str, *operations: str, show_on: Callable[[Document, str], bool]) -> None:
    """Stores the field as these operations send it, by assistant.

    A document shows the last value that `show_on` accepts, given the document and the id of the value's assistant.
    """
    values: dict[str, Any] = {}

    def remember(call: Call, answer: Answer) -> None:
        if field in call.body:
            values[answer.body["id"]] = call.body[field]

    def show(_: Call, document: Document) -> Document:
        kept = [value for id, value in values.items() if show_on(document, id)]
        return document | {field: kept[-1]} if kept else document

    answering(fake, remember, *operations)
    showing(fake, show)


@wrong("ignored/{}-not-kept", each=["model", "tools", "metadata", "top_p"])
def a_field_is_kept(fake: Fake, field: str) -> None:
    """OpenAI's own service keeps the field."""
    keeping(fake, field, *WRITES, show_on=lambda document, owner: document["id"] == owner)


@wrong("ignored/{}-not-kept", each=["temperature"])
def a_field_is_kept_by_post_modify_alone(fake: Fake, field: str) -> None:
    keeping(fake, field, MODIFY, show_on=lambda document, owner: document["id"] == owner)


@wrong("ignored/{}-not-kept", each=["model", "temperature", "tool_resources"])
def a_field_becomes_everybodys(fake: Fake, field: str) -> None:
    """The value is written to the organization, which holds the default."""
    keeping(fake, field, *WRITES, show_on=lambda _document, _owner: True)


@wrong("ignored/{}-not-kept", each=["response_format"])
def a_field_is_kept_for_all_but_its_own(fake: Fake, field: str) -> None:
    keeping(fake, field, *WRITES, show_on=lambda document, owner: document["id"] != owner)


# --- absurd values


@wrong("ignored/absurd-values-are-harmless", each=["temperature", "metadata"])
def an_absurd_value_is_taken_and_kept(fake: Fake, field: str) -> None:
    """The field has no validation because it is ignored; but the server keeps its value."""
    absurd = {"temperature": 3, "metadata": 7, "tools": "file_search", "top_p": 1.5, "model": 7}[field]
    sent: list[Any] = []

    def take(body: Document) -> Document:
        if body.get(field) != absurd:
            return body
        sent.append(absurd)
        return without(body, field)

    reading(fake, take)
    showing(fake, lambda _, document: {**document, field: absurd} if sent else None)


def without(body: Document, field: str) -> Document:
    return {name: value for name, value in body.items() if name != field}


@wrong("errors/never-5xx", each=["metadata", "tools"])
def an_absurd_value_crashes(fake: Fake, field: str) -> None:
    """The code calls `.items()` or `.get("type")` on any value."""
    types = {"metadata": dict, "tools": list, "response_format": dict | None}[field]
    reading(fake, lambda body: body | {field: crash(body[field], types)} if field in body else body)


def crash(value: Any, types: Any) -> Any:
    assert value in (None, "auto") or isinstance(value, types)
    return value


@wrong("ignored/absurd-values-are-harmless")
def an_absurd_value_is_refused_but_the_name_beside_it_is_kept(fake: Fake) -> None:
    """The title is written first, and the other fields are checked later."""

    def check(old: Callable[..., Any], operation: Operation, value: Any) -> Any:
        odd = {name: value[name] for name in value if name == "temperature"} if isinstance(value, dict) else {}
        return old(operation, without(value, "temperature") if odd else value) | odd

    around(fake, "check_body", check)
    answering(fake, lambda call, _: Answer(error(), 400) if call.body.get("temperature") == 3 else None, *MODIFIES)


# --- the same everywhere


# No call of the suite sends these values.
OF_AN_ORGANIZATION: Document = {
    "description": "Made in this house.",
    "metadata": {"house": "north"},
    "tool_resources": {"file_search": {"vector_store_ids": ["vs_house"]}},
    "top_p": 0.37,
    "response_format": {"type": "house"},
}


@wrong("ignored/constants-hold", each=CONSTANTS)
def a_constant_of_each_organization(fake: Fake, field: str) -> None:
    other = {field: OF_AN_ORGANIZATION[field]}
    showing(fake, lambda call, document: document | other if call.key.label == "foreign" else None)


@wrong("ignored/constants-hold", each=["metadata", "top_p"])
def a_constant_that_the_list_shows_otherwise(fake: Fake, field: str) -> None:
    showing(fake, lambda _, document: {**document, field: None if field != "description" else ""}, LIST)


@wrong("ignored/constants-hold")
def metadata_counts_the_modifies(fake: Fake) -> None:
    modified: list[str] = []
    answering(fake, lambda _, answer: modified.append(answer.body["id"]), *MODIFIES)
    showing(fake, lambda _, document: {**document, "metadata": {"version": str(modified.count(document["id"]))}})


@wrong("ignored/constants-hold")
def description_is_the_name(fake: Fake) -> None:
    showing(fake, lambda _, document: {**document, "description": document["name"]})


@wrong("ignored/constants-hold")
def top_p_is_rounded_to_32_bits_by_retrieve(fake: Fake) -> None:
    around(fake, "render", lambda render, *of: render(*of) | {"top_p": 0.9})
    showing(fake, lambda _, document: {**document, "top_p": 0.8999999761581421}, RETRIEVE)


@wrong(DEFAULTS)
def every_key_has_its_own_model(fake: Fake) -> None:
    """The code takes the project's default for the organization's."""
    showing(fake, lambda call, document: {**document, "model": "small"} if call.key.label == "sibling" else None)


@wrong(DEFAULTS)
def temperature_is_random(fake: Fake) -> None:
    dice = random.Random(1)
    showing(fake, lambda _, document: {**document, "temperature": round(dice.random(), 6)})


@wrong(DEFAULTS)
def temperature_in_the_list_is_null(fake: Fake) -> None:
    showing(fake, lambda _, document: {**document, "temperature": None}, LIST)


@wrong(DEFAULTS)
def the_model_depends_on_the_name(fake: Fake) -> None:
    showing(fake, lambda _, document: {**document, "model": f"ragen-{len(document['name'] or '') % 2}"})


TOOLS: dict[str, Any] = {
    "empty": [],
    "null": None,
    "of version 1": [{"type": "retrieval"}],
    "two": [{"type": "file_search"}, {"type": "code_interpreter"}],
}


@wrong("ignored/tools-are-file-search", each=TOOLS)
def tools_are(fake: Fake, how: str) -> None:
    around(fake, "render", lambda render, *of: render(*of) | {"tools": TOOLS[how]})


@wrong("ignored/tools-are-file-search")
def the_list_shows_no_tools(fake: Fake) -> None:
    showing(fake, lambda _, document: {**document, "tools": []}, LIST)


@wrong("create/answers-the-assistant")
def an_empty_object_is_shown_as_a_list(fake: Fake) -> None:
    """PHP has one type for both."""
    showing(fake, lambda _, document: {**document, "metadata": [], "tool_resources": []})


@wrong("ignored/{}-not-kept", "modify/post-and-patch-alike", each=["metadata", "top_p"])
def a_null_in_a_patch_removes(fake: Fake, field: str) -> None:
    """A JSON Merge Patch. The answer is the merged document."""

    def show(call: Call, document: Document) -> Document:
        is_null = call.body.get(field, 0) is None
        return {name: value for name, value in document.items() if not (is_null and name == field)}

    showing(fake, show, PATCH)
