"""Error messages for values that a schema refuses: the expected value and the actual value."""

import json
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import jsonschema_rs

TYPES = {
    "string": "text",
    "number": "a number",
    "integer": "a whole number",
    "object": "an object",
    "array": "a list",
    "boolean": "true or false",
    "null": "null",
}
UNITS = {
    "minLength": "character",
    "maxLength": "character",
    "minItems": "item",
    "maxItems": "item",
    "minProperties": "key",
    "maxProperties": "key",
}


def _bounded(kind: Any, unit: str) -> str:
    return f"at {'least' if kind.name.startswith('min') else 'most'} {_counted(kind.limit, unit)}"


# The expected value in words, by the schema keyword that the value breaks.
EXPECTED: Mapping[str, Callable[[Any], str]] = {
    "type": lambda kind: _either([TYPES[each] for each in kind.types]),
    "enum": lambda kind: _either([_literal(each) for each in kind.options], "one of "),
    "const": lambda kind: _literal(kind.expected_value),
    "minimum": lambda kind: f"at least {kind.limit}",
    "maximum": lambda kind: f"at most {kind.limit}",
    **{name: partial(_bounded, unit=unit) for name, unit in UNITS.items()},
    "propertyNames": lambda kind: f"keys of {_expected(kind.error)}",
    "pattern": lambda kind: f"text that matches {kind.pattern}",
    "required": lambda kind: f"an object with '{kind.property}'",
    "anyOf": lambda kind: _either([_expected(errors[0]) for errors in kind.context]),
    "oneOf": lambda kind: _either([_expected(errors[0]) for errors in kind.context]),
    "additionalProperties": lambda kind: f"no '{kind.unexpected[0]:.40}'",
}


def describe_error(error: jsonschema_rs.ValidationError) -> tuple[str, str]:
    """The path of the wrong field, and a sentence about it."""
    # The caller chooses the keys of metadata, so a key may be long.
    path = ".".join(str(step) for step in path_to_field(error))[:100]
    if error.kind.name == "required":
        return path, f"Missing required parameter: '{path}'."
    if error.kind.name in ("additionalProperties", "falseSchema"):
        return path, f"Unknown parameter: '{path}'."
    return path, f"Invalid value for '{path}': expected {_expected(error)}, got {_describe_actual(error)}."


def path_to_field(error: jsonschema_rs.ValidationError) -> list[str | int]:
    """The keys and indexes that lead to the wrong field. A missing or unknown field is the last of them."""
    kind: Any = error.kind
    if kind.name == "required":
        return [*error.instance_path, kind.property]
    return [*error.instance_path, *(kind.unexpected[:1] if kind.name == "additionalProperties" else ())]


def _expected(error: jsonschema_rs.ValidationError) -> str:
    phrase = EXPECTED.get(error.kind.name)
    return phrase(error.kind) if phrase else f"something else ({error.message:.200})"


def _describe_actual(error: jsonschema_rs.ValidationError) -> str:
    """The shortened value, or its size if the size is wrong."""
    value: Any = error.instance
    unit = UNITS.get(error.kind.name)
    return _counted(len(value), unit) if unit else describe_value(value)


def describe_value(value: Any) -> str:
    if isinstance(value, str):
        return f"the text {_literal(value)}"
    if isinstance(value, int | float) and not isinstance(value, bool):
        return f"the number {_literal(value)}"
    return "a list" if isinstance(value, list) else "an object" if isinstance(value, dict) else _literal(value)


def _literal(value: Any) -> str:
    if isinstance(value, str):
        return f"'{value}'" if len(value) <= 40 else f"'{value[:40]}…'"
    return json.dumps(value)[:40]


def _either(phrases: list[str], before: str = "") -> str:
    if len(phrases) == 1:
        return phrases[0]
    return f"{before}{', '.join(phrases[:-1])} or {phrases[-1]}"


def _counted(number: int, thing: str) -> str:
    return f"{number or 'no'} {thing}{'' if number == 1 else 's'}"
