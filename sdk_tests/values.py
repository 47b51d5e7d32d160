"""The values that the tests send for the fields of a body, from the contract. Node's tests get them from here too.

Each function reads the edition by which the process judges: in an edition without such fields it gives nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from contract_tests.http import openapi
from contract_tests.http.messages import Json
from contract_tests.http.openapi import body, ignored_fields, ignored_names, kept_fields, required_fields


class Case(NamedTuple):
    """A field and a value for it. `id` is the name of the field in requirement ids."""

    field: str
    value: Any
    id: str


def unknown_id() -> str:
    """No assistant has this id, but its shape is one that a service may demand."""
    return f"{openapi.id_prefixes()[0]}00000000-0000-4000-8000-000000000000"


def ignored() -> list[Case]:
    """A typical value of each ignored field."""
    return [Case(field.name, field.value(0), field.id) for field in ignored_fields().values()]


def shown() -> list[Case]:
    """Those of the ignored fields that an answer shows."""
    return [case for case in ignored() if case.field in ignored_names()]


def kept() -> list[Case]:
    """Each value of each kept field."""
    return [Case(field.name, value, field.name) for field in kept_fields().values() for value in field.values]


def changes() -> list[Case]:
    """Two values of each kept field: one before an update, and one after it."""
    return [Case(field.name, field.values[:2], field.name) for field in kept_fields().values()]


def typical() -> dict[str, Json]:
    """A typical value of each kept field, without the fields whose values a server may refuse."""
    return {field.name: field.values[0] for field in kept_fields().values() if not field.freedom}


def nulls() -> list[Case]:
    """Null for each field that may be null and has a default."""
    return [Case(case.field, None, case.id) for case in defaults() if _may_be_null(body()["properties"][case.field])]


def defaults() -> list[Case]:
    """The value of each field that no body has sent."""
    texts = {name: schema["x-default"] for name, schema in body()["properties"].items() if "x-default" in schema}
    found = texts | {name: field.default for name, field in kept_fields().items() if field.default is not ...}
    return [Case(name, value, name) for name, value in found.items()]


def refused() -> list[Case]:
    """Values outside the limits of each field that has limits."""
    return [
        Case(name, value, name)
        for name, schema in body()["properties"].items()
        if f"limits/{name}" in openapi.requirements()
        for value in [*(kept_fields()[name].refused if name in kept_fields() else ()), *_beyond(name, schema)]
    ]


def bad() -> list[Case]:
    """One bad value of each kept field; null, if a create must send the field."""
    return [
        Case(field.name, None if field.name in required_fields() else field.refused[0], field.name)
        for field in kept_fields().values()
    ]


def as_sent(field: str, sent: Json, actual: Json) -> Json:
    """The actual value of a kept field, without the members that an answer may add to what was sent."""
    return _common(sent, actual) if kept_fields()[field].additions else actual


def _common(sent: Json, actual: Json) -> Json:
    if isinstance(sent, dict) and isinstance(actual, dict):
        return {name: _common(sent[name], value) for name, value in actual.items() if name in sent}
    if isinstance(sent, list) and isinstance(actual, list) and len(sent) == len(actual):
        return [_common(*pair) for pair in zip(sent, actual, strict=True)]
    return actual


def _may_be_null(schema: dict[str, Any]) -> bool:
    return any("null" in each.get("type", ()) for each in (schema, *schema.get("anyOf", ())))


def _beyond(name: str, schema: dict[str, Any]) -> Iterator[Json]:
    """A value that is one step beyond each length that the schema allows."""
    if "maxLength" in schema:
        yield "x" * (schema["maxLength"] + 1)
    if "maxItems" in schema:
        yield kept_fields()[name].values[0] * (schema["maxItems"] + 1)
    if "maxProperties" in schema:
        yield {str(number): "x" for number in range(schema["maxProperties"] + 1)}
        yield {"x" * (schema["propertyNames"]["maxLength"] + 1): "x"}
        yield {"x": "x" * (schema["additionalProperties"]["maxLength"] + 1)}
