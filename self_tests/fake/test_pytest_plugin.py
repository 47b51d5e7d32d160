"""The pytest fixture of the package, in a test run of a user."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from fake_server.pytest_plugin import FakeAssistants

THEIRS = """
import pytest
from openai import NotFoundError, OpenAI, RateLimitError

pytestmark = pytest.mark.filterwarnings("ignore:deprecated:DeprecationWarning")


@pytest.fixture
def client(fake_assistants):
    with OpenAI(base_url=fake_assistants.url, api_key=fake_assistants.keys["primary"], max_retries=0) as client:
        yield client


@pytest.mark.parametrize("round", [1, 2])
def test_begins_as_it_was(client, fake_assistants, round):
    client.beta.assistants.create(model="any", name="new")
    client.beta.assistants.delete(fake_assistants.expendable_id)
    assert [each.name for each in client.beta.assistants.list()] == ["new", "Acme Support"]


def test_waits_out_the_limit(client, fake_assistants):
    fake_assistants.control.limit(1)
    client.beta.assistants.retrieve(fake_assistants.bound_id)
    with pytest.raises(RateLimitError):
        client.beta.assistants.retrieve(fake_assistants.bound_id)
    fake_assistants.control.advance(60)
    client.beta.assistants.retrieve(fake_assistants.bound_id)


def test_survives_a_fault(client, fake_assistants):
    fake_assistants.control.fault(operation="getAssistant", times=1, status=404)
    with pytest.raises(NotFoundError):
        client.beta.assistants.retrieve(fake_assistants.bound_id)
    assert fake_assistants.control.requests()[0]["fault"] == "fault-1"


def test_clears_its_faults(client, fake_assistants):
    fake_assistants.control.fault(operation="getAssistant", status=404)
    fake_assistants.control.clear_faults()
    client.beta.assistants.retrieve(fake_assistants.bound_id)
    assert fake_assistants.control.faults() == []


def test_counts_its_calls(client, fake_assistants):
    client.beta.assistants.list()
    fake_assistants.expect(list=1, create=0)
    with pytest.raises(AssertionError, match="Expected: create 1. Actual: list 1."):
        fake_assistants.expect(create=1)
"""

LAZY = """
import sys


def test_nothing_is_loaded():
    assert not {"aiohttp", "tinydb", "yaml", "fake_server.fake"} & set(sys.modules)
"""


def ran(folder: Path, test: str) -> subprocess.CompletedProcess[str]:
    file = folder / "test_theirs.py"
    file.write_text(test)
    words = ["-m", "pytest", "-q", "-W", "error", "-p", "no:cacheprovider", "--rootdir", str(folder), str(file)]
    return subprocess.run([sys.executable, *words], cwd=folder, capture_output=True, text=True, check=False)


def test_a_program_of_somebody_else_is_tested(tmp_path: Path) -> None:
    """The real SDK works without set-up, each test starts from the seed, and no warning remains."""
    done = ran(tmp_path, THEIRS)

    assert "6 passed" in done.stdout, done.stdout
    assert done.returncode == 0


def test_it_costs_nothing_where_it_is_not_used(tmp_path: Path) -> None:
    """A test run without the fixture imports nothing of the fake."""
    done = ran(tmp_path, LAZY)

    assert "1 passed" in done.stdout, done.stdout


def test_it_is_here_too(fake_assistants: FakeAssistants) -> None:
    """The fixture has three kinds of keys and a client of the Control API."""
    assert list(fake_assistants.keys) == ["primary", "sibling", "foreign"]
    assert fake_assistants.control.ask("GET", "health")["url"] == fake_assistants.url
