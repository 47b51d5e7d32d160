"""openapi.yaml as data: the document, the properties of its schemas, and the ignored fields (`x-ignored`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from contract_tests.http import yaml_text
from contract_tests.http.messages import Json

CONSTANT, ORGANIZATION = "constant", "organization"


@dataclass(frozen=True)
class IgnoredField:
    """A field that a body may send and that has no effect.

    `reads` says what each answer shows for the field: CONSTANT (the same everywhere), ORGANIZATION (the organization's
    default), file_search (that one tool), or "" (no answer shows the field). `values` are allowed by OpenAI's
    reference: a typical value, then null or an empty value, then values at the bounds. `absurd` values are not allowed.
    `schema` is the JSON Schema of an allowed value. `id` is the name of the field in requirement ids.
    """

    name: str
    reads: str
    values: tuple[Json, ...]
    absurd: tuple[Json, ...]
    schema: dict[str, Any]
    id: str

    @property
    def accepted_id(self) -> str:
        return f"ignored/{self.id}-accepted"

    @property
    def not_kept_id(self) -> str:
        """Empty for a field that no answer shows."""
        return f"ignored/{self.id}-not-kept" if self.reads else ""

    def value(self, number: int) -> Json:
        """The allowed value of this number, the last one if there are fewer."""
        return self.values[min(number, len(self.values) - 1)]


def location() -> Path:
    """openapi.yaml: beside this package in a checkout, in the fake's package in a wheel."""
    above = Path(__file__).resolve().parents[2]
    return next(path for path in (above / "openapi.yaml", above / "fake_server/openapi.yaml") if path.exists())


@cache
def document() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml_text.load(location().read_text(encoding="utf-8"))
    return loaded


@cache
def fields(schema: str) -> tuple[str, ...]:
    """The property names of a component schema, in their order."""
    return tuple(document()["components"]["schemas"][schema]["properties"])


@cache
def ignored_fields() -> Mapping[str, IgnoredField]:
    """Each ignored field by its name, in the order of openapi.yaml."""
    properties = document()["components"]["schemas"]["CreateAssistant"]["properties"]
    return {name: _ignored(name, schema) for name, schema in properties.items() if "x-ignored" in schema}


@cache
def ignored_names(*reads: str) -> tuple[str, ...]:
    """The ignored fields that read as one of `reads`; without an argument, the ignored fields that an answer shows."""
    return tuple(name for name, each in ignored_fields().items() if (each.reads in reads if reads else each.reads))


def _ignored(name: str, schema: dict[str, Any]) -> IgnoredField:
    entry = schema["x-ignored"]
    return IgnoredField(
        name,
        entry.get("reads", ""),
        tuple(entry["values"]),
        tuple(entry.get("absurd", ())),
        {keyword: value for keyword, value in schema.items() if keyword != "x-ignored"},
        entry.get("id", name),
    )
