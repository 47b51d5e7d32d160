"""How the fake speaks where the contract leaves it a choice: schema.yaml has the settings, files set them."""

import os
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs

from fake_server.contract.openapi import read_yaml
from fake_server.contract.validation_messages import explained
from fake_server.contract.yaml_file import FileMistake, read_written

SHIPPED = Path(__file__).parent
# The settings that are not as in the default dialect, by group and name: {"lists.has_more": False}.
Dialect = Mapping[str, Any]


class DialectMistake(Exception):
    """What was given is no dialect; `path` are the steps to what is wrong in it."""

    def __init__(self, message: str, *path: str | int) -> None:
        super().__init__(message)
        self.message = message
        self.path = path


def read_dialect(name: str) -> Dialect:
    """Of a shipped dialect, or of a file. Raises FileMistake."""
    shipped = {each.stem: each for each in sorted(SHIPPED.glob("*.yaml")) if each.stem != "schema"}
    path = shipped.get(name, Path(name))
    # os.path's is not put out by a name that can be none.
    if not os.path.exists(path):
        raise FileMistake(f"There is no dialect '{name}': give a file, or one of {', '.join(shipped)}.")
    written = read_written(path)
    try:
        return dialect_of({} if written.value is None else written.value)
    except DialectMistake as error:
        raise written.mistake(error.path, error.message) from None


def dialect_of(given: Any) -> Dialect:
    """From the settings by their groups, as a file has them. Raises DialectMistake."""
    if not isinstance(given, dict):
        raise DialectMistake("Give groups of settings, such as 'errors: {code: numeric}'.")
    for error in jsonschema_rs.validator_for(read_schema()).iter_errors(given):
        raise mistake(error)
    normal = defaults()
    chosen = {f"{group}.{name}": value for group, settings in given.items() for name, value in settings.items()}
    return {setting: value for setting, value in chosen.items() if value != normal[setting]}


def mistake(error: jsonschema_rs.ValidationError) -> DialectMistake:
    kind: Any = error.kind
    if kind.name not in ("additionalProperties", "propertyNames"):
        return DialectMistake(explained(error)[1], *error.instance_path)
    known = read_schema()
    for step in error.instance_path:
        known = known["properties"][step]
    if kind.name == "propertyNames":
        name, message = kind.error.instance, f"cannot be among these: {known['description']}"
    else:
        name, message = kind.unexpected[0], f"is no setting here: give any of {', '.join(known['properties'])}."
    return DialectMistake(f"'{name:.100}' {message}", *error.instance_path, name)


@cache
def read_schema() -> dict[str, Any]:
    return read_yaml(SHIPPED / "schema.yaml")


@cache
def defaults() -> Dialect:
    """Of every setting."""
    return {
        f"{group}.{name}": setting["default"]
        for group, settings in read_schema()["properties"].items()
        for name, setting in settings["properties"].items()
    }
