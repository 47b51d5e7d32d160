"""Applies a dialect to a fake: each setting that differs from its default replaces a part of the fake once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from fake_server.dialect import answers, errors, ids, limiter, lists, urls
from fake_server.dialect.settings import Dialect
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


def apply_dialect(fake: Fake, dialect: Dialect) -> None:
    for setting, apply in SETTINGS.items():
        if setting in dialect:
            apply(fake, dialect[setting])


def organization_defaults(dialect: Dialect) -> Organization:
    """The values of an organization that gives no values of its own."""
    return replace(
        DEFAULTS, **{name: dialect[setting] for setting, name in ORGANIZATION_SETTINGS.items() if setting in dialect}
    )
