"""The values that OpenAI's reference allows for the ignored fields, written by hand."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING

from contract_tests.http.messages import Json
from contract_tests.http.openapi import ignored_fields

if TYPE_CHECKING:
    import jsonschema_rs


def _number(low: float, high: float) -> Callable[[Json], bool]:
    return lambda value: (
        value is None or (isinstance(value, int | float) and not isinstance(value, bool) and low <= value <= high)
    )


def _metadata(value: Json) -> bool:
    return value is None or (
        isinstance(value, dict)
        and len(value) <= 16
        and all(len(key) <= 64 and isinstance(item, str) and len(item) <= 512 for key, item in value.items())
    )


def _tools(value: Json) -> bool:
    return isinstance(value, list) and len(value) <= 128 and all(map(_tool, value))


def _tool(value: Json) -> bool:
    if value in ({"type": "code_interpreter"}, {"type": "file_search"}):
        return True
    function = value.get("function") if isinstance(value, dict) and value.get("type") == "function" else None
    return isinstance(function, dict) and isinstance(function.get("name"), str) and bool(function["name"])


def _tool_resources(value: Json) -> bool:
    return value in (None, {}) or (
        isinstance(value, dict)
        and value.keys() <= {"file_search", "code_interpreter"}
        and all(
            isinstance(item, dict)
            and item.keys() <= {"vector_store_ids", "file_ids"}
            and all(
                isinstance(ids, list) and len(ids) <= 1 and all(isinstance(id, str) for id in ids)
                for ids in item.values()
            )
            for item in value.values()
        )
    )


def _response_format(value: Json) -> bool:
    return value in (None, "auto", {"type": "text"}, {"type": "json_object"}) or (
        isinstance(value, dict)
        and value.get("type") == "json_schema"
        and isinstance(value.get("json_schema"), dict)
        and isinstance(value["json_schema"].get("name"), str)
    )


# For the fields that openapi.yaml cannot describe in full.
ALLOWED_BY_HAND: dict[str, Callable[[Json], bool]] = {
    "model": lambda value: isinstance(value, str) and value != "",
    "temperature": _number(0, 2),
    "description": lambda value: value is None or (isinstance(value, str) and len(value) <= 512),
    "metadata": _metadata,
    "tools": _tools,
    "tool_resources": _tool_resources,
    "top_p": _number(0, 1),
    "response_format": _response_format,
}


def is_allowed(name: str, value: Json) -> bool:
    """True if OpenAI's reference allows a value for an ignored field."""
    by_hand = ALLOWED_BY_HAND.get(name)
    return by_hand(value) if by_hand else _validator(name).is_valid(value)


@cache
def _validator(name: str) -> jsonschema_rs.Draft202012Validator:
    import jsonschema_rs  # here, because the commands that judge nothing start without this package

    return jsonschema_rs.Draft202012Validator(ignored_fields()[name].schema)
