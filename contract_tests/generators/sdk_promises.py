"""The tests of the SDK suites for each requirement, from their source: `explain` needs neither pytest nor an SDK."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

# `ofMany` is a promise about more assistants than a page holds.
NODE_TEST = re.compile(r'(?:promise|ofMany)\(\s*["`](.+?)["`],\s*"(.+?)"')
SDK_TESTS = Path(__file__).resolve().parents[2] / "sdk_tests"
ANY_FIELD = "{}"


def promises_of_python(id: str) -> Iterator[str]:
    """The docstrings of the tests through the Python SDK that are about this requirement."""
    pattern = f"{id.partition('/')[0]}/{ANY_FIELD}"
    for path in sorted((SDK_TESTS / "python").glob("test_*.py")):
        text = path.read_text(encoding="utf-8")
        if id in text or pattern in text:  # to parse the other files takes longer than all the rest
            yield from _promises_in(_tree(text), id)


@cache
def _tree(text: str) -> ast.Module:
    return ast.parse(text)


def _promises_in(tree: ast.Module, id: str) -> Iterator[str]:
    whole_module = any(_names(node.value, id) for node in tree.body if isinstance(node, ast.Assign) and _is_mark(node))
    tests = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")]
    for test in tests:
        if whole_module or any(_names(decorator, id) for decorator in test.decorator_list):
            yield ast.get_docstring(test) or test.name


def promises_of_node(id: str) -> Iterator[str]:
    """The promises of the tests through the Node SDK that are about this requirement."""
    for path in sorted((SDK_TESTS / "node").glob("*.mjs")):
        for ids, text in NODE_TEST.findall(path.read_text(encoding="utf-8")):
            if any(re.fullmatch(re.sub(r"\$\{\w+\}", r"[\\w-]+", each), id) for each in ids.split(", ")):
                yield text


def _is_mark(assignment: ast.Assign) -> bool:
    return any(isinstance(target, ast.Name) and target.id == "pytestmark" for target in assignment.targets)


def _names(expression: ast.expr, id: str) -> bool:
    """True if a text in the expression is the id; ANY_FIELD in the text stands for the name of any ignored field."""
    texts = (node.value for node in ast.walk(expression) if isinstance(node, ast.Constant))
    return any(text == id or (isinstance(text, str) and _fits(text, id)) for text in texts)


def _fits(text: str, id: str) -> bool:
    before, any_field, after = map(re.escape, text.partition(ANY_FIELD))
    return bool(any_field and re.fullmatch(rf"{before}[\w-]+{after}", id))
