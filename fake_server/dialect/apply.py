"""A dialect at a fake: every setting that is not as usual replaces the part that it is about, once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from fake_server.dialect import answers, errors, ids, limiter, lists
from fake_server.dialect.settings import Dialect
from fake_server.domain.assistants import Organization
from fake_server.fake import Fake
from fake_server.storage.seed import HOUSE

# In this order: what comes later stands on what came before.
CHOICES: Mapping[str, Callable[[Fake, Any], None]] = {
    **answers.CHOICES,
    **ids.CHOICES,
    **lists.CHOICES,
    **errors.CHOICES,
    **limiter.CHOICES,
}
HOUSES = {"organization.model": "model", "organization.temperature": "temperature"}


def speak(fake: Fake, dialect: Dialect) -> None:
    for setting, choose in CHOICES.items():
        if setting in dialect:
            choose(fake, dialect[setting])


def house_of(dialect: Dialect) -> Organization:
    """What an organization reads that is not told otherwise."""
    return replace(HOUSE, **{name: dialect[setting] for setting, name in HOUSES.items() if setting in dialect})
