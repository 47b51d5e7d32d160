"""YAML or JSON files that a person writes: their values, and errors with the line number."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from fake_server.contract import json_text
from fake_server.contract.yaml_values import build_value

# libyaml's loader is seven times faster, but not every build of PyYAML has it.
FASTEST = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


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
        root = yaml.compose(self.text.replace("\t", " "), FASTEST)
        return YamlFileError(f"{self.path}:{_line_of(root, path)}: {message}")


def load_yaml(path: Path) -> dict[str, Any]:
    """The value of a file of this package, whose aliases are the same object."""
    document: dict[str, Any] = yaml.load(path.read_bytes(), FASTEST)
    return document


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
        value = build_value(yaml.parse(text, FASTEST))
    return json_text.parse(json.dumps(value))


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
