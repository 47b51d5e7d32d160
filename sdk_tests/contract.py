"""The contract in the form that the tests in Node read: `contract.json` beside them, because one value of it is longer
than a variable of the environment may be.
"""

from __future__ import annotations

from typing import Any

from contract_tests.http import openapi
from contract_tests.http.credentials import STRANGER
from contract_tests.http.openapi import KeptField, ignored_fields, kept_fields
from sdk_tests import values
from sdk_tests.values import Case


def contract() -> dict[str, Any]:
    """The edition by which the process judges. `clients.mjs` has the type."""
    return {
        "requirements": sorted(openapi.requirements()),
        "prefixes": openapi.id_prefixes(),
        "unknown_id": values.unknown_id(),
        "unknown_key": STRANGER,
        "fields": openapi.fields("Assistant"),
        "required": list(openapi.required_fields()),
        "ignored": [case._asdict() | {"reads": ignored_fields()[case.field].reads} for case in values.ignored()],
        "kept": [_described(field) for field in kept_fields().values()],
        "typical": values.typical(),
        "defaults": {case.field: case.value for case in values.defaults()},
        "nulls": [case.field for case in values.nulls()],
        "refused": _by_field(values.refused()),
        "bad": {case.field: case.value for case in values.bad()},
    }


def _described(field: KeptField) -> dict[str, Any]:
    """`free` is true if a server may refuse some values of the field."""
    return {"field": field.name, "values": field.values, "additions": field.additions, "free": bool(field.freedom)}


def _by_field(cases: list[Case]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for case in cases:
        found.setdefault(case.field, []).append(case.value)
    return found
