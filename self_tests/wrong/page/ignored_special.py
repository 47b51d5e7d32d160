"""Wrong servers for special values of ignored fields."""

from __future__ import annotations

import json
from collections.abc import Callable, Container
from typing import Any

from contract_tests.http.openapi import ignored_names
from contract_tests.http.operations import CREATE, MODIFIES, MODIFY, PATCH
from fake_server.contract.openapi import Operation
from fake_server.domain.errors import InvalidParameter
from fake_server.fake import Answer, Call, Fake
from self_tests.wrong.wrong_server import WRITES, Document, answering, around, error, getting, refusing, showing, wrong

METADATA = "ignored/metadata-not-kept"


@wrong(METADATA, each=["name", "instructions"])
def metadata_sets_the(fake: Fake, field: str) -> None:
    """The metadata is merged into the row."""

    def merge(body: Document) -> Document:
        given = body.get("metadata")
        return {**body, field: given[field]} if isinstance(given, dict) and given.get(field) else body

    getting(fake, merge)


@wrong(METADATA, "modify/post-and-patch-alike", each=["name", "instructions"])
def metadata_of_a_patch_sets_the(fake: Fake, field: str) -> None:
    def merge(body: Document) -> Document:
        given = body.get("metadata")
        return {**body, field: given[field]} if isinstance(given, dict) and given.get(field) else body

    getting(fake, merge, PATCH)


@wrong(METADATA, "retrieve/equals-created", each=["model", "description"])
def an_answer_shows_of_the_metadata_the(fake: Fake, field: str) -> None:
    """`{...assistant, ...metadata}`."""

    def show(call: Call, document: Document) -> Document:
        given = call.body.get("metadata")
        return {**document, field: given[field]} if isinstance(given, dict) and field in given else document

    showing(fake, show, CREATE, *MODIFIES)


@wrong("ignored/tools-not-kept")
def the_description_of_a_function_fills_empty_instructions(fake: Fake) -> None:
    def fill(body: Document) -> Document:
        tools = body.get("tools")
        listed = tools if isinstance(tools, list) else []
        functions = [each.get("function") for each in listed if isinstance(each, dict)]
        told = [each.get("description") for each in functions if isinstance(each, dict)]
        return {**body, "instructions": told[0]} if told and told[0] and not body.get("instructions") else body

    getting(fake, fill)


def size(value: Any) -> int:
    return len(json.dumps(value))


# The field, and the values of it that are refused.
REFUSED: dict[str, tuple[str, Callable[[Any], bool]]] = {
    "more than 64 tools": ("tools", lambda value: len(value) > 64),
    "128 tools": ("tools", lambda value: len(value) >= 128),
    "a function with a name alone": ("tools", lambda value: any(bare(each) for each in value)),
    "a temperature of 0": ("temperature", lambda value: value == 0 and value is not None),
    "a temperature that is an integer": ("temperature", lambda value: type(value) is int),
    "a top_p of 0": ("top_p", lambda value: value == 0 and value is not None),
    "a top_p that is an integer": ("top_p", lambda value: type(value) is int),
    "an empty description": ("description", lambda value: value == ""),
    "a description of 1,000 bytes": ("description", lambda value: len((value or "").encode()) > 1000),
    "a model of one letter": ("model", lambda value: len(value) == 1),
    "metadata of 9,000 bytes": ("metadata", lambda value: size(value) > 9000),
    "a key of metadata that is a field": ("metadata", lambda value: "instructions" in (value or {})),
    "a schema with a name alone": (
        "response_format",
        lambda value: isinstance(value, dict) and len(value.get("json_schema", ())) == 1,
    ),
    "an empty tool resource": ("tool_resources", lambda value: (value or {}).get("file_search", 1) == {}),
}


def bare(tool: Document) -> bool:
    return len(tool.get("function", ())) == 1


def refuse(fake: Fake, what: str, *operations: str) -> None:
    field, is_refused = REFUSED[what]

    def is_special(body: Document) -> bool:
        try:
            return field in body and is_refused(body[field])
        except (TypeError, AttributeError):  # an absurd value, which the fake refuses itself
            return False

    refusing(fake, is_special, *operations)


def of(field: str) -> list[str]:
    return [what for what, (name, _) in REFUSED.items() if name == field]


@wrong("ignored/tools-accepted", each=of("tools"))
def of_tools_it_refuses(fake: Fake, what: str) -> None:
    refuse(fake, what)


@wrong("ignored/temperature-accepted", each=of("temperature"))
def of_temperatures_it_refuses(fake: Fake, what: str) -> None:
    refuse(fake, what)


@wrong("ignored/top_p-accepted", each=of("top_p"))
def of_top_ps_it_refuses(fake: Fake, what: str) -> None:
    refuse(fake, what)


@wrong("ignored/description-accepted", each=of("description"))
def of_descriptions_it_refuses(fake: Fake, what: str) -> None:
    refuse(fake, what)


@wrong("ignored/model-accepted", each=of("model"))
def of_models_it_refuses(fake: Fake, what: str) -> None:
    refuse(fake, what)


@wrong("ignored/metadata-accepted", each=of("metadata"))
def of_metadata_it_refuses(fake: Fake, what: str) -> None:
    refuse(fake, what)


@wrong("ignored/response_format-accepted", each=of("response_format"))
def of_response_formats_it_refuses(fake: Fake, what: str) -> None:
    refuse(fake, what)


@wrong("ignored/tool_resources-accepted", each=of("tool_resources"))
def of_tool_resources_it_refuses(fake: Fake, what: str) -> None:
    refuse(fake, what)


@wrong("ignored/tools-accepted")
def many_tools_are_refused_by_create(fake: Fake) -> None:
    refuse(fake, "128 tools", CREATE)


@wrong("ignored/tools-accepted", "modify/post-and-patch-alike")
def many_tools_are_refused_by_patch(fake: Fake) -> None:
    refuse(fake, "128 tools", PATCH)


# --- an absurd value beside a name

HARMLESS = "ignored/absurd-values-are-harmless"


def written_all_the_same(fake: Fake, fields: Container[str], operation: str, status: int = 400) -> None:
    """A body that is refused for one of the fields is refused after its name was written."""

    def check(old: Callable[..., Any], checked: Operation, value: Any) -> Any:
        try:
            return old(checked, value)
        except InvalidParameter as refused:
            absurd = checked.id == operation and refused.param and refused.param.split("[")[0].split(".")[0] in fields
            if not absurd or not isinstance(value.get("name"), str):
                raise
            return {"name": value["name"], "absurd": True}

    around(fake, "check_body", check)
    answering(fake, lambda call, _: Answer(error(), status) if "absurd" in call.body else None, operation)


@wrong(HARMLESS, each=WRITES)
def a_refused_absurd_value_leaves_the_name_by(fake: Fake, operation: str) -> None:
    """The name is written first, and the rest is checked afterwards."""
    written_all_the_same(fake, ignored_names(), operation)


@wrong(HARMLESS, each=["top_p", "tools", "metadata", "model"])
def beside_a_name_patch_checks_too_late(fake: Fake, field: str) -> None:
    written_all_the_same(fake, [field], PATCH)


@wrong(HARMLESS, each=["top_p", "description", "response_format"])
def beside_a_name_post_checks_too_late(fake: Fake, field: str) -> None:
    written_all_the_same(fake, [field], MODIFY)


@wrong(HARMLESS, each=["temperature", "top_p"])
def beside_a_name_post_shows_an_absurd(fake: Fake, field: str) -> None:
    """The value is not checked where a name is sent too."""
    shown: dict[str, Any] = {}

    def check(old: Callable[..., Any], operation: Operation, value: Any) -> Any:
        try:
            return old(operation, value)
        except InvalidParameter as refused:
            if operation.id != MODIFY or refused.param != field or not isinstance(value.get("name"), str):
                raise
            return {"name": value["name"], "absurd": value[field]}

    def keep(call: Call, answer: Answer) -> None:
        if "absurd" in call.body:
            shown[answer.body["id"]] = call.body["absurd"]

    around(fake, "check_body", check)
    answering(fake, keep, MODIFY)
    showing(fake, lambda _, document: {**document, field: shown.get(document["id"], document[field])})
