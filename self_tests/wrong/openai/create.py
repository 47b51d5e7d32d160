"""Creates that demand more than a model, accept none, or show other defaults."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from contract_tests.http.openapi import fields, kept_fields
from contract_tests.http.operations import CREATE
from fake_server.domain.errors import InvalidParameter
from fake_server.fake import Answer, Call, Fake, Handler
from self_tests.wrong.wrong_server import Document, getting, giving_ids, handling, reading, refusing, showing, wrong

DEFAULTS = {name: field.default for name, field in kept_fields().items() if name != "model"}
TEXTS = ("name", "instructions")
OTHER_DEFAULTS: dict[str, Any] = {
    "temperature": None,
    "top_p": 0.9,
    "tools": [{"type": "file_search"}],
    "tool_resources": None,
    "metadata": None,
    "description": "",
    "response_format": {"type": "text"},
    "reasoning_effort": "medium",
}


@wrong("create/model-suffices", each=["temperature", "tools"])
def a_create_must_have(fake: Fake, field: str) -> None:
    """The schema takes a field of the example for a needed one."""
    refusing(fake, lambda body: field not in body, CREATE)


@wrong("create/model-suffices")
def a_create_must_have_a_name_and_instructions(fake: Fake) -> None:
    refusing(fake, lambda body: not (body.get("name") and body.get("instructions")), CREATE)


@wrong("create/model-required", each=["gpt-4o", "default"])
def no_model_is_needed(fake: Fake, default: str) -> None:
    """The server has one model, and answers it to everyone."""
    reading(fake, lambda body: body if body.get("model") is not None else body | {"model": default}, CREATE)


@wrong("create/model-required")
def null_is_a_model(fake: Fake) -> None:
    reading(fake, lambda body: body | {"model": "gpt-4o"} if body.get("model", 0) is None else body, CREATE)


@wrong("create/model-required")
def no_model_is_refused_and_makes_an_assistant(fake: Fake) -> None:
    """The row is inserted before the check."""

    def check(old: Any, operation: Any, value: Any) -> Any:
        if operation.id == CREATE and isinstance(value, dict) and value.get("model") is None:
            organization = fake.store.all_organizations()[0].id
            fake.store.add(organization, value.get("name"), value.get("instructions"))
            raise InvalidParameter("A model is needed.", "model")
        return old(operation, value)

    old = fake.check_body
    fake.check_body = lambda operation, value: check(old, operation, value)


PREFIXES = {"none": "", "another": "assistant_", "capitals": "ASST_", "a project's": "proj_"}


@wrong("create/id-is-asst", each=PREFIXES)
def an_id_has_as_its_prefix(fake: Fake, which: str) -> None:
    """The answer of a create has another prefix than all others."""
    showing(fake, lambda _, document: document | {"id": PREFIXES[which] + document["id"].partition("_")[2]}, CREATE)


@wrong("create/ids-are-unique", "retrieve/equals-created", "delete/gone")
def every_id_is_the_same(fake: Fake) -> None:
    giving_ids(fake, lambda _: "0" * 24)


@wrong("create/defaults", each=OTHER_DEFAULTS)
def another_default(fake: Fake, field: str) -> None:
    """The field has a default of the server's own."""
    assert fake.edition.kept
    fake.render = replace(fake.edition.kept, defaults={**DEFAULTS, field: OTHER_DEFAULTS[field]}).render


@wrong("create/defaults", each=TEXTS)
def an_unset_text_is_empty(fake: Fake, field: str) -> None:
    showing(fake, lambda _, document: document | {field: document[field] or ""})


@wrong("create/every-field", each=["temperature", "top_p", "tool_resources", "response_format", "reasoning_effort"])
def a_field_is_shown_only_if_it_is_set(fake: Fake, field: str) -> None:
    """The serializer leaves out what has its default."""

    def show(_: Call, document: Document) -> Document:
        unset = document[field] == DEFAULTS[field]
        return {name: value for name, value in document.items() if name != field or not unset}

    showing(fake, show)


@wrong("create/answers-the-assistant", each=["name", "description", "instructions", "metadata", "tools"])
def a_required_field_is_shown_only_if_it_is_set(fake: Fake, field: str) -> None:
    """`exclude_none` or `omitempty` in the serializer."""
    showing(fake, lambda _, document: {n: value for n, value in document.items() if n != field or value})


@wrong("create/answers-the-assistant")
def a_create_answers_nothing_but_the_id(fake: Fake) -> None:
    showing(fake, lambda _, document: {"id": document["id"]}, CREATE)


@wrong("create/null-is-accepted", each=["temperature", "top_p", "metadata", "description", "tool_resources"])
def null_is_refused_by_create(fake: Fake, field: str) -> None:
    """The field is optional but not nullable."""
    refusing(fake, lambda body: body.get(field, 0) is None, CREATE)


@wrong("create/null-is-accepted", each=["description", "response_format"])
def null_is_kept_as_a_text(fake: Fake, field: str) -> None:
    """The code says `str(value)`."""

    async def create(old: Handler, call: Call) -> Answer:
        sent = call.body
        call.body = {**sent, field: "None"} if sent.get(field, 0) is None else sent
        return await old(call)

    handling(fake, create, CREATE)


@wrong("create/null-is-accepted")
def a_null_of_a_number_is_zero(fake: Fake) -> None:
    """A column that cannot be null."""
    getting(fake, lambda body: body | {"temperature": 0} if body.get("temperature", 1) is None else body, CREATE)


assert set(fields("Assistant")) >= {*OTHER_DEFAULTS, *TEXTS}
