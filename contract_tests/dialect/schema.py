"""The settings of a dialect, from the schema of the fake. The schema is data; nothing of the fake is imported."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs

from contract_tests.http import yaml_text
from contract_tests.http.editions import document as contract
from contract_tests.http.editions import per_edition
from contract_tests.http.messages import Json

PLACE = "fake_server/dialect/schema.yaml"


@cache
def document() -> dict[str, Any]:
    """The schema. Its path is the same in a checkout and in a wheel."""
    text = (Path(__file__).resolve().parents[2] / PLACE).read_text(encoding="utf-8")
    loaded: dict[str, Any] = yaml_text.load(text)
    return loaded


@per_edition
def settings() -> Mapping[str, Mapping[str, Any]]:
    """The schema of each setting of the edition by its name, such as answers.create_status. The file has the order."""
    groups = document()["properties"].items()
    every = {f"{group}.{name}": schema for group, each in groups for name, schema in each["properties"].items()}
    return {name: schema for name, schema in every.items() if name not in _choices("meaningless")}


def default(setting: str) -> Json:
    return _choices("settings").get(setting, settings()[setting]["default"])


def _choices(kind: str) -> Mapping[str, Json]:
    """The `meaningless` settings of the edition, or its own `settings`, by name."""
    found: Mapping[str, Json] = contract()["info"].get("x-fake", {}).get(kind, {})
    return found


def fault(setting: str, value: Json) -> str:
    """The reason why the setting cannot have this value; empty if it can."""
    faults = _validator(setting).iter_errors(value)
    return next((each.message for each in faults), "")


@cache
def _validator(setting: str) -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator({**settings()[setting], "$defs": document()["$defs"]})
