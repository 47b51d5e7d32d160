"""The values of the kept fields (x-kept): inside or outside their limits, and the values that a server may refuse."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from contract_tests.http.editions import per_edition
from contract_tests.http.messages import Json
from contract_tests.http.openapi import body, kept_fields, nullable_fields
from contract_tests.http.operations import CREATE
from contract_tests.oracle.calls import Call

if TYPE_CHECKING:
    import jsonschema_rs

NULL = "create/null-is-accepted"


def limit_faults(call: Call) -> Iterator[str]:
    """The requirement of each field that was sent with a value outside its limits. Null is a matter of other rules."""
    for name, is_within in _limits().items():
        value = call.fields.get(name)
        if value is not None and not is_within(value):
            yield f"limits/{name}"


@per_edition
def _limits() -> dict[str, Callable[[Json], bool]]:
    """For each field with limits: the test of a value. A text of another type is a matter of other requirements."""
    texts = {name: schema["maxLength"] for name, schema in body()["properties"].items() if "x-default" in schema}
    short = {name: _length_test(most) for name, most in texts.items()}
    return short | {name: _validator(field.schema).is_valid for name, field in kept_fields().items()}


def _length_test(most: int) -> Callable[[Json], bool]:
    return lambda value: not isinstance(value, str) or len(value) <= most


def _validator(schema: Json) -> jsonschema_rs.Draft202012Validator:
    import jsonschema_rs  # here, because the commands that judge nothing start without this package

    return jsonschema_rs.Draft202012Validator(schema)


@per_edition
def _certain() -> dict[str, Callable[[Json], bool]]:
    return {name: _validator(field.certain).is_valid for name, field in kept_fields().items() if field.freedom}


def must_take_null(call: Call, name: str) -> bool:
    """True if the call is a create, which must accept null for the field."""
    return call.operation == CREATE and name in nullable_fields()


def is_certain(name: str, value: Json) -> bool:
    """True if every server must accept the value."""
    return name not in _certain() or _certain()[name](value)


def refusable(call: Call) -> list[str]:
    """The fields of the call with a value that is within the limits, but that a server may refuse."""
    return [name for name in kept_fields() if name in call.fields and not is_certain(name, call.fields[name])]
