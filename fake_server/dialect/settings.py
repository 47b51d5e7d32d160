"""Dialects are files with settings for the free choices of the contract; schema.yaml describes the settings."""

import os
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs

from fake_server.contract.validation_messages import describe_error
from fake_server.contract.yaml_file import YamlFileError, load_yaml, load_yaml_file
from fake_server.edition import Edition, load_edition

SHIPPED = Path(__file__).parent
# The settings that differ from the defaults of the edition, by group and name: {"lists.has_more": False}.
Dialect = Mapping[str, Any]


class DialectError(Exception):
    """The value is not a dialect; `path` has the keys that lead to the error."""

    def __init__(self, message: str, *path: str | int) -> None:
        super().__init__(message)
        self.message = message
        self.path = path


def load_dialect(name: str, edition: Edition | None = None) -> Dialect:
    """The settings of a dialect in this folder, or of a file, in an edition (the page's if it is not given).

    Raises YamlFileError.
    """
    shipped = _shipped()
    path = shipped.get(name, Path(name))
    # Path.exists raises ValueError for an impossible name; os.path.exists does not.
    if not os.path.exists(path):
        raise YamlFileError(f"No dialect or file has the name '{name}'. Give a file, or one of {', '.join(shipped)}.")
    file = load_yaml_file(path)
    try:
        return parse_dialect({} if file.value is None else file.value, edition)
    except DialectError as error:
        raise file.error_at(error.path, error.message) from None


def is_dialect_file(name: str) -> bool:
    """The name is the path of a user's file, not the name of a dialect in this folder."""
    return name not in _shipped() and os.path.exists(name)


def _shipped() -> dict[str, Path]:
    return {each.stem: each for each in sorted(SHIPPED.glob("*.yaml")) if each.stem != "schema"}


def parse_dialect(value: Any, edition: Edition | None = None) -> Dialect:
    """Parse settings grouped as in a file, for an edition (the page's if it is not given). Raises DialectError."""
    edition = edition or load_edition()
    if not isinstance(value, dict):
        raise DialectError("A dialect must have groups of settings, such as 'errors: {code: numeric}'.")
    for error in jsonschema_rs.validator_for(load_schema()).iter_errors(value):
        raise _schema_error(error)
    chosen = {f"{group}.{name}": value for group, settings in value.items() for name, value in settings.items()}
    for setting in chosen:
        if setting in edition.meaningless:
            reason = edition.meaningless[setting]
            message = f"'{setting}' means nothing in the edition '{edition.name}': {reason}"
            raise DialectError(message, *setting.split("."))
    return {setting: value for setting, value in chosen.items() if value != edition_defaults(edition)[setting]}


def edition_defaults(edition: Edition) -> Dialect:
    """The default value of every setting in an edition."""
    return {**defaults(), **edition.settings}


def all_settings(edition: Edition, dialect: Dialect) -> Dialect:
    """The settings of a dialect and of its edition that differ from the defaults in schema.yaml."""
    normal = defaults()
    return {name: value for name, value in {**edition.settings, **dialect}.items() if value != normal[name]}


def _schema_error(error: jsonschema_rs.ValidationError) -> DialectError:
    kind: Any = error.kind
    if kind.name not in ("additionalProperties", "propertyNames"):
        return DialectError(describe_error(error)[1], *error.instance_path)
    known = load_schema()
    for step in error.instance_path:
        known = known["properties"][step]
    if kind.name == "propertyNames":
        name, message = kind.error.instance, f"is not allowed here: {known['description']}"
    else:
        name, message = kind.unexpected[0], f"is not a setting here. The settings are {', '.join(known['properties'])}."
    return DialectError(f"'{name:.100}' {message}", *error.instance_path, name)


@cache
def load_schema() -> dict[str, Any]:
    return load_yaml(SHIPPED / "schema.yaml")


@cache
def defaults() -> Dialect:
    """The default value of every setting."""
    return {
        f"{group}.{name}": setting["default"]
        for group, settings in load_schema()["properties"].items()
        for name, setting in settings["properties"].items()
    }
