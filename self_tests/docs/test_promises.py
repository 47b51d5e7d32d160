"""Each test says what it promises."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from self_tests.docs.markdown import ROOT

# The files are the same on any Python.
pytestmark = pytest.mark.any_python


def promises(folder: str) -> Iterator[tuple[str, str]]:
    """(file and name, docstring) of each test in the folder."""
    for path in sorted((ROOT / folder).rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
                yield f"{path.relative_to(ROOT)}: {node.name}", ast.get_docstring(node) or ""


@pytest.mark.parametrize("folder", ["self_tests", "sdk_tests", "contract_tests"])
def test_each_test_states_its_promise(folder: str) -> None:
    """The docstring of each test is its promise, in one sentence or more."""
    assert [name for name, promise in promises(folder) if not promise.endswith((".", '."', ".`"))] == []
