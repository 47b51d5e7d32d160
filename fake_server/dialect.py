"""A dialect: how a service speaks where the contract leaves it a choice; reads files, and knows nothing of the fake.

The settings, what each may be and is by default stand in dialects/schema.yaml.
"""

import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs
import yaml

from fake_server.contract import read_yaml

FOLDER = Path(__file__).parent / "dialects"
SCHEMA = FOLDER / "schema.yaml"
# What is not the default, by group and name: {"answers.create_status": 201}.
Dialect = Mapping[str, Any]
OPENAI: Dialect = {}
Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class DialectError(Exception):
    """There is no such dialect, or it cannot be spoken; one line says where and why."""


def shipped() -> list[str]:
    return sorted(path.stem for path in FOLDER.glob("*.yaml") if path != SCHEMA)


def read_dialect(given: str) -> Dialect:
    """By the name of one that ships, or from a file. Raises DialectError."""
    path = FOLDER / f"{given}.yaml" if given in shipped() else Path(given)
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        known = ", ".join(shipped())
        raise DialectError(f"There is no dialect '{given}'. Give the path of a YAML file, or one of {known}.") from None
    except (OSError, ValueError) as error:
        raise DialectError(f"The dialect {given} cannot be read: {error}.") from None
    return parsed(text, path.name)


def parsed(text: str, name: str) -> Dialect:
    """Raises DialectError, `name` and the line ahead of what it says."""
    try:
        loader = Loader(text)
        root = loader.get_single_node()
        # By way of JSON, in which all of it is told in the end.
        settings = json.loads(json.dumps(loader.construct_document(root) if root else {}, allow_nan=False))
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line if error.problem_mark else 0
        raise DialectError(f"{name}:{line + 1}: This is not YAML: {error.problem}.") from None
    # A date, .inf, an anchor within itself, a control character.
    except (yaml.YAMLError, TypeError, ValueError, RecursionError) as error:
        raise DialectError(f"{name}: It holds what JSON cannot: {' '.join(str(error).split())}.") from None
    if settings == {}:
        return OPENAI
    for key in twice(root):
        raise DialectError(f"{name}:{key.start_mark.line + 1}: '{key.value}' stands there twice.")
    fault = next(jsonschema_rs.Draft202012Validator(schema()).iter_errors(settings), None)
    if fault is not None:
        raise DialectError(f"{name}:{line_of(root, place(fault)) + 1}: {explained(fault)}")
    return differing(dict(flat(settings)))


def differing(settings: Mapping[str, Any]) -> Dialect:
    """What of these is not the default."""
    return {name: value for name, value in settings.items() if value != defaults()[name]}


def twice(node: Any) -> Iterator[Any]:
    """The keys that are another's too, of which YAML would take the last."""
    if isinstance(node, yaml.MappingNode):
        names = [key.value for key, _ in node.value]
        yield from (key for place, (key, _) in enumerate(node.value) if key.value in names[:place])
        for _, value in node.value:
            yield from twice(value)


def place(fault: jsonschema_rs.ValidationError) -> list[str | int]:
    kind: Any = fault.kind
    unknown = kind.unexpected[:1] if kind.name == "additionalProperties" else []
    return [*fault.instance_path, *unknown]


def line_of(node: Any, path: list[str | int]) -> int:
    """Of the last step's key, so far as the file has it."""
    line: int = node.start_mark.line
    for step in path:
        if not isinstance(node, yaml.MappingNode):
            break
        key, node = next((key, value) for key, value in node.value if key.value == step)
        line = key.start_mark.line
    return line


def explained(fault: jsonschema_rs.ValidationError) -> str:
    name, kind, group = ".".join(str(step) for step in place(fault)), fault.kind, schema()
    if kind.name == "additionalProperties":
        for step in fault.instance_path:
            group = group["properties"][step]
        return f"There is no setting '{name:.80}'. There are {', '.join(group['properties'])}."
    if isinstance(kind, jsonschema_rs.ValidationErrorKind.Enum):
        options = ", ".join(json.dumps(each) for each in kind.options)
        return f"{name}: {json.dumps(fault.instance):.50} is none of {options}."
    return f"{name or 'A dialect'}: {fault.message:.300}."


def group(dialect: Dialect, name: str) -> dict[str, Any]:
    """A group's settings by their own names."""
    return {each.partition(".")[2]: value for each, value in dialect.items() if each.startswith(f"{name}.")}


def flat(groups: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[str, Any]]:
    return ((f"{group}.{name}", value) for group, settings in groups.items() for name, value in settings.items())


@cache
def schema() -> dict[str, Any]:
    return read_yaml(SCHEMA)


@cache
def defaults() -> dict[str, Any]:
    groups = {group: each["properties"] for group, each in schema()["properties"].items()}
    return {name: setting["default"] for name, setting in flat(groups)}
