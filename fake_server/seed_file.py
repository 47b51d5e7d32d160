"""A seed in a file, YAML or JSON, its mistakes told with their lines."""

import json
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import yaml

from fake_server.contract import read_yaml, validator
from fake_server.incoming import DECODER
from fake_server.seed import Seed, SeedMistake, read_seed
from fake_server.wording import explained, steps

DESCRIPTION = Path(__file__).parent / "control" / "control.yaml"


class Loader(yaml.SafeLoader):
    """A date is text here, as in JSON."""

    yaml_implicit_resolvers = {  # noqa: RUF012  # as PyYAML has it
        first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith(":timestamp")]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


class SeedFileError(Exception):
    """The file cannot be used; the message names it and, where there is one, the line."""


def read_seed_file(path: Path, born: int) -> Seed:
    """`born` is when its assistants are made, in Unix seconds. Raises SeedFileError."""
    text = text_of(path)
    try:
        given = loaded(text)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise SeedFileError(f"{path}:{line}: {error.problem}.") from None
    except (yaml.YAMLError, ValueError, TypeError, RecursionError) as error:
        raise SeedFileError(f"{path} is not YAML or JSON that can be read: {' '.join(str(error).split())}.") from None
    try:
        return checked(given, born)
    except SeedMistake as mistake:
        # YAML takes no tabs to indent with, which JSON may have.
        root = yaml.compose(text.replace("\t", " "), Loader)
        raise SeedFileError(f"{path}:{line_of(root, mistake.path)}: {mistake.message}") from None


def text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise SeedFileError(f"The seed file {path} cannot be read ({error.strerror}).") from None
    except ValueError:
        raise SeedFileError(f"The seed file {path} is not in UTF-8.") from None


def loaded(text: str) -> Any:
    # In a twentieth of the time, where it is JSON.
    with suppress(ValueError, RecursionError):
        return DECODER.decode(text)
    # What YAML can say beyond JSON, such as a list within itself, is no seed.
    return json.loads(json.dumps(yaml.load(text, Loader), allow_nan=False))


def checked(given: Any, born: int) -> Seed:
    """Raises SeedMistake."""
    document = read_yaml(DESCRIPTION)
    schema = validator(document, document["components"]["schemas"]["Seed"])
    if not isinstance(given, dict):
        raise SeedMistake("Give an object with a list 'organizations'.")
    for error in schema.iter_errors(given):
        raise SeedMistake(explained(error)[1], *steps(error))
    return read_seed(given, born)


def line_of(node: yaml.Node | None, path: Sequence[str | int]) -> int:
    """Where the path leads to, or as far as there is something."""
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
