"""YAML: our own documents, fast, and the bounds that a file of the user's meets before a library recurses on it."""

from __future__ import annotations

from typing import Any

import yaml

from contract_tests.http.json_text import DEPTH

# libyaml's loader takes a seventh of the time. Not every build of PyYAML has it.
FASTEST = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def load(text: str) -> Any:
    """The value of a document of our own."""
    return yaml.load(text, FASTEST)


def check(text: str) -> None:
    """Raises yaml.YAMLError for a text that is nested too deep, and for an alias, which makes much of a few bytes.

    The parser's events come one by one, so that no depth of the text is too much for this.
    """
    depth = 0
    for event in yaml.parse(text, FASTEST):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEPTH:
            raise _mistake(event, f"nested deeper than {DEPTH} levels")
        if isinstance(event, yaml.AliasEvent):
            raise _mistake(event, f"'*{event.anchor}' is an alias: write its value out")


def _mistake(event: Any, problem: str) -> yaml.MarkedYAMLError:
    return yaml.MarkedYAMLError(problem=problem, problem_mark=event.start_mark)
