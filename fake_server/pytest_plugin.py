"""The fixture `fake_assistants`, for whoever tests a program that calls assistants.

Nothing of the fake is imported before a test asks for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from fake_server.control.client import ControlClient


@dataclass
class FakeAssistants:
    """A fake of this test's own: `url` for the SDK's base_url, `keys` by their labels (primary, sibling, foreign).

    `bound_id` is the assistant that the primary key is bound to, `expendable_id` the sibling's.
    """

    url: str
    keys: dict[str, str]
    bound_id: str
    expendable_id: str
    control: ControlClient


@pytest.fixture(scope="session")
def running_fake_assistants() -> Iterator[FakeAssistants]:
    """One for the whole run, on a port of its own; under pytest-xdist one for each worker."""
    from fake_server.compose import compose
    from fake_server.contract.openapi import read_contract
    from fake_server.control.client import ControlClient
    from fake_server.control.mount import attach
    from fake_server.domain.assistants import assistant_id
    from fake_server.domain.clock import Clock
    from fake_server.http.server import serve
    from fake_server.storage import seed

    clock = Clock()
    fake = compose(rate_limit=read_contract().rate_limit, now=clock.now)
    attach(fake, clock)
    bound, expendable = (assistant_id(key.project) for key in seed.KEYS[:2])
    with serve(fake) as url:
        keys = {key.label: key.secret for key in seed.KEYS}
        yield FakeAssistants(url, keys, bound, expendable, ControlClient(url))


@pytest.fixture
def fake_assistants(running_fake_assistants: FakeAssistants) -> FakeAssistants:
    """As it was at first, whatever the tests before did to it."""
    running_fake_assistants.control.reset()
    return running_fake_assistants
