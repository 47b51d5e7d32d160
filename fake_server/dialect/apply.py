"""Applies a dialect to a fake: each setting that differs from its default replaces a part of the fake once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import replace
from typing import Any

from fake_server.contract.openapi import ignored_fields
from fake_server.dialect import answers, errors, ids, limiter, lists, urls
from fake_server.dialect.settings import Dialect, defaults
from fake_server.domain.assistants import Organization
from fake_server.fake import Fake
from fake_server.storage.seed import DEFAULTS

# In this order: a later setting wraps the parts that an earlier setting has replaced.
SETTINGS: Mapping[str, Callable[[Fake, Any], None]] = {
    **answers.SETTINGS,
    **ids.SETTINGS,
    **lists.SETTINGS,
    **errors.SETTINGS,
    **limiter.SETTINGS,
    **urls.SETTINGS,
}
ORGANIZATION_SETTINGS = {"organization.model": "model", "organization.temperature": "temperature"}
EXTRA_FIELDS = "answers.extra_fields"


def apply_dialect(fake: Fake, dialect: Dialect) -> None:
    for setting, apply in SETTINGS.items():
        if setting in dialect:
            apply(fake, dialect[setting])


def constants(document: dict[str, Any], dialect: Dialect) -> dict[str, Any]:
    """The fields with the same value on every assistant: the contract's constants, then the dialect's own fields."""
    chosen = {**defaults(), **dialect}
    named = {name: chosen[setting] for setting, name in constant_settings(document).items()}
    return deepcopy(named | chosen[EXTRA_FIELDS])


def constant_settings(document: dict[str, Any]) -> dict[str, str]:
    """The field of each setting of a constant."""
    ignored = ignored_fields(document).items()
    return {f"constants.{name}": name for name, each in ignored if each.get("reads") == "constant"}


def organization_defaults(dialect: Dialect) -> Organization:
    """The values of an organization that gives no values of its own."""
    return replace(
        DEFAULTS, **{name: dialect[setting] for setting, name in ORGANIZATION_SETTINGS.items() if setting in dialect}
    )
