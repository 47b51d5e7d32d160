"""The value of a YAML text, built from the events of the parser, with our own strict rules.

The rules: at most `DEPTH` levels, no alias, no key twice, and only types that JSON has. Dates stay text, as in JSON.
PyYAML's own loaders build a tree of nodes first, and need eight times as long.
"""

import json
import math
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import yaml

from fake_server.contract.json_text import DEPTH

# Characters. Every integer in the range of a double has fewer digits, in each base that YAML knows.
LONGEST_INTEGER = 310
CORE = "tag:yaml.org,2002:"
TEXT = f"{CORE}str"
# The types of a plain scalar, by its first character: tag and pattern.
IMPLICIT: Mapping[str, list[tuple[str, re.Pattern[str]]]] = {
    first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith(":timestamp")]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
CONSTRUCTOR = yaml.constructor.SafeConstructor()


def build_value(events: Iterable[yaml.Event]) -> Any:
    """The value of the only document; None if there is no document. Raises yaml.MarkedYAMLError."""
    root: list[Any] = []
    # The open lists and objects, each with the key that waits for its value.
    open_values: list[_Collection] = [_Collection(root)]
    for event in events:
        if isinstance(event, yaml.ScalarEvent):
            open_values[-1].add(event, _build_scalar(event))
        elif isinstance(event, yaml.CollectionStartEvent):
            value = _new_collection(event)
            open_values[-1].add(event, value)
            if len(open_values) > DEPTH:
                raise error_at(event, f"nested deeper than {DEPTH} levels")
            open_values.append(_Collection(value))
        elif isinstance(event, yaml.CollectionEndEvent):
            open_values.pop()
        elif isinstance(event, yaml.AliasEvent):
            raise error_at(event, f"'*{event.anchor}' is an alias. Write the value instead")
        elif isinstance(event, yaml.DocumentStartEvent) and root:
            raise error_at(event, "a second document starts here. Write only one")
    return root[0] if root else None


class _Collection:
    """A list or an object that is not complete yet."""

    def __init__(self, value: list[Any] | dict[str, Any]) -> None:
        self.value = value
        self.key: str | None = None

    def add(self, event: yaml.Event, value: Any) -> None:
        """Add an element, a key, or the value of the last key."""
        if isinstance(self.value, list):
            self.value.append(value)
        elif self.key is None:
            self.key = _build_key(event, value)
            if self.key in self.value:
                raise error_at(event, f"'{self.key}' occurs twice")
        else:
            self.value[self.key] = value
            self.key = None


def _build_key(event: yaml.Event, value: Any) -> str:
    """A number is a key as in JSON, as text."""
    if isinstance(value, list | dict):
        raise error_at(event, "a list or an object cannot be a key")
    return value if isinstance(value, str) else json.dumps(value)


def _new_collection(event: Any) -> list[Any] | dict[str, Any]:
    is_list = isinstance(event, yaml.SequenceStartEvent)
    if event.tag not in (None, "!", f"{CORE}seq" if is_list else f"{CORE}map"):
        raise error_at(event, f"the tag '{event.tag:.50}' is not allowed")
    return [] if is_list else {}


def _build_scalar(event: Any) -> Any:
    tag = _tag_of(event)
    if tag == TEXT:
        return event.value
    if tag not in SCALARS:
        raise error_at(event, f"'{event.value:.50}' has the tag '{tag:.50}', which is not allowed")
    try:
        return SCALARS[tag](event)
    except (ValueError, LookupError):
        raise error_at(event, f"'{event.value:.50}' does not fit its tag '{tag}'") from None


def _tag_of(event: Any) -> str:
    if event.tag not in (None, "!"):
        return str(event.tag)
    if event.implicit[0]:
        for tag, pattern in IMPLICIT.get(event.value[:1], ()):
            if pattern.match(event.value):
                return tag
    return TEXT


def _build_integer(event: Any) -> int:
    # int() refuses thousands of digits with an error of its own.
    if len(event.value) > LONGEST_INTEGER:
        raise error_at(event, "the number is too large")
    return int(CONSTRUCTOR.construct_yaml_int(_node_of(event)))


def _build_float(event: Any) -> float:
    number = float(CONSTRUCTOR.construct_yaml_float(_node_of(event)))
    if not math.isfinite(number):
        raise error_at(event, f"{event.value:.20} is not a JSON number")
    return number


def _node_of(event: Any) -> yaml.ScalarNode:
    return yaml.ScalarNode(event.tag, event.value, event.start_mark)


SCALARS: Mapping[str, Callable[[Any], Any]] = {
    f"{CORE}int": _build_integer,
    f"{CORE}float": _build_float,
    f"{CORE}bool": lambda event: CONSTRUCTOR.construct_yaml_bool(_node_of(event)),
    f"{CORE}null": lambda _: None,
}


def error_at(place: Any, problem: str) -> yaml.MarkedYAMLError:
    """`place` is an event of PyYAML."""
    return yaml.constructor.ConstructorError(problem=problem, problem_mark=place.start_mark)
