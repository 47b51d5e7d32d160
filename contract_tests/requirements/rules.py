"""The code lines of the oracle that judge each requirement, found in the source, so no list of them can be out of date.

A rule registers its requirement by the id in its code: "list/envelope", or by a name for requirements that the contract
gives as data, such as `accepted_id` for each ignored field.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from contract_tests.http.openapi import id_requirement, ignored_fields, kept_fields, required_fields
from contract_tests.http.operations import CREATE
from contract_tests.requirements.catalogue import never_succeeds, requirements

PACKAGE = Path(__file__).resolve().parents[1]
JUDGES = ("oracle/*.py", "generators/rate_*.py", "generators/schemathesis.py")
# A call of one of these functions adds a violation or demands a refusal. Any other function only mentions the
# requirement.
VERBS = {"judge", "_judge", "add_violation", "add_explained", "Demand", "_demand", "_constant", "_kept"}


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


def rules_of(id: str) -> list[Rule]:
    """The rules of a requirement, each function once: first those that judge, then those that only mention it."""
    names = {id, *(name for name, ids in _data().items() if id in ids)}
    found: dict[tuple[Path, str], Rule] = {}
    for path, text in _sources():
        if any(name in text for name in names):  # to parse the other files takes longer than all the rest
            for rule in _rules_in(path, text, names):
                found.setdefault((path, rule.function), rule)
    return sorted(found.values(), key=lambda rule: not rule.judges)


def _data() -> dict[str, set[str]]:
    """The requirements that a name in the code stands for."""
    ignored, kept = ignored_fields().values(), kept_fields().values()
    return {
        "accepted_id": {field.accepted_id for field in ignored},
        "not_kept_id": {field.not_kept_id for field in ignored},
        "kept_id": {field.kept_id for field in kept},
        "limit_faults": {id for id in requirements() if id.startswith("limits/")},
        "required_fields": set(required_fields().values()),
        "id_requirement": {id_requirement()},
        "never_succeeds": {never_succeeds()[CREATE]},
    }


@cache
def _sources() -> list[tuple[Path, str]]:
    paths = (path for pattern in JUDGES for path in sorted(PACKAGE.glob(pattern)))
    return [(path, path.read_text(encoding="utf-8")) for path in paths]


@cache
def _statements(text: str) -> list[ast.stmt]:
    return ast.parse(text).body


def _rules_in(path: Path, text: str, names: set[str]) -> Iterator[Rule]:
    lines = text.splitlines()
    for function, scope in _scopes(_statements(text)):
        if not any(name in line for line in lines[scope.lineno - 1 : scope.end_lineno] for name in names):
            continue
        nodes = list(ast.walk(scope))
        judges = function == "" or any(_name(node) in VERBS for node in nodes if isinstance(node, ast.Call))
        for node in nodes:
            if isinstance(node, ast.Constant | ast.Attribute | ast.Name) and _text(node) in names:
                yield Rule(path, node.lineno, function, judges)


def _scopes(body: Iterable[ast.stmt], owner: str = "") -> Iterator[tuple[str, ast.stmt]]:
    for node in body:
        if isinstance(node, ast.ClassDef):
            yield from _scopes(node.body, f"{node.name}.")
        elif isinstance(node, ast.FunctionDef):
            yield owner + node.name, node
        else:
            yield "", node


def _text(node: ast.Constant | ast.Attribute | ast.Name) -> object:
    if isinstance(node, ast.Name):
        return node.id
    return node.attr if isinstance(node, ast.Attribute) else node.value


def _name(call: ast.Call) -> str:
    function = call.func
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
