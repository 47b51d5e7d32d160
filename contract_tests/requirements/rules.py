"""The code lines of the oracle that judge each requirement, found in the source, so no list of them can be out of date.

A rule registers its requirement by the id in its code: "list/envelope", or `accepted_id` and `not_kept_id` for the
requirements of every ignored field.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from contract_tests.http.openapi import ignored_fields
from contract_tests.requirements import catalogue

PACKAGE = Path(__file__).resolve().parents[1]
JUDGES = ("oracle/*.py", "generators/rate_limit.py", "generators/schemathesis.py")
# A call of one of these functions adds a violation or demands a refusal. Any other function only mentions the
# requirement.
VERBS = {"judge", "_judge", "add_violation", "Demand", "_demand", "_constant", "_kept"}


@dataclass(frozen=True)
class Rule:
    """`function` is "" for a table of a module. `judges` is false for a function that only attributes a violation."""

    path: Path
    line: int
    function: str
    judges: bool

    def __str__(self) -> str:
        where = f"{self.path.relative_to(PACKAGE.parent)}:{self.line}"
        return f"{where} {self.function}".rstrip()


@cache
def rules() -> Mapping[str, list[Rule]]:
    """The rules of each requirement, each function once: first those that judge, then those that only mention it."""
    found: dict[str, dict[tuple[Path, str], Rule]] = defaultdict(dict)
    for path in (path for pattern in JUDGES for path in sorted(PACKAGE.glob(pattern))):
        for id, rule in _rules_of(path):
            found[id].setdefault((path, rule.function), rule)
    return {id: sorted(each.values(), key=lambda rule: not rule.judges) for id, each in found.items()}


def _rules_of(path: Path) -> Iterator[tuple[str, Rule]]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for function, scope in _scopes(tree.body):
        judges = function == "" or any(_name(node) in VERBS for node in ast.walk(scope) if isinstance(node, ast.Call))
        for node in ast.walk(scope):
            for id in _ids(node):
                yield id, Rule(path, getattr(node, "lineno", 0), function, judges)


def _scopes(body: Iterable[ast.stmt], owner: str = "") -> Iterator[tuple[str, ast.AST]]:
    for node in body:
        if isinstance(node, ast.ClassDef):
            yield from _scopes(node.body, f"{node.name}.")
        elif isinstance(node, ast.FunctionDef):
            yield owner + node.name, node
        else:
            yield "", node


def _ids(node: ast.AST) -> Iterable[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [node.value] if node.value in catalogue.requirements() else []
    if isinstance(node, ast.Attribute) and node.attr in ("accepted_id", "not_kept_id"):
        return [id for field in ignored_fields().values() if (id := getattr(field, node.attr))]
    return []


def _name(call: ast.Call) -> str:
    function = call.func
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
