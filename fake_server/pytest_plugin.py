"""The pytest fixture `fake_assistants`, for tests of a program that calls the Assistants API.

The modules of the fake are imported when the first test uses the fixture.
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
    """The running fake: `url` is the SDK's base_url, and `keys` has the API keys by label (primary, sibling, foreign).

    The primary key is bound to the assistant `bound_id`, and the sibling key to `expendable_id`.
    """

    url: str
    keys: dict[str, str]
    bound_id: str
    expendable_id: str
    control: ControlClient

    def expect(self, **calls: int) -> None:
        """Assert the number of calls since the start of the test, such as expect(create=1, delete=0).

        The names are list, create, get, modify, patch and delete. Raises AssertionError with the calls that came.
        """
        from fake_server.control.call_counts import check_counts

        __tracebackhide__ = True
        check_counts(self.control.requests(), calls)


@pytest.fixture(scope="session")
def fake_assistants_edition() -> str:
    """The edition of the contract that the fake follows. A conftest.py may have a fixture of this name instead."""
    return "page"


@pytest.fixture(scope="session")
def running_fake_assistants(fake_assistants_edition: str) -> Iterator[FakeAssistants]:
    """One fake for the whole test run, on a free port. Under pytest-xdist each worker has its own fake."""
    from fake_server.compose import compose
    from fake_server.contract.openapi import load_contract
    from fake_server.control.client import ControlClient
    from fake_server.control.mount import attach
    from fake_server.domain.clock import Clock
    from fake_server.http.server import serve
    from fake_server.storage import seed

    clock = Clock()
    fake = compose(rate_limit=load_contract().rate_limit, now=clock.now, edition=fake_assistants_edition)
    attach(fake, clock)
    bound, expendable = (fake.edition.assistant_id(key.project) for key in seed.KEYS[:2])
    with serve(fake) as url:
        keys = {key.label: key.secret for key in seed.KEYS}
        yield FakeAssistants(url, keys, bound, expendable, ControlClient(url))


@pytest.fixture
def fake_assistants(running_fake_assistants: FakeAssistants) -> FakeAssistants:
    """The running fake, reset to its seed before each test."""
    running_fake_assistants.control.reset()
    return running_fake_assistants
