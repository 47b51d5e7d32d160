"""The contract as data: the requirements, paths and schemas of openapi.yaml, loaded once."""

from __future__ import annotations

import copy
import fnmatch
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from contract_tests.http import editions
from contract_tests.http.editions import per_edition
from contract_tests.http.openapi import document as document
from contract_tests.http.openapi import fields as fields
from contract_tests.http.openapi import location as location

if TYPE_CHECKING:
    import jsonschema_rs


@dataclass(frozen=True)
class Requirement:
    """`level` is must or should. `source` is page, openai or http; in another edition reference, sdk, recording or
    http. `page` is the section of the page, if the page is the source. `needs` are the prerequisites. Each is a
    requirement, or some operations: one of these must succeed. A violated prerequisite explains violations of this
    requirement. `since` is the version of the contract that added the requirement, and `changed` the one that changed
    its meaning last; both are empty if that was the first version.
    """

    id: str
    level: str
    source: str
    statement: str
    page: str | None = None
    needs: tuple[tuple[str, ...], ...] = ()
    since: str = ""
    changed: str = ""

    @property
    def area(self) -> str:
        return area_of(self.id)


def area_of(id: str) -> str:
    """The area of a requirement: "list" of "list/after"."""
    return id.partition("/")[0]


def version() -> str:
    """The version of the contract, not of this package."""
    return str(document()["info"]["version"])


def title() -> str:
    """The version of the contract, and the edition unless it is the page's."""
    return editions.titled(version(), editions.chosen())


@per_edition
def requirements() -> Mapping[str, Requirement]:
    """Every requirement by its id, in the order of the catalogue. The requirements of one area stand together."""
    rows: list[dict[str, Any]] = document()["x-requirements"]
    order = list(dict.fromkeys(area_of(row["id"]) for row in rows))
    rows = sorted(rows, key=lambda row: order.index(area_of(row["id"])))
    return {row["id"]: Requirement(**{**row, "needs": _needs(row)}) for row in rows}


@per_edition
def prerequisites(id: str) -> frozenset[str]:
    """The requirements that this one stands on, and those that these stand on."""
    known = requirements()
    needed = {each for need in known[id].needs for each in need if each in known}
    return frozenset(needed.union(*map(prerequisites, needed)))


@per_edition
def match(pattern: str) -> tuple[str, ...]:
    """The requirements of the edition that a pattern names: an id, or an area with `/*`."""
    return tuple(fnmatch.filter(requirements(), pattern))


def _needs(row: Mapping[str, Any]) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(need) if isinstance(need, list) else (need,) for need in row.get("needs", ()))


@per_edition
def never_succeeds() -> Mapping[str, str]:
    """The requirement that is violated if an operation never succeeds, by operation id."""
    items = (each for item in document()["paths"].values() for each in item.values() if isinstance(each, dict))
    return {each["operationId"]: each["x-never-succeeds"] for each in items if "operationId" in each}


@per_edition
def areas() -> tuple[str, ...]:
    """Each area of the catalogue once, in the order of openapi.yaml."""
    return tuple(dict.fromkeys(requirement.area for requirement in requirements().values()))


@per_edition
def operations() -> Mapping[tuple[str, str], str]:
    """Operation ids by (path, method). The method is in capitals."""
    return {
        (path, method.upper()): operation["operationId"]
        for path, item in document()["paths"].items()
        for method, operation in item.items()
        if isinstance(operation, dict) and "operationId" in operation
    }


@per_edition
def judged_document() -> dict[str, Any]:
    """openapi.yaml without x-ignored, and without the keywords that belong to a should (x-should)."""
    loaded = copy.deepcopy(document())
    for schema in list(_schemas(loaded["components"]["schemas"])):
        for keyword in schema.pop("x-should", ()):
            schema.pop(keyword, None)
        schema.pop("x-ignored", None)
    return loaded


@per_edition
def validator(schema: str) -> jsonschema_rs.Draft202012Validator:
    """The validator of a component schema, without the keywords of a should."""
    import jsonschema_rs  # here, because the commands that judge nothing start without this package

    components = judged_document()["components"]
    return jsonschema_rs.Draft202012Validator({"$ref": f"#/components/schemas/{schema}", "components": components})


def _schemas(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
        for item in value.values():
            yield from _schemas(item)
    elif isinstance(value, list):
        for item in value:
            yield from _schemas(item)
