"""Wrong servers of the edition `openai`, one or more for each promise that the SDK tests have about kept fields.

`MISTAKES` has them with the requirements that the SDK tests must find violated. They are no part of the kill matrix,
which judges the whole suite.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from contract_tests.http.openapi import kept_fields
from contract_tests.http.operations import CREATE, MODIFY
from fake_server.contract.openapi import Operation
from fake_server.domain.errors import InvalidParameter
from fake_server.fake import Answer, Call, Fake, Handler
from self_tests.wrong.wrong_server import Document, around, getting, handling, kind, reading, refusing, showing

EDITION = "openai"
TEXTS = ("name", "instructions")


def shows_the_same_for_all(fake: Fake) -> None:
    """Each answer shows one value for a kept field, whatever was sent."""
    fixed = {name: field.values[1] for name, field in kept_fields().items()}
    showing(fake, lambda _, document: document | fixed)


def changes_no_kept_field(fake: Fake) -> None:
    getting(fake, lambda body: {name: value for name, value in body.items() if name in TEXTS}, MODIFY)


def forgets_what_is_empty(fake: Fake) -> None:
    """A create takes 0 for a number that was not sent."""
    getting(fake, lambda body: {name: value for name, value in body.items() if value or value is None}, CREATE)


def keeps_the_first_tool(fake: Fake) -> None:
    getting(fake, lambda body: body | {"tools": body["tools"][:1]} if body.get("tools") else body, CREATE)


def lifts_the_function(fake: Fake) -> None:
    """Shows a function's members in the tool itself."""

    def lifted(tool: Document) -> Document:
        return {"type": tool["type"], **tool.get("function", {})}

    showing(fake, lambda _, document: document | {"tools": [lifted(tool) for tool in document["tools"]]})


def changes_metadata(fake: Fake) -> None:
    """A metadata is stored with other values than were sent."""

    def change(body: Document) -> Document:
        metadata = body.get("metadata")
        return body | {"metadata": {name: value.upper() for name, value in metadata.items()}} if metadata else body

    getting(fake, change, CREATE)


def merges_metadata(fake: Fake) -> None:
    def merge(handle: Handler, call: Call) -> Awaitable[Answer]:
        project = fake.store.get(call.key.organization, fake.project_id(call.assistant))
        old = (project.fields if project else None) or {}
        if call.body.get("metadata") is not None:
            call.body = {**call.body, "metadata": old.get("metadata", {}) | call.body["metadata"]}
        return handle(call)

    handling(fake, merge, MODIFY)


def resets_what_an_update_leaves_out(fake: Fake) -> None:
    optional = [name for name, field in kept_fields().items() if field.default is not ...]
    getting(fake, lambda body: dict.fromkeys(optional) | body, MODIFY)


def wants_no_null(fake: Fake) -> None:
    refusing(fake, lambda body: None in body.values(), CREATE)


def takes_null_for_a_text(fake: Fake) -> None:
    getting(fake, lambda body: {name: "null" if value is None else value for name, value in body.items()}, CREATE)


def has_a_default_of_its_own(fake: Fake) -> None:
    getting(fake, lambda body: {"temperature": 0.7} | body, CREATE)


def leaves_out_what_is_null(fake: Fake) -> None:
    showing(fake, lambda _, document: {name: value for name, value in document.items() if value is not None})


def has_a_model_of_its_own(fake: Fake) -> None:
    reading(fake, lambda body: body | {"model": body.get("model") or "gpt-4o"}, CREATE)


def wants_a_name(fake: Fake) -> None:
    refusing(fake, lambda body: not body.get("name"), CREATE)


def has_ids_of_another_kind(fake: Fake) -> None:
    showing(fake, lambda _, document: document | {"id": f"a{document['id']}"})


def refuses_with_422(fake: Fake) -> None:
    kind(fake, InvalidParameter, status=422)


def creates_with_anything(fake: Fake) -> None:
    unchecked(fake, CREATE)


def updates_with_anything(fake: Fake) -> None:
    unchecked(fake, MODIFY)


def unchecked(fake: Fake, unchecked: str) -> None:
    """The values of a body of this operation are not checked."""

    def check(old: Callable[..., Any], operation: Operation, value: Any) -> Any:
        return value if operation.id == unchecked else old(operation, value)

    around(fake, "check_body", check)


KEPT = (
    *("kept/model", "kept/temperature", "kept/description", "kept/metadata", "kept/tools", "kept/tool_resources"),
    *("kept/top_p", "kept/response_format", "kept/reasoning_effort"),
)
LIMITS = ("limits/name", "limits/instructions", *(id.replace("kept/", "limits/") for id in KEPT))
# The changes of a fake, each with the requirements that the SDK tests must find violated.
MISTAKES: dict[Callable[[Fake], None], tuple[str, ...]] = {
    shows_the_same_for_all: KEPT,
    changes_no_kept_field: KEPT,
    forgets_what_is_empty: ("kept/temperature", "kept/top_p"),
    keeps_the_first_tool: ("kept/tools",),
    lifts_the_function: ("kept/tools",),
    changes_metadata: ("kept/metadata",),
    merges_metadata: ("modify/metadata-is-replaced",),
    resets_what_an_update_leaves_out: ("modify/partial",),
    wants_no_null: ("create/null-is-accepted",),
    takes_null_for_a_text: ("create/null-is-accepted",),
    has_a_default_of_its_own: ("create/defaults",),
    leaves_out_what_is_null: ("create/every-field",),
    has_a_model_of_its_own: ("create/model-required",),
    wants_a_name: ("create/model-suffices",),
    has_ids_of_another_kind: ("create/id-is-asst",),
    refuses_with_422: ("errors/bad-input-is-400",),
    creates_with_anything: LIMITS,
    updates_with_anything: LIMITS,
}
