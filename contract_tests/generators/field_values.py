"""Values for the fields of OpenAI's reference that a body may send: the ignored or the kept fields of the edition."""

from __future__ import annotations

from contract_tests.http.editions import per_edition
from contract_tests.http.messages import Json
from contract_tests.http.openapi import ignored_fields, ignored_names, kept_fields, nullable_fields, required_fields
from contract_tests.oracle.kept_values import is_certain

# The longest values that the schemas allow.
AT_BOUNDS: dict[str, Json] = {
    "description": "d" * 512,
    "metadata": {f"{number:02}".ljust(64, "k"): "v" * 512 for number in range(16)},
}


@per_edition
def rounds() -> list[dict[str, Json]]:
    """Typical values, null, empty or other values, and two rounds at the bounds. A server must accept each value. The
    fields that every create must send are left out."""
    values = {name: ignored_fields()[name].values for name in ignored_names()}
    values |= {name: _certain_values(name) for name in kept_fields() if name not in required_fields()}
    found = [{name: each[min(number, len(each) - 1)] for name, each in values.items() if each} for number in range(4)]
    found[-1] |= AT_BOUNDS
    return found


def _certain_values(name: str) -> tuple[Json, ...]:
    return tuple(value for value in kept_fields()[name].values if is_certain(name, value))


@per_edition
def uncertain() -> list[tuple[str, Json]]:
    """Each field and value that a server may refuse, and must keep if it accepts them."""
    return [
        (name, value) for name, field in kept_fields().items() for value in field.values if not is_certain(name, value)
    ]


@per_edition
def nulls() -> dict[str, Json]:
    """Null for each kept field that may be null."""
    return {name: None for name in kept_fields() if name in nullable_fields()}


@per_edition
def absurd() -> dict[str, list[Json]]:
    """The values of each field that OpenAI's reference does not allow."""
    ignored = {name: list(ignored_fields()[name].absurd) for name in ignored_names()}
    return ignored | {name: list(field.refused) for name, field in kept_fields().items()}
