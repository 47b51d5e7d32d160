"""A file that a person wrote, in YAML or JSON: what it says, and on which line."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import yaml


class FileMistake(Exception):
    """The file cannot be used; the message names it and, where there is one, the line."""


class Written(NamedTuple):
    """`value` is what JSON could say too; `root` knows where each part of it stands (None for an empty file)."""

    path: Path
    value: Any
    root: yaml.Node | None

    def mistake(self, path: Sequence[str | int], message: str) -> FileMistake:
        """What is wrong at this path, or at as much of it as is there."""
        return FileMistake(f"{self.path}:{line_of(self.root, path)}: {message}")


def read_written(path: Path) -> Written:
    """Raises FileMistake."""
    text = text_of(path)
    try:
        loader = yaml.SafeLoader(text)
        root = loader.get_single_node()
        value = None if root is None else loader.construct_document(root)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise FileMistake(f"{path}:{line}: {error.problem}.") from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise FileMistake(f"{path} is neither YAML nor JSON: {error}") from None
    try:
        written = Written(path, json.loads(json.dumps(value, allow_nan=False)), root)
    except (TypeError, ValueError, RecursionError) as error:
        raise FileMistake(f"{path} holds what JSON has not, such as a date: {error}.") from None
    for key in repeated(root):
        raise FileMistake(f"{path}:{key.start_mark.line + 1}: '{key.value}' is there already.")
    return written


def text_of(path: Path) -> str:
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise FileMistake(f"The file {path} cannot be read ({error.strerror}).") from None
    except ValueError:
        raise FileMistake(f"The file {path} is not in UTF-8.") from None
    # YAML takes no tabs to indent with, which JSON may have.
    return text.replace("\t", " ") if is_json(text) else text


def is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def repeated(node: yaml.Node | None) -> Iterator[yaml.Node]:
    """The keys that stand in their object once more: the last would be taken, and the others lost."""
    if isinstance(node, yaml.SequenceNode):
        for each in node.value:
            yield from repeated(each)
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if key.value in seen:
                yield key
            seen.add(str(key.value))
            yield from repeated(value)


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
