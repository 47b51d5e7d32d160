"""Each fact of the contract stands in one place: the suites spell none of them a second time."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent
from types import FrameType

import jsonschema_rs
import pytest

from contract_tests.http import editions, operations, yaml_text
from contract_tests.http.openapi import ignored_fields
from contract_tests.http.operations import COLLECTION, OPERATIONS
from contract_tests.oracle.allowed_values import is_allowed
from contract_tests.requirements import catalogue
from contract_tests.requirements.explanations import Explanation, explanations
from contract_tests.requirements.rules import rules_of
from self_tests.commands.test_explain import found, of_each_edition
from self_tests.suite.requirement_stubs import described, missing

# The files are the same on any Python.
pytestmark = pytest.mark.any_python

ROOT = Path(__file__).resolve().parents[2]
SUITES = ("contract_tests", "sdk_tests")


def texts(*folders: str) -> Iterator[tuple[str, str]]:
    """(file and line, text) of each text in the code of these folders, docstrings excepted."""
    for path in (path for folder in folders for path in (ROOT / folder).rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        prose = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in prose:
                yield f"{path.relative_to(ROOT)}:{node.lineno}", node.value


def test_the_operations_are_those_of_openapi() -> None:
    """Method, path and id of the six operations are the same in http/operations.py and in openapi.yaml."""
    declared = {(method, "{" in path): id for (path, method), id in catalogue.operations().items()}

    assert declared == OPERATIONS
    assert {path.partition("/{")[0] for path, _ in catalogue.operations()} == {COLLECTION}


def test_a_built_request_is_parsed_as_its_operation() -> None:
    """The two halves of http/operations.py agree on each of the six, with an id that must be percent-encoded."""
    addresses = [operations.parse(each.method, each.path) for each in operations.every_operation("asst-a/b?c", "n")]

    assert [(each.operation, each.id) for each in addresses] == [
        (operation, "asst-a/b?c" if by_id else "") for (_, by_id), operation in OPERATIONS.items()
    ]


def test_no_other_module_spells_an_operation() -> None:
    """The URL and the ids of the operations stand in http/operations.py alone."""
    ids = set(OPERATIONS.values())
    spelled = {place for place, text in texts(*SUITES) if COLLECTION in text or text in ids}

    assert {place.partition(":")[0] for place in spelled} == {"contract_tests/http/operations.py"}


@pytest.mark.parametrize(("edition", "id"), of_each_edition())
def test_a_requirement_has_an_explanation_a_rule_a_step_and_a_wrong_server(edition: str, id: str) -> None:
    """Each requirement of each edition has all its places. A failure shows the missing stub, ready to paste."""
    with editions.use(edition):
        stubs = described(id)

    assert not stubs, f"\n{stubs}"


def test_a_new_requirement_gets_a_stub_for_each_place() -> None:
    """The Python stubs parse, and the stub of the explanation is one that the suite can load."""
    stubs = missing("list/is-invented", "A list is invented.")
    explanation = yaml_text.load(stubs.pop("contract_tests/requirements/explanations.yaml"))["list/is-invented"]

    assert [type(ast.parse(dedent(stub)).body[0]) for stub in stubs.values()] == [ast.FunctionDef] * 3
    assert all('"list/is-invented"' in stub for stub in stubs.values())
    assert len(Explanation(**explanation).exchanges(explanation["breaks"])) == 2


@pytest.mark.parametrize(("edition", "id"), of_each_edition(lambda id: id.startswith("rate/")))
def test_a_rule_that_explain_names_runs_when_the_requirement_is_violated(edition: str, id: str) -> None:
    """One of the functions in rules_of() ran while the oracle found the violation in the requirement's own example."""
    ran: set[tuple[str, str]] = set()

    def note(frame: FrameType, event: str, _: object) -> None:
        if event == "call":
            ran.add((frame.f_code.co_filename, frame.f_code.co_qualname))

    before = sys.getprofile()
    with editions.use(edition):
        explained, rules = explanations()[id], rules_of(id)
        sys.setprofile(note)
        try:
            findings = found(explained, explained.breaks)
        finally:
            sys.setprofile(before)

    assert findings.broken(id)
    assert any((str(rule.path), rule.function) in ran for rule in rules if rule.function) or any(
        str(rule.path) == path for rule in rules if not rule.function for path, _ in ran
    )


def test_ignored_fields_of_the_schema_and_of_the_hand_agree() -> None:
    """Each value of x-ignored is allowed or absurd by openapi.yaml's schema and by the suite's own expectations."""
    for field in ignored_fields().values():
        by_schema = jsonschema_rs.validator_for(field.schema)

        assert [value for value in field.values if not by_schema.is_valid(value)] == []
        assert [value for value in field.values if not is_allowed(field.name, value)] == []
        assert [value for value in field.absurd if is_allowed(field.name, value)] == []


def lists(*folders: str) -> Iterator[tuple[str, set[str]]]:
    """(file and line, texts) of each list, tuple and set in the code of these folders. A table of values is none."""
    for path in (path for folder in folders for path in (ROOT / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.List | ast.Tuple | ast.Set):
                held = {each.value for each in node.elts if isinstance(each, ast.Constant)}
                yield f"{path.relative_to(ROOT)}:{node.lineno}", {each for each in held if isinstance(each, str)}


def test_no_module_lists_the_ignored_fields() -> None:
    """The names stand in openapi.yaml: no list of the suites' code holds three of them."""
    found = [place for place, held in lists(*SUITES) if len(held & ignored_fields().keys()) > 2]

    assert found == []
