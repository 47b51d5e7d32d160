"""A fake of the edition openai, with its Control API, for every test of this folder."""

from __future__ import annotations

import pytest

from fake_server.fake import Fake
from self_tests.fake.control.controlled import controlled

EDITION = "openai"


@pytest.fixture
def fake() -> Fake:
    return controlled(edition=EDITION)
