"""Sections of the documents that are generated from the contract, the settings and the kill matrix."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Container, Iterator
from functools import cache
from typing import Any

import yaml

from contract_tests.http import editions
from contract_tests.requirements import catalogue
from contract_tests.requirements.explanations import explanations
from self_tests.docs.markdown import ROOT

SOURCES = {
    "page": "page",
    "openai": "OpenAI",
    "http": "HTTP",
    "reference": "reference",
    "sdk": "SDK",
    "recording": "recording",
}
EDITION = "openai"


def counts() -> str:
    """The number of requirements of each level."""
    found = Counter(each.level for each in catalogue.requirements().values())
    return (
        f"Contract {catalogue.version()} has {found.total()} requirements in {len(_areas())} areas:"
        f" {found['must']} MUST and {found['should']} SHOULD."
    )


def edition_counts() -> str:
    """The numbers of requirements that stay, that are new and that go in the other edition."""
    page = set(catalogue.requirements())
    with editions.use(EDITION):
        own = set(catalogue.requirements())
        count = counts().replace("Contract ", "The edition `openai` of contract ", 1)
    changes = f"{len(page & own)} stay and {len(page - own)} go; {len(own - page)} are new."
    return f"{count} Of the page's requirements {changes}"


def edition_requirements() -> str:
    """Every requirement of the other edition by area, with its source. A new one has a star."""
    page = set(catalogue.requirements())
    with editions.use(EDITION):
        return "\n\n".join(_area(area, "###", page) for area in _areas())


def requirements() -> str:
    """Every requirement by area: its id, level, source, sentence and reason."""
    return "\n\n".join(_area(area) for area in _areas())


def _areas() -> list[str]:
    """The areas in the order of the catalogue."""
    return list(dict.fromkeys(each.area for each in catalogue.requirements().values()))


def _area(area: str, heading: str = "##", old: Container[str] = ()) -> str:
    """The table of an area. With `old` ids, each other id has a star."""
    rows = [
        f"| `{each.id}`{' *' * bool(old and each.id not in old)} | {each.level.upper()} | {_source(each)}"
        f" | {_cell(each.statement)} | {_cell(explanations()[each.id].why)} |"
        for each in catalogue.requirements().values()
        if each.area == area
    ]
    head = ["| requirement | level | source | sentence | rationale |", "|---|---|---|---|---|"]
    return "\n".join([f"{heading} {area}", "", *head, *rows])


def _source(requirement: catalogue.Requirement) -> str:
    section = f" (“{requirement.page}”)" if requirement.page else ""
    return f"{SOURCES[requirement.source]}{section}"


def settings() -> str:
    """Every setting of a dialect, by group."""
    return "\n\n".join(_group(name, group) for name, group in _schema()["properties"].items())


@cache
def _schema() -> dict[str, Any]:
    """The schema of a dialect."""
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "fake_server/dialect/schema.yaml").read_text(encoding="utf-8"))
    return loaded


def _group(name: str, group: dict[str, object]) -> str:
    rows = [
        f"| `{name}.{key}` | {_cell(text)} | {values} | `{default}` |" for key, text, values, default in _rows(group)
    ]
    head = ["| setting | meaning | values | default |", "|---|---|---|---|"]
    return "\n".join([f"### {name}", "", f"{group['description']}", "", *head, *rows])


def _rows(group: dict[str, object]) -> Iterator[tuple[str, str, str, str]]:
    properties = group["properties"]
    assert isinstance(properties, dict)
    for key, setting in properties.items():
        yield key, setting["description"], _values(setting), json.dumps(setting["default"], ensure_ascii=False)


def _values(setting: dict[str, object]) -> str:
    if "$ref" in setting:
        setting = _schema()["$defs"][str(setting["$ref"]).rsplit("/", 1)[1]]
    if isinstance(allowed := setting.get("enum"), list):
        return ", ".join(f"`{json.dumps(value)}`" for value in allowed)
    kinds = setting["type"]
    return " or ".join(kinds) if isinstance(kinds, list) else str(kinds)


def wrong_servers() -> str:
    """The totals of the kill matrix."""
    matrix = (ROOT / "self_tests/wrong/MATRIX.md").read_text(encoding="utf-8")
    sums = re.findall(r"^(?:[a-z ]+: )?\d+ of \d+ .*$", matrix, re.MULTILINE)
    return "\n".join(f"- {line}" for line in sums)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", r"\|")


SECTIONS: dict[str, Callable[[], str]] = {
    "counts": counts,
    "edition-counts": edition_counts,
    "edition-requirements": edition_requirements,
    "requirements": requirements,
    "settings": settings,
    "wrong-servers": wrong_servers,
}
