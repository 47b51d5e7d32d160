"""The contract as data: the properties of its schemas, the ignored fields (`x-ignored`), the kept ones (`x-kept`)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from contract_tests.http.editions import document as document
from contract_tests.http.editions import location as location
from contract_tests.http.editions import per_edition
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


@dataclass(frozen=True)
class KeptField:
    """A field that comes back as a body sends it.

    `default` is the value if no body sent the field; `...` for a field that a create must send. `values` are allowed: a
    typical value, another one, then those at the bounds. `refused` values are not allowed. With `additions` an answer
    may show more members than were sent. `schema` is the JSON Schema of an allowed value, and `certain` the schema of a
    value that every server must accept; `freedom` is the free choice to refuse another.
    """

    name: str
    default: Json
    values: tuple[Json, ...]
    refused: tuple[Json, ...]
    schema: dict[str, Any]
    additions: bool = False
    certain: Json = True
    freedom: str = ""

    @property
    def kept_id(self) -> str:
        return f"kept/{self.name}"


class PageLimit(NamedTuple):
    """The numbers of assistants that a list may ask for, and the number for a list that asks for none."""

    minimum: int
    maximum: int
    default: int


@per_edition
def page_limit() -> PageLimit:
    schema = document()["components"]["parameters"]["limit"]["schema"]
    return PageLimit(schema["minimum"], schema["maximum"], schema["default"])


@per_edition
def page_tier() -> int:
    """Calls a minute: the documentation page's default tier, for a service that declares no limit."""
    return int(document()["x-rate-limit"]["requests"])


@per_edition
def fields(schema: str) -> tuple[str, ...]:
    """The property names of a component schema, in their order."""
    return tuple(document()["components"]["schemas"][schema]["properties"])


@per_edition
def body(schema: str = "CreateAssistant") -> dict[str, Any]:
    """The schema of a body."""
    found: dict[str, Any] = document()["components"]["schemas"][schema]
    return found


@per_edition
def kept_fields() -> Mapping[str, KeptField]:
    """Each kept field beside the texts by its name, in the order of the contract. The page's edition has none."""
    return {name: _kept(name, schema) for name, schema in body()["properties"].items() if "x-kept" in schema}


@per_edition
def ignored_fields() -> Mapping[str, IgnoredField]:
    """Each ignored field by its name, in the order of openapi.yaml."""
    return {name: _ignored(name, schema) for name, schema in body()["properties"].items() if "x-ignored" in schema}


@per_edition
def ignored_names(*reads: str) -> tuple[str, ...]:
    """The ignored fields that read as one of `reads`; without an argument, the ignored fields that an answer shows."""
    return tuple(name for name, each in ignored_fields().items() if (each.reads in reads if reads else each.reads))


@per_edition
def id_prefixes() -> tuple[str, ...]:
    """An id of an assistant begins with one of these. The first one is usual."""
    return tuple(_id_schema()["x-prefixes"])


@per_edition
def id_requirement() -> str:
    """The requirement that demands the form of an id."""
    return str(_id_schema()["x-requirement"])


@per_edition
def required_fields() -> Mapping[str, str]:
    """The fields that a create must send, each with the requirement that demands the field."""
    return dict(body()["x-required"])


def first_fields(declared: Mapping[str, Json]) -> Mapping[str, Json]:
    """The fields beside a name that a create must send, as a target declares them or with a typical value."""
    needed = (field for field in kept_fields().values() if field.name in required_fields())
    return {field.name: declared.get(field.name, field.values[0]) for field in needed}


def create_fields(declared: Mapping[str, Json]) -> dict[str, Json]:
    """The fields beside a name that a target declares, and those that the contract demands."""
    return {**first_fields(declared), **declared}


@per_edition
def defaults() -> Mapping[str, Json]:
    """The value of each field that no body has sent, by the field's name."""
    texts = {name: schema["x-default"] for name, schema in body()["properties"].items() if "x-default" in schema}
    return texts | {name: field.default for name, field in kept_fields().items() if field.default is not ...}


@per_edition
def nullable_fields() -> tuple[str, ...]:
    """The fields that may be null and have a default."""
    return tuple(name for name in defaults() if _may_be_null(body()["properties"][name]))


def beyond_lengths(name: str) -> Iterator[Json]:
    """A value that is one step beyond each length that the schema of a field allows."""
    schema = body()["properties"][name]
    if "maxLength" in schema:
        yield "x" * (schema["maxLength"] + 1)
    if "maxItems" in schema:
        yield kept_fields()[name].values[0] * (schema["maxItems"] + 1)
    if "maxProperties" in schema:
        yield {str(number): "x" for number in range(schema["maxProperties"] + 1)}
        yield {"x" * (schema["propertyNames"]["maxLength"] + 1): "x"}
        yield {"x": "x" * (schema["additionalProperties"]["maxLength"] + 1)}


def _may_be_null(schema: dict[str, Any]) -> bool:
    return any("null" in each.get("type", ()) for each in (schema, *schema.get("anyOf", ())))


@per_edition
def requirements() -> frozenset[str]:
    """The ids of the edition's requirements."""
    return frozenset(row["id"] for row in document()["x-requirements"])


@per_edition
def optional_operations() -> tuple[str, ...]:
    """The operations that a server may leave out."""
    items = (each for item in document()["paths"].values() for each in item.values() if isinstance(each, dict))
    return tuple(each["operationId"] for each in items if each.get("x-optional"))


def _id_schema() -> dict[str, Any]:
    found: dict[str, Any] = document()["components"]["schemas"]["Assistant"]["properties"]["id"]
    return found


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


def _kept(name: str, schema: dict[str, Any]) -> KeptField:
    entry = schema["x-kept"]
    return KeptField(
        name,
        entry.get("default", ...),
        tuple(entry["values"]),
        tuple(entry["refused"]),
        {keyword: value for keyword, value in schema.items() if keyword != "x-kept"},
        entry.get("additions", False),
        entry.get("certain", True),
        entry.get("freedom", ""),
    )
