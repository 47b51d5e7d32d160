"""openapi.yaml is valid, its examples match its schemas, and its catalogue matches the suite."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from graphlib import TopologicalSorter
from itertools import groupby
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from openapi_spec_validator import validate
from schemathesis.checks import CHECKS, load_all_checks

from contract_tests.generators import schemathesis, tour
from contract_tests.http import editions
from contract_tests.requirements import catalogue

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = catalogue.document()


def examples(value: Any, place: str = "") -> Iterator[tuple[str, dict[str, Any], Any]]:
    """(place, schema, example) of every media type that has examples."""
    if isinstance(value, dict):
        for name, example in value.get("examples", {}).items() if "schema" in value else ():
            yield f"{place}/{name}", value["schema"], resolved(example)["value"]
        for key, item in value.items():
            yield from examples(item, f"{place}/{key}")


def resolved(value: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in value:
        found: Any = DOCUMENT
        for name in value["$ref"].removeprefix("#/").split("/"):
            found = found[name]
        value = found
    return value


EXAMPLES = {place: (schema, value) for place, schema, value in examples(DOCUMENT)}


def test_it_is_valid_openapi() -> None:
    """openapi-spec-validator finds no error."""
    validate(DOCUMENT)


@pytest.mark.parametrize("place", EXAMPLES)
def test_an_example_matches_its_schema(place: str) -> None:
    """Each example matches its schema, also where the fake made a free choice."""
    schema, value = EXAMPLES[place]

    jsonschema_rs.validate({**schema, "components": DOCUMENT["components"]}, value)


def test_every_answer_has_an_example() -> None:
    """Each answer of the six operations has an example, refusals included."""
    answers = [
        resolved(answer)
        for item in DOCUMENT["paths"].values()
        for method, operation in item.items()
        if method != "parameters"
        for answer in operation["responses"].values()
    ]

    assert len(answers) > 30
    assert all(answer["content"]["application/json"]["examples"] and answer["headers"] for answer in answers)


def test_each_requirement_stands_once() -> None:
    """No id is used twice, and each area is an area of the catalogue."""
    ids = [row["id"] for row in DOCUMENT["x-requirements"]]

    assert [id for id, times in Counter(ids).items() if times > 1] == []
    assert [area for area, _ in groupby(id.split("/")[0] for id in ids)] == list(catalogue.areas())


def test_each_requirement_says_where_it_comes_from() -> None:
    """Each requirement has a level and a source; a requirement of the page names its section."""
    for requirement in catalogue.requirements().values():
        assert (requirement.level in ("must", "should"), requirement.source in ("page", "openai", "http")) == (
            True,
            True,
        )
        assert requirement.page or requirement.source != "page", requirement.id


CHANGE = re.compile(
    r"^- (?:edition (\w+), )?(added|tightened|relaxed|removed)(?:, (must|should))?:(.+?)\.$", re.MULTILINE | re.DOTALL
)


def changes(edition: str = editions.PAGE) -> Iterator[tuple[str, str, str, list[str]]]:
    """(contract, what happened, as which level, ids) of each line of the CHANGELOG, the oldest version first. Another
    edition has the lines of the page's too."""
    _, *sections = re.split(r"^## ", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), flags=re.MULTILINE)
    for section in reversed(sections):
        contract = section.partition("\n")[0].rpartition(" contract ")[2]
        for only, what, level, ids in CHANGE.findall(section):
            if only in ("", edition):
                yield contract, what, level, ids.replace(",", " ").split()


@pytest.mark.parametrize("edition", editions.names())
def test_the_changelog_names_every_requirement_and_no_id_is_used_twice(edition: str) -> None:
    """Each id was added once, at its present level unless it was tightened or relaxed; no removed id comes back."""
    ever, now = set[str](), dict[str, str]()
    for _, what, level, ids in changes(edition):
        assert (set(ids) & ever == set()) if what == "added" else (set(ids) <= set(now)), (what, ids)
        ever |= set(ids)
        now = {id: known for id, known in now.items() if what != "removed" or id not in ids}
        now |= dict.fromkeys(ids, level) if level else {}

    with editions.use(edition):
        assert now == {id: requirement.level for id, requirement in catalogue.requirements().items()}


def test_the_changelog_ends_with_this_contract() -> None:
    """The last contract of the CHANGELOG is the version of the catalogue."""
    assert [contract for contract, *_ in changes()][-1] == catalogue.version()


@pytest.mark.parametrize("edition", editions.names())
def test_every_requirement_has_a_step_and_every_step_a_requirement(edition: str) -> None:
    """The tour tests each requirement of an edition and no other; the limiter's probe tests rate/*."""
    with editions.use(edition):
        tested = {requirement for step in tour.STEPS for requirement in step.requirements}
        rate = {id for id in catalogue.requirements() if id.startswith("rate/")}

        assert tested == set(catalogue.requirements()) - rate
        assert all(step.promise for step in tour.STEPS)


def test_every_requirement_that_the_code_names_is_in_a_catalogue() -> None:
    """Every requirement id in the code is an edition's: no report would show a violation with a mistyped id."""
    ids = {text for path in ("contract_tests", "sdk_tests") for text in texts_of(ROOT / path)}
    known = {id for edition in editions.names() for id in requirements_of(edition)}
    areas = {f"{id.partition('/')[0]}/" for id in known}

    found = {text for text in ids if text.startswith(tuple(areas)) and not {" ", "{", "*"} & set(text)}

    assert found - known <= areas


def requirements_of(edition: str) -> list[str]:
    with editions.use(edition):
        return list(catalogue.requirements())


def texts_of(folder: Path) -> Iterator[str]:
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value


def test_the_suites_do_not_know_the_fake() -> None:
    """Only contract_tests.http.own_fake imports the fake, so the suite does not repeat its mistakes."""
    importing = {
        path.relative_to(ROOT).as_posix()
        for folder in ("contract_tests", "sdk_tests")
        for path in (ROOT / folder).rglob("*.py")
        if "fake_server" in imported(path)
    }

    assert importing == {"contract_tests/http/own_fake.py"}


def imported(path: Path) -> set[str]:
    nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    names = [
        [node.module or ""] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names]
        for node in nodes
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    return {name.split(".")[0] for found in names for name in found}


def test_each_check_of_schemathesis_is_used_or_left_out_for_a_reason() -> None:
    """Each check of schemathesis is either used or left out for a reason, also a check of a new version."""
    load_all_checks()

    assert set(CHECKS.get_all_names()) == set(schemathesis.USED) | set(schemathesis.LEFT_OUT)


def test_prerequisites_exist_and_are_acyclic() -> None:
    """Each need is an operation or a requirement, and no requirement needs itself, not even through others."""
    requirements, operations = catalogue.requirements(), set(catalogue.operations().values())
    needed = {id: {name for need in each.needs for name in need} - operations for id, each in requirements.items()}

    assert set().union(*needed.values()) <= requirements.keys()
    assert tuple(TopologicalSorter(needed).static_order())


def test_each_operation_has_a_requirement_that_it_succeeds() -> None:
    """Each operation names the requirement that is violated if no call of the operation succeeds."""
    assert catalogue.never_succeeds().keys() == set(catalogue.operations().values())
