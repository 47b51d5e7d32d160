"""A file that a person wrote, in YAML or JSON: what it says, and on which line."""

import json
from collections.abc import Hashable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from fake_server.contract.strict_json import DECODER


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
                raise yaml.constructor.ConstructorError(
                    problem=f"'{key.value}' is there already", problem_mark=key.start_mark
                )
            seen.add(str(key.value))
        return super().construct_mapping(node, deep)


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
    except (yaml.YAMLError, ValueError, TypeError, RecursionError) as error:
        raise FileMistake(f"{name} is not YAML or JSON that can be read: {' '.join(str(error).split())}.") from None


def text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise FileMistake(f"The file {path} cannot be read ({error.strerror}).") from None
    except ValueError:
        raise FileMistake(f"The file {path} is not in UTF-8.") from None


def loaded(text: str) -> Any:
    # In a twentieth of the time, where it is JSON.
    with suppress(ValueError, RecursionError):
        return DECODER.decode(text)
    # What YAML can say beyond JSON, such as a list within itself, is not taken.
    return json.loads(json.dumps(yaml.load(text, Loader), allow_nan=False))


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
