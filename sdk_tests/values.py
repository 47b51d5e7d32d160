"""The values that the tests send for the fields of a body, from the contract. Node's tests get them from here too.

Each function reads the edition by which the process judges: in an edition without such fields it gives nothing.
"""

from __future__ import annotations

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
    """The ignored fields that an answer shows, each with a typical value."""
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
    return [Case(name, None, name) for name in openapi.nullable_fields()]


def defaults() -> list[Case]:
    """The value of each field that no body has sent."""
    return [Case(name, value, name) for name, value in openapi.defaults().items()]


def refused() -> list[Case]:
    """Values outside the limits of each field that has limits."""
    return [
        Case(name, value, name)
        for name in body()["properties"]
        if f"limits/{name}" in openapi.requirements()
        for value in [*(kept_fields()[name].refused if name in kept_fields() else ()), *openapi.beyond_lengths(name)]
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
