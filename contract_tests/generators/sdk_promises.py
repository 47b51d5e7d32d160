"""The tests of the SDK suites for each requirement, from their source: `explain` needs neither pytest nor an SDK."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from contract_tests.requirements import catalogue

# `ofMany` is a promise about more assistants than a page holds.
NODE_TEST = re.compile(r'(?:promise|ofMany)\(\s*["`](.+?)["`],\s*"(.+?)"')
SDK_TESTS = Path(__file__).resolve().parents[2] / "sdk_tests"


@cache
def promises_of_python() -> Mapping[str, list[str]]:
    """The docstrings of the tests through the Python SDK, by requirement."""
    found: dict[str, list[str]] = defaultdict(list)
    for path in sorted(SDK_TESTS.glob("test_*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        module = _ids_in(node.value for node in tree.body if isinstance(node, ast.Assign) and _is_mark(node))
        for node in tree.body:
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                for id in module | _ids_in(node.decorator_list):
                    found[id].append(ast.get_docstring(node) or node.name)
    return found


def promises_of_node(id: str) -> Iterator[str]:
    """The promises of the tests through the Node SDK that are about this requirement."""
    for path in sorted((SDK_TESTS / "node").glob("*.mjs")):
        for ids, text in NODE_TEST.findall(path.read_text(encoding="utf-8")):
            if any(re.fullmatch(re.sub(r"\$\{\w+\}", r"[\\w-]+", each), id) for each in ids.split(", ")):
                yield text


def _is_mark(assignment: ast.Assign) -> bool:
    return any(isinstance(target, ast.Name) and target.id == "pytestmark" for target in assignment.targets)


def _ids_in(expressions: Iterator[ast.expr] | list[ast.expr]) -> set[str]:
    """The requirements that the texts in these expressions name; `{}` stands for the name of any ignored field."""
    nodes = (node for expression in expressions for node in ast.walk(expression))
    texts = [node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    patterns = [re.escape(text).replace(r"\{\}", r"[\w-]+") for text in texts]
    return {id for id in catalogue.requirements() if any(re.fullmatch(pattern, id) for pattern in patterns)}
