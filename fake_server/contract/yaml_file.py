"""YAML or JSON files that a person writes: their values, and errors with the line number."""

import json
import math
from collections.abc import Hashable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from fake_server.contract import json_text

# libyaml's loader is seven times faster, but not every build of PyYAML has it.
FASTEST = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
# Characters. Every integer in the range of a double has fewer digits, in each base that YAML knows.
LONGEST_INTEGER = 310


class YamlFileError(Exception):
    """The file cannot be used. The message names the file and, if possible, the line."""


class YamlFile(NamedTuple):
    """A parsed file; `value` contains only types that JSON has."""

    path: Path
    text: str
    value: Any

    def error_at(self, path: Sequence[str | int], message: str) -> YamlFileError:
        """An error at this path. If the file has only the start of the path, the error is there."""
        # A JSON file may be indented with tabs, which YAML forbids.
        root = yaml.compose(self.text.replace("\t", " "), Loader)
        return YamlFileError(f"{self.path}:{_line_of(root, path)}: {message}")


class Loader(yaml.SafeLoader):
    """Dates stay text, as in JSON. A duplicate key is an error, because one of its values would be lost."""

    yaml_implicit_resolvers = {  # noqa: RUF012  # PyYAML declares it like this
        first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith(":timestamp")]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if key.value in seen:
                raise _error_at(key, f"'{key.value}' occurs twice")
            seen.add(str(key.value))
        return super().construct_mapping(node, deep)

    def construct_yaml_int(self, node: yaml.ScalarNode) -> int:
        # int() refuses thousands of digits with an error of its own.
        if len(node.value) > LONGEST_INTEGER:
            raise _error_at(node, "the number is too large")
        return super().construct_yaml_int(node)

    def construct_yaml_float(self, node: yaml.ScalarNode) -> float:
        number = super().construct_yaml_float(node)
        if not math.isfinite(number):
            raise _error_at(node, f"{node.value:.20} is not a JSON number")
        return number


Loader.add_constructor("tag:yaml.org,2002:int", Loader.construct_yaml_int)
Loader.add_constructor("tag:yaml.org,2002:float", Loader.construct_yaml_float)


def load_yaml_file(path: Path) -> YamlFile:
    """Raises YamlFileError."""
    text = _load_text(path)
    return YamlFile(path, text, parse_yaml(text, str(path)))


def parse_yaml(text: str, name: str) -> Any:
    """The value of `text`; error messages call it `name`. Raises YamlFileError."""
    try:
        return _parse_text(text)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise YamlFileError(f"{name}:{line}: {error.problem}.") from None
    except json_text.JsonError as error:
        raise YamlFileError(f"{name} {error}.") from None
    except (yaml.YAMLError, ValueError, TypeError) as error:
        raise YamlFileError(f"{name} is not valid YAML or JSON: {' '.join(str(error).split())}.") from None


def _load_text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise YamlFileError(f"The file {path} cannot be read ({error.strerror}).") from None
    except ValueError:
        raise YamlFileError(f"The file {path} is not in UTF-8.") from None


def _parse_text(text: str) -> Any:
    # The JSON parser is twenty times faster, so it is tried first.
    try:
        return json_text.parse(text)
    except json_text.JsonError:
        _check_nodes(text)
    return json_text.parse(json.dumps(yaml.load(text, Loader), allow_nan=False))


def _check_nodes(text: str) -> None:
    """Raises yaml.MarkedYAMLError for an alias, and for more than json_text.DEPTH levels.

    With aliases a list can contain itself, and a few bytes can become gigabytes. The parser yields its events one by
    one, so this check works for a text of any depth.
    """
    depth = 0
    for event in yaml.parse(text, FASTEST):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > json_text.DEPTH:
            raise _error_at(event, f"nested deeper than {json_text.DEPTH} levels")
        if isinstance(event, yaml.AliasEvent):
            raise _error_at(event, f"'*{event.anchor}' is an alias. Write the value instead")


def _error_at(place: Any, problem: str) -> yaml.MarkedYAMLError:
    """`place` is an event or a node of PyYAML."""
    return yaml.constructor.ConstructorError(problem=problem, problem_mark=place.start_mark)


def _line_of(node: yaml.Node | None, path: Sequence[str | int]) -> int:
    line = node.start_mark.line + 1 if node else 1
    for step in path:
        node, line = _child(node, step, line)
    return line


def _child(node: yaml.Node | None, step: str | int, line: int) -> tuple[yaml.Node | None, int]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == step:
                return value, key.start_mark.line + 1
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        return node.value[step], node.value[step].start_mark.line + 1
    return None, line
