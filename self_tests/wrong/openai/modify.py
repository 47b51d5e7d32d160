"""Modifies that merge a metadata, or change fields that they were not sent."""

from __future__ import annotations

from collections.abc import Awaitable

from contract_tests.http.openapi import kept_fields
from contract_tests.http.operations import MODIFIES, MODIFY, PATCH
from fake_server.domain.assistants import Project
from fake_server.fake import Answer, Call, Fake, Handler
from self_tests.wrong.wrong_server import Document, answering, getting, handling, target, wrong

DEFAULTS = {name: field.default for name, field in kept_fields().items() if name != "model"}


def merging(fake: Fake, *operations: str, also_empty: bool = True) -> None:
    """Adds the pairs of a metadata to those of before."""

    def merge(call: Call) -> None:
        project, sent = target(call), call.body.get("metadata")
        if isinstance(sent, dict) and project and (sent or also_empty):
            call.body = {**call.body, "metadata": {**fields_of(project).get("metadata", {}), **sent}}

    def handle(old: Handler, call: Call) -> Awaitable[Answer]:
        merge(call)
        return old(call)

    handling(fake, handle, *operations)


def fields_of(project: Project) -> Document:
    return project.fields or {}


@wrong("modify/metadata-is-replaced")
def metadata_is_merged(fake: Fake) -> None:
    """`{**old, **new}`, as for the other fields."""
    merging(fake, *MODIFIES)


@wrong("modify/metadata-is-replaced", each=[MODIFY, PATCH])
def metadata_is_merged_by(fake: Fake, operation: str) -> None:
    merging(fake, operation)


@wrong("modify/metadata-is-replaced")
def an_empty_metadata_changes_nothing(fake: Fake) -> None:
    """The code says `if body.metadata:`."""

    def handle(old: Handler, call: Call) -> Awaitable[Answer]:
        call.body = {name: value for name, value in call.body.items() if (name, value) != ("metadata", {})}
        return old(call)

    handling(fake, handle, *MODIFIES)


@wrong("modify/partial", each=["tools", "metadata", "temperature", "description"])
def a_field_that_is_not_sent_is_reset(fake: Fake, field: str) -> None:
    """The body is parsed with its defaults, and all of it is stored."""
    getting(fake, lambda body: {field: DEFAULTS[field], **body} if body else body, *MODIFIES)


@wrong("modify/partial", "modify/empty-body-changes-nothing")
def a_modify_replaces_the_whole_assistant(fake: Fake) -> None:
    """POST as PUT."""
    getting(fake, lambda body: {**DEFAULTS, **body}, *MODIFIES)


@wrong("modify/partial")
def new_tools_clear_the_resources(fake: Fake) -> None:
    getting(fake, lambda body: {"tool_resources": {}, **body} if "tools" in body else body, *MODIFIES)


@wrong("modify/seen-everywhere", "retrieve/equals-created", each=["metadata", "tools", "top_p"])
def a_kept_field_is_answered_and_not_stored(fake: Fake, field: str) -> None:
    """The modify answers its body, and the update lacks the column."""
    before: dict[str, object] = {}

    def handle(old: Handler, call: Call) -> Awaitable[Answer]:
        project = target(call)
        before["value"] = fields_of(project).get(field, DEFAULTS[field]) if project else None
        return old(call)

    def restore(call: Call, _: Answer) -> None:
        project = target(call)
        if field in call.body and project:
            fields = {**fields_of(project), field: before["value"]}
            call.fake.store.change(project.organization, project.id, {"fields": fields})

    handling(fake, handle, *MODIFIES)
    answering(fake, restore, *MODIFIES)
