"""Each fact of the contract stands in one place: the suites spell none of them a second time."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from contract_tests.http import operations
from contract_tests.http.operations import COLLECTION, OPERATIONS
from contract_tests.requirements import catalogue

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
