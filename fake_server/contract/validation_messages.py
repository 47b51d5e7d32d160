"""What a schema has against a value, as a person would say it: what was expected, and what came."""

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


def bounded(kind: Any, unit: str) -> str:
    return f"at {'least' if kind.name.startswith('min') else 'most'} {counted(kind.limit, unit)}"


# By the name of what was broken: what was expected there.
EXPECTED: Mapping[str, Callable[[Any], str]] = {
    "type": lambda kind: either([TYPES[each] for each in kind.types]),
    "enum": lambda kind: either([literal(each) for each in kind.options], "one of "),
    "const": lambda kind: literal(kind.expected_value),
    "minimum": lambda kind: f"at least {kind.limit}",
    "maximum": lambda kind: f"at most {kind.limit}",
    **{name: partial(bounded, unit=unit) for name, unit in UNITS.items()},
    "propertyNames": lambda kind: f"keys of {expected(kind.error)}",
    "pattern": lambda kind: f"text that matches {kind.pattern}",
    "required": lambda kind: f"an object with '{kind.property}'",
    "anyOf": lambda kind: either([expected(errors[0]) for errors in kind.context]),
    "oneOf": lambda kind: either([expected(errors[0]) for errors in kind.context]),
    "additionalProperties": lambda kind: f"no '{kind.unexpected[0]:.40}'",
}


def explained(error: jsonschema_rs.ValidationError) -> tuple[str, str]:
    """The path of the field at fault, and a sentence about it."""
    # Keys of metadata are the caller's, and may be long.
    path = ".".join(str(step) for step in steps(error))[:100]
    if error.kind.name == "required":
        return path, f"Missing required parameter: '{path}'."
    if error.kind.name in ("additionalProperties", "falseSchema"):
        return path, f"Unknown parameter: '{path}'."
    return path, f"Invalid value for '{path}': expected {expected(error)}, got {got(error)}."


def steps(error: jsonschema_rs.ValidationError) -> list[str | int]:
    """To the field at fault, be it one that is missing or too many."""
    kind: Any = error.kind
    if kind.name == "required":
        return [*error.instance_path, kind.property]
    return [*error.instance_path, *(kind.unexpected[:1] if kind.name == "additionalProperties" else ())]


def expected(error: jsonschema_rs.ValidationError) -> str:
    phrase = EXPECTED.get(error.kind.name)
    return phrase(error.kind) if phrase else f"something else ({error.message:.200})"


def got(error: jsonschema_rs.ValidationError) -> str:
    """The value, cut, or how large it is where that is what is wrong."""
    value: Any = error.instance
    unit = UNITS.get(error.kind.name)
    return counted(len(value), unit) if unit else described(value)


def described(value: Any) -> str:
    if isinstance(value, str):
        return f"the text {literal(value)}"
    if isinstance(value, int | float) and not isinstance(value, bool):
        return f"the number {literal(value)}"
    return "a list" if isinstance(value, list) else "an object" if isinstance(value, dict) else literal(value)


def literal(value: Any) -> str:
    if isinstance(value, str):
        return f"'{value}'" if len(value) <= 40 else f"'{value[:40]}…'"
    return json.dumps(value)[:40]


def either(phrases: list[str], before: str = "") -> str:
    if len(phrases) == 1:
        return phrases[0]
    return f"{before}{', '.join(phrases[:-1])} or {phrases[-1]}"


def counted(number: int, thing: str) -> str:
    return f"{number or 'no'} {thing}{'' if number == 1 else 's'}"
