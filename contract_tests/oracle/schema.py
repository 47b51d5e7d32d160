"""The schema of an assistant, applied to an answer: the fields that break the schema, and how they break it."""

from __future__ import annotations

import jsonschema_rs

from contract_tests.http.messages import Json
from contract_tests.requirements import catalogue


def schema_faults(document: Json) -> dict[str, str]:
    """The first fault of each field that breaks the schema, by the field's name; "" stands for the whole document.

    A field that breaks the schema violates only the schema: no comparison of that field adds another violation.
    """
    found: dict[str, str] = {}
    validator = catalogue.validator("Assistant")
    if not validator.is_valid(document):
        found = _faults(validator, document)
    if isinstance(document, dict) and type(document.get("created_at")) is float:
        found["created_at"] = f"{document['created_at']} is not an integer"
    return found


def _faults(validator: jsonschema_rs.Draft202012Validator, document: Json) -> dict[str, str]:
    found: dict[str, str] = {}
    for fault in validator.iter_errors(document):
        missing = getattr(fault.kind, "property", "") if fault.kind.name == "required" else ""
        found.setdefault(str(fault.instance_path[0]) if fault.instance_path else missing, fault.message)
    return found
