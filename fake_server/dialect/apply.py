"""Applies a dialect to a fake: each setting that differs from its default replaces a part of the fake once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import replace
from typing import Any

from fake_server.contract.openapi import ignored_fields, load_document
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
CONSTANT_SETTINGS = {
    f"constants.{name}": name
    for name, ignored in ignored_fields(load_document()).items()
    if ignored.get("reads") == "constant"
}
EXTRA_FIELDS = "answers.extra_fields"


def apply_dialect(fake: Fake, dialect: Dialect) -> None:
    for setting, apply in SETTINGS.items():
        if setting in dialect:
            apply(fake, dialect[setting])


def constants(dialect: Dialect) -> dict[str, Any]:
    """The fields with the same value on every assistant: the contract's constants, then the dialect's own fields."""
    chosen = {**defaults(), **dialect}
    return deepcopy({name: chosen[setting] for setting, name in CONSTANT_SETTINGS.items()} | chosen[EXTRA_FIELDS])


def organization_defaults(dialect: Dialect) -> Organization:
    """The values of an organization that gives no values of its own."""
    return replace(
        DEFAULTS, **{name: dialect[setting] for setting, name in ORGANIZATION_SETTINGS.items() if setting in dialect}
    )
