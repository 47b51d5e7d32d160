"""Values outside the limits that are accepted, cut, or forced into them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from contract_tests.http.operations import CREATE, MODIFIES
from fake_server.contract.openapi import Operation
from fake_server.fake import Fake
from self_tests.wrong.wrong_server import WRITES, around, reading_field, refusal, wrong


def accepting(fake: Fake, field: str, when: Callable[[Any], bool], *operations: str) -> None:
    """Accepts such values of the field as they are."""

    def check(old: Callable[..., Any], operation: Operation, value: Any) -> Any:
        mine = isinstance(value, dict) and operation.id in operations and value.get(field) is not None
        if not mine or not when(value[field]):
            return old(operation, value)
        stand_in = {"model": "gpt-4o"} if field == "model" else {}
        rest = {name: item for name, item in value.items() if name != field}
        return {**old(operation, rest | stand_in), field: value[field]}

    around(fake, "check_body", check)


def is_long(value: Any) -> bool:
    return isinstance(value, str) and len(value) > 256


def is_number(value: Any) -> bool:
    return isinstance(value, int | float)


def is_plausible(value: Any) -> bool:
    """Other values would crash the fake, which is another mistake."""
    return not isinstance(value, list) or all(
        isinstance(each, dict) and isinstance(each.get("type"), str) for each in value
    )


def has_odd_tool(value: Any) -> bool:
    return isinstance(value, list) and value != [] and is_plausible(value)


# The values that a server accepts, by the words for them: the field, and the test of a value.
ACCEPTED: dict[str, tuple[str, Callable[[Any], bool]]] = {
    "a long name": ("name", is_long),
    "long instructions": ("instructions", is_long),
    "a long description": ("description", is_long),
    "a number as a description": ("description", is_number),
    "17 pairs": ("metadata", lambda value: isinstance(value, dict) and len(value) > 16),
    "a long key": ("metadata", lambda value: isinstance(value, dict) and any(len(key) > 64 for key in value)),
    "a long value": ("metadata", lambda value: isinstance(value, dict) and any(map(is_long, value.values()))),
    "a number as a value": ("metadata", lambda value: isinstance(value, dict) and any(map(is_number, value.values()))),
    "an object as a value": (
        "metadata",
        lambda value: isinstance(value, dict) and any(isinstance(each, dict) for each in value.values()),
    ),
    "a text as metadata": ("metadata", lambda value: isinstance(value, str)),
    "a number as a model": ("model", is_number),
    "a high temperature": ("temperature", lambda value: is_number(value) and value > 2),
    "a low temperature": ("temperature", lambda value: is_number(value) and value < 0),
    "a text as temperature": ("temperature", lambda value: isinstance(value, str)),
    "a high top_p": ("top_p", lambda value: is_number(value) and value > 1),
    "a low top_p": ("top_p", lambda value: is_number(value) and value < 0),
    "129 tools": ("tools", lambda value: is_plausible(value) and isinstance(value, list) and len(value) > 128),
    "unknown tools": ("tools", has_odd_tool),
    "a number as tool_resources": ("tool_resources", is_number),
    "an unknown format": ("response_format", lambda value: isinstance(value, dict)),
    "a number as a format": ("response_format", is_number),
    "an unknown effort": ("reasoning_effort", lambda value: isinstance(value, str)),
}


def register(words: str, field: str, when: Callable[[Any], bool]) -> None:
    """A server that accepts the values everywhere."""

    def accepted(fake: Fake) -> None:
        accepting(fake, field, when, *WRITES)

    accepted.__name__ = f"accepted: {words}"
    wrong(f"limits/{field}")(accepted)


for _words, (_field, _when) in ACCEPTED.items():
    register(_words, _field, _when)


@wrong("limits/{}", each=["metadata", "tools", "temperature"])
def a_modify_does_not_check(fake: Fake, field: str) -> None:
    """The create has a schema, and the modify has none."""
    accepting(fake, field, is_plausible, *MODIFIES)


@wrong("limits/{}", each=["description", "top_p", "response_format"])
def a_create_does_not_check(fake: Fake, field: str) -> None:
    accepting(fake, field, is_plausible, CREATE)


@wrong("limits/{}", each=["name", "description"])
def a_long_text_is_cut(fake: Fake, field: str) -> None:
    """The column has this width, and the database does not mind."""
    most = {"name": 256, "description": 512}[field]
    reading_field(fake, field, str, lambda text: text[:most])


@wrong("limits/metadata")
def pairs_beyond_the_sixteenth_are_dropped(fake: Fake) -> None:
    reading_field(fake, "metadata", dict, lambda pairs: dict(list(pairs.items())[:16]))


@wrong("limits/metadata")
def values_of_metadata_become_text(fake: Fake) -> None:
    reading_field(fake, "metadata", dict, lambda pairs: {key: str(value) for key, value in pairs.items()})


@wrong("limits/{}", each=["temperature", "top_p"])
def a_number_is_forced_into_its_range(fake: Fake, field: str) -> None:
    most = {"temperature": 2, "top_p": 1}[field]
    reading_field(fake, field, int | float, lambda value: max(0, min(value, most)))


@wrong("limits/tools")
def unknown_tools_are_dropped(fake: Fake) -> None:
    known = ("code_interpreter", "file_search", "function")
    reading_field(
        fake,
        "tools",
        list,
        lambda tools: [tool for tool in tools if not isinstance(tool, dict) or tool.get("type", "function") in known],
    )


@wrong("limits/response_format")
def an_unknown_format_is_auto(fake: Fake) -> None:
    reading_field(fake, "response_format", dict, lambda value: value if value.get("type") != "xml" else "auto")


@wrong("errors/bad-input-is-400")
def values_outside_the_limits_are_422(fake: Fake) -> None:
    """The framework's own status."""
    unprocessable = refusal(fake, 422, message="Unprocessable.")

    def check(old: Callable[..., Any], operation: Operation, value: Any) -> Any:
        try:
            return old(operation, value)
        except Exception as fault:
            raise unprocessable from fault

    around(fake, "check_body", check)


@wrong("errors/never-5xx", each=["metadata", "tools"])
def a_wrong_type_crashes(fake: Fake, field: str) -> None:
    """The code calls a method of the type that it expects."""

    def check(old: Callable[..., Any], operation: Operation, value: Any) -> Any:
        if isinstance(value, dict) and isinstance(value.get(field), str):
            raise AttributeError(field)
        return old(operation, value)

    around(fake, "check_body", check)
