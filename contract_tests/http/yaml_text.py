"""YAML: loads our own documents fast, and checks a file of the user before a library recurses too deep."""

from __future__ import annotations

import json
from typing import Any

import yaml

from contract_tests.http import printable_text
from contract_tests.http.json_text import DEPTH

# The loader of libyaml is seven times as fast. Not every build of PyYAML has it.
FASTEST = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def load(text: str) -> Any:
    """The value of one of our own documents."""
    return yaml.load(text, FASTEST)


def check(text: str) -> None:
    """Raises yaml.YAMLError for a text that is nested too deep, or has an alias, because an alias can multiply a text.

    The parser gives its events one by one, so no depth of the text is too much for this check.
    """
    depth = 0
    for event in yaml.parse(text, FASTEST):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEPTH:
            raise _mistake(event, f"nested deeper than {DEPTH} levels")
        if isinstance(event, yaml.AliasEvent):
            raise _mistake(event, f"'*{event.anchor}' is an alias: write its value out")


def dump_line(value: Any) -> str:
    """A value as one line of YAML that is inert on a terminal: JSON, with the escapes of YAML in its texts."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{dump_line(name)}: {dump_line(item)}" for name, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(dump_line, value)) + "]"
    if isinstance(value, str):
        # A CI server obeys ##[ and its like anywhere in its log.
        return printable_text.escape(json.dumps(value, ensure_ascii=False)).replace("##", r"#\x23")
    return json.dumps(value)


def describe(fault: Exception) -> tuple[int, str]:
    """The line of a mistake (1 if the fault has none), and the mistake in a few words."""
    mark, problem = getattr(fault, "problem_mark", None), getattr(fault, "problem", None)
    return (mark.line + 1 if mark else 1), " ".join(str(problem or fault).split())


def _mistake(event: Any, problem: str) -> yaml.MarkedYAMLError:
    return yaml.MarkedYAMLError(problem=problem, problem_mark=event.start_mark)
