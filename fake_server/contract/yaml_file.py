"""A file that a person wrote, in YAML or JSON: what it says, and on which line."""

import json
import math
from collections.abc import Hashable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from fake_server.contract import json_text

# libyaml's loader takes a seventh of the time. Not every build of PyYAML has it.
FASTEST = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
# Characters. A double has fewer digits than this, in whatever base YAML writes it.
LONGEST_INTEGER = 310


class FileMistake(Exception):
    """The file cannot be used; the message names it and, where there is one, the line."""


class Written(NamedTuple):
    """`value` is what JSON could say too."""

    path: Path
    text: str
    value: Any

    def mistake(self, path: Sequence[str | int], message: str) -> FileMistake:
        """What is wrong at this path, or at as much of it as is there."""
        # YAML takes no tabs to indent with, which JSON may have.
        root = yaml.compose(self.text.replace("\t", " "), Loader)
        return FileMistake(f"{self.path}:{line_of(root, path)}: {message}")


class Loader(yaml.SafeLoader):
    """A date is text here, as in JSON, and a key that is there twice a mistake: one of the two would be lost."""

    yaml_implicit_resolvers = {  # noqa: RUF012  # as PyYAML has it
        first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith(":timestamp")]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if key.value in seen:
                raise mistake_at(key, f"'{key.value}' is there already")
            seen.add(str(key.value))
        return super().construct_mapping(node, deep)

    def construct_yaml_int(self, node: yaml.ScalarNode) -> int:
        # Python refuses digits by the thousand with a bound of its own.
        if len(node.value) > LONGEST_INTEGER:
            raise mistake_at(node, "the number is too large")
        return super().construct_yaml_int(node)

    def construct_yaml_float(self, node: yaml.ScalarNode) -> float:
        number = super().construct_yaml_float(node)
        if not math.isfinite(number):
            raise mistake_at(node, f"{node.value:.20} is not a number that JSON has")
        return number


Loader.add_constructor("tag:yaml.org,2002:int", Loader.construct_yaml_int)
Loader.add_constructor("tag:yaml.org,2002:float", Loader.construct_yaml_float)


def read_written(path: Path) -> Written:
    """Raises FileMistake."""
    text = text_of(path)
    return Written(path, text, parsed(text, str(path)))


def parsed(text: str, name: str) -> Any:
    """What a text says that is called so. Raises FileMistake."""
    try:
        return loaded(text)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise FileMistake(f"{name}:{line}: {error.problem}.") from None
    except json_text.JsonError as error:
        raise FileMistake(f"{name} {error}.") from None
    except (yaml.YAMLError, ValueError, TypeError) as error:
        raise FileMistake(f"{name} is not YAML or JSON that can be read: {' '.join(str(error).split())}.") from None


def text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise FileMistake(f"The file {path} cannot be read ({error.strerror}).") from None
    except ValueError:
        raise FileMistake(f"The file {path} is not in UTF-8.") from None


def loaded(text: str) -> Any:
    # JSON takes a twentieth of the time. A text that is JSON, but for one of our rules, is refused by that rule.
    try:
        return json_text.parse(text)
    except json_text.JsonError:
        check_nodes(text)
    return json_text.parse(json.dumps(yaml.load(text, Loader), allow_nan=False))


def check_nodes(text: str) -> None:
    """Raises yaml.MarkedYAMLError for more levels than JSON may have, and for an alias.

    An alias can say beyond JSON that a list holds itself, and can make gigabytes of a few bytes. The parser's events
    come one by one, so that no depth of the text is too much for this.
    """
    depth = 0
    for event in yaml.parse(text, FASTEST):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > json_text.DEPTH:
            raise mistake_at(event, f"nested deeper than {json_text.DEPTH} levels")
        if isinstance(event, yaml.AliasEvent):
            raise mistake_at(event, f"'*{event.anchor}' is an alias: write its value out")


def mistake_at(place: Any, problem: str) -> yaml.MarkedYAMLError:
    """Of an event or a node, which know where they stand."""
    return yaml.constructor.ConstructorError(problem=problem, problem_mark=place.start_mark)


def line_of(node: yaml.Node | None, path: Sequence[str | int]) -> int:
    line = node.start_mark.line + 1 if node else 1
    for step in path:
        node, line = child(node, step, line)
    return line


def child(node: yaml.Node | None, step: str | int, line: int) -> tuple[yaml.Node | None, int]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == step:
                return value, key.start_mark.line + 1
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        return node.value[step], node.value[step].start_mark.line + 1
    return None, line
