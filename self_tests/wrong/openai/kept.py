"""Kept fields that are refused, lost, cut, changed, or kept at one place alone."""

from __future__ import annotations

import html
from collections.abc import Awaitable, Callable
from typing import Any

from contract_tests.http.openapi import kept_fields, required_fields
from contract_tests.http.operations import CREATE, LIST, MODIFIES, MODIFY, PATCH, RETRIEVE
from fake_server.fake import Answer, Call, Fake, Handler
from self_tests.wrong.wrong_server import WRITES, Document, getting, handling, refusing, showing, target, wrong

KEPT = [name for name in kept_fields() if name not in required_fields()]
# Every server must accept these.
CERTAIN = [name for name in KEPT if name != "reasoning_effort"]
DEFAULTS = {name: field.default for name, field in kept_fields().items()}


def without(body: Document, field: str) -> Document:
    return {name: value for name, value in body.items() if name != field}


def changing(fake: Fake, field: str, change: Callable[[Any], Any], *operations: str) -> None:
    """Stores another value than the field was sent with."""

    def stored(body: Document) -> Document:
        return body | {field: change(body[field])} if body.get(field) is not None else body

    getting(fake, stored, *operations or WRITES)


@wrong("kept/{}", each=KEPT)
def a_kept_field_is_ignored(fake: Fake, field: str) -> None:
    """The server has no column for the field."""
    getting(fake, lambda body: without(body, field))


@wrong("kept/{}", each=KEPT)
def a_kept_field_is_ignored_by_create(fake: Fake, field: str) -> None:
    getting(fake, lambda body: without(body, field), CREATE)


@wrong("kept/{}", each=[*KEPT, "model"])
def a_kept_field_is_ignored_by_modify(fake: Fake, field: str) -> None:
    """The update copies the fields by hand, and one was forgotten."""
    getting(fake, lambda body: without(body, field), *MODIFIES)


@wrong("kept/{}", each=["metadata", "tools", "temperature", "response_format"])
def a_kept_field_is_ignored_by_patch(fake: Fake, field: str) -> None:
    getting(fake, lambda body: without(body, field), PATCH)


@wrong("kept/{}", each=CERTAIN)
def a_kept_field_is_refused(fake: Fake, field: str) -> None:
    """The schema forbids what it does not know."""
    refusing(fake, lambda body: field in body)


@wrong("kept/{}", each=["metadata", "tools", "top_p"])
def a_kept_field_is_refused_by_modify(fake: Fake, field: str) -> None:
    refusing(fake, lambda body: body.get(field) is not None, *MODIFIES)


@wrong("retrieve/equals-created", "kept/{}", each=["metadata", "tools", "description", "temperature"])
def a_kept_field_is_not_shown_by_retrieve(fake: Fake, field: str) -> None:
    """The answer of a write is the body, and the row has no such column."""
    showing(fake, lambda _, document: document | {field: DEFAULTS[field]}, RETRIEVE, LIST)


@wrong("kept/{}", each=["temperature", "top_p"])
def zero_is_taken_for_nothing(fake: Fake, field: str) -> None:
    """The code says `body.get(field) or default`."""
    getting(fake, lambda body: body if body.get(field, 1) != 0 else without(body, field))


@wrong("kept/{}", each=["temperature", "top_p"])
def a_number_is_rounded_to_an_integer(fake: Fake, field: str) -> None:
    changing(fake, field, round)


@wrong("kept/temperature")
def temperature_has_one_half_as_a_step(fake: Fake) -> None:
    changing(fake, "temperature", lambda value: round(value * 2) / 2)


@wrong("kept/temperature")
def a_temperature_above_1_is_cut(fake: Fake) -> None:
    """Other providers end at 1."""
    changing(fake, "temperature", lambda value: min(value, 1))


@wrong("kept/top_p", "modify/partial", "create/defaults")
def top_p_takes_the_temperature(fake: Fake) -> None:
    """One column for both, by a mistake in a mapping."""
    getting(fake, lambda body: body | {"top_p": min(body["temperature"], 1)} if body.get("temperature") else body)


def trim(value: str) -> str:
    return value.strip()


TEXT_CHANGES: dict[str, Callable[[str], str]] = {
    "trimmed": trim,
    "escaped": html.escape,
    "in lower case": str.lower,
    "cut at 500": lambda text: text[:500],
    "without what is not ASCII": lambda text: text.encode("ascii", "ignore").decode(),
}


@wrong("kept/description", each=TEXT_CHANGES)
def a_description_is(fake: Fake, how: str) -> None:
    changing(fake, "description", TEXT_CHANGES[how])


@wrong("kept/metadata", each=TEXT_CHANGES)
def the_values_of_metadata_are(fake: Fake, how: str) -> None:
    change = TEXT_CHANGES[how]
    changing(fake, "metadata", lambda pairs: {key: change(value) for key, value in pairs.items()})


@wrong("kept/metadata", each=["trimmed", "in lower case", "without what is not ASCII"])
def the_keys_of_metadata_are(fake: Fake, how: str) -> None:
    change = TEXT_CHANGES[how]
    changing(fake, "metadata", lambda pairs: {change(key): value for key, value in pairs.items()})


@wrong("kept/metadata")
def empty_values_of_metadata_are_dropped(fake: Fake) -> None:
    """A column of text takes an empty text for nothing."""
    changing(fake, "metadata", lambda pairs: {key: value for key, value in pairs.items() if value})


@wrong("kept/metadata")
def metadata_has_at_most_8_pairs(fake: Fake) -> None:
    changing(fake, "metadata", lambda pairs: dict(list(pairs.items())[:8]))


@wrong("kept/metadata")
def keys_with_a_dot_become_objects(fake: Fake) -> None:
    """A document store takes a dot in a key for a path."""
    changing(fake, "metadata", lambda pairs: {key.replace(".", "_"): value for key, value in pairs.items()})


@wrong("kept/metadata")
def digits_in_metadata_become_numbers(fake: Fake) -> None:
    """The value goes through YAML or a query string."""
    changing(fake, "metadata", lambda pairs: {k: int(v) if v.isdecimal() else v for k, v in pairs.items()})


@wrong("kept/metadata")
def metadata_is_kept_as_a_text(fake: Fake) -> None:
    """The column has JSON as text, and nobody parses it."""
    changing(fake, "metadata", lambda pairs: {"json": str(pairs)} if pairs else pairs)


TOOL_CHANGES: dict[str, Callable[[list[Any]], list[Any]]] = {
    "in another order": lambda tools: tools[::-1],
    "the first alone": lambda tools: tools[:1],
    "with file_search": lambda tools: [*tools, {"type": "file_search"}],
    "types alone": lambda tools: [{"type": tool["type"]} for tool in tools],
    "one of each type": lambda tools: list({tool["type"]: tool for tool in tools}.values()),
    "functions alone": lambda tools: [tool for tool in tools if tool["type"] == "function"],
    "without functions": lambda tools: [tool for tool in tools if tool["type"] != "function"],
    "without parameters": lambda tools: [drop_member(tool, "parameters") for tool in tools],
    "without descriptions": lambda tools: [drop_member(tool, "description") for tool in tools],
    "flat functions": lambda tools: [
        {"type": "function", **tool["function"]} if "function" in tool else tool for tool in tools
    ],
}


def drop_member(tool: Document, member: str) -> Document:
    function = tool.get("function")
    return tool if function is None else tool | {"function": without(function, member)}


@wrong("kept/tools", each=TOOL_CHANGES)
def tools_are(fake: Fake, how: str) -> None:
    changing(fake, "tools", TOOL_CHANGES[how])


@wrong("kept/tools")
def tools_are_added_to_those_of_before(fake: Fake) -> None:
    """A modify appends to the list."""

    def handle(old: Handler, call: Call) -> Awaitable[Answer]:
        project = target(call)
        had = (project.fields or {}).get("tools", []) if project else []
        if "tools" in call.body:
            call.body = {**call.body, "tools": [*had, *call.body["tools"]]}
        return old(call)

    handling(fake, handle, *MODIFIES)


@wrong("kept/tool_resources")
def empty_resources_are_dropped(fake: Fake) -> None:
    changing(fake, "tool_resources", lambda resources: {k: v for k, v in resources.items() if any(v.values())})


@wrong("kept/tool_resources")
def only_the_resources_of_file_search_are_kept(fake: Fake) -> None:
    changing(fake, "tool_resources", lambda resources: {k: v for k, v in resources.items() if k == "file_search"})


@wrong("kept/tool_resources")
def resources_are_a_list(fake: Fake) -> None:
    changing(fake, "tool_resources", lambda resources: {"kinds": list(resources)} if resources else {})


FORMAT_CHANGES: dict[str, Callable[[Any], Any]] = {
    "its type as text": lambda value: value["type"] if isinstance(value, dict) else value,
    "auto for text": lambda value: "auto" if value == {"type": "text"} else value,
    "without its schema": lambda value: {"type": value["type"]} if isinstance(value, dict) else value,
    "json_object for json_schema": lambda value: (
        {"type": "json_object"} if isinstance(value, dict) and value["type"] == "json_schema" else value
    ),
}


@wrong("kept/response_format", each=FORMAT_CHANGES)
def response_format_is(fake: Fake, how: str) -> None:
    changing(fake, "response_format", FORMAT_CHANGES[how])


@wrong("kept/response_format")
def a_format_with_a_schema_is_refused(fake: Fake) -> None:
    refusing(fake, lambda body: "json_schema" in str(body.get("response_format")))


@wrong("kept/model")
def a_model_is_shown_by_its_full_name(fake: Fake) -> None:
    """The alias is resolved when the model is stored."""
    changing(fake, "model", lambda model: f"{model}-2024-08-06")


@wrong("kept/model")
def every_assistant_has_the_house_model(fake: Fake) -> None:
    changing(fake, "model", lambda _: "house-model")


@wrong("kept/reasoning_effort")
def every_effort_is_medium(fake: Fake) -> None:
    changing(fake, "reasoning_effort", lambda _: "medium")


@wrong("modify/only-its-target", each=["metadata", "description", "tools"])
def a_kept_field_is_the_organizations(fake: Fake, field: str) -> None:
    """A modify writes the field to every assistant of the organization."""

    async def handle(old: Handler, call: Call) -> Answer:
        answer = await old(call)
        for project in fake.store.projects(call.key.organization) if field in call.body else []:
            fake.store.change(project.organization, project.id, {"fields": {field: call.body[field]}})
        return answer

    handling(fake, handle, MODIFY)
