"""A full run of our own fake, once for all tests of this file, because it takes ten seconds."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from contract_tests.reports import events, formats
from contract_tests.requirements import catalogue
from self_tests.command_run import KEYS, Ran

# make contract is such a run on each Python.
pytestmark = pytest.mark.any_python


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder in which the run is started. It is empty before the run."""
    return tmp_path_factory.mktemp("empty")


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The events of the run."""
    return tmp_path_factory.mktemp("events") / "run.ndjson"


@pytest.fixture(scope="module")
def ran(folder: Path, file: Path) -> Ran:
    words = (sys.executable, "-m", "contract_tests", "run", "--strict", "--histories", "1", "--events", str(file))
    environment = os.environ | KEYS | {"PYTHONPATH": str(Path(formats.__file__).parents[2])}
    done = subprocess.run(words, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    return Ran(done.returncode, done.stdout, done.stderr)


def test_our_own_fake_holds_and_everything_is_judged(ran: Ran) -> None:
    """With no target the fake is started and tested, its limiter too: exit 0 under --strict, everything tested."""
    found = Counter(each.level for each in catalogue.requirements().values())

    assert (ran.code, "assistants-contract: " in ran.err) == (0, False)  # a slow machine has lines of the progress
    assert f"MUST    {found['must']} passed, 0 failed, 0 not tested" in ran.out
    assert f"SHOULD  {found['should']} passed, 0 failed, 0 not tested" in ran.out
    assert ran.out.endswith(f"\nPASSED: all {found['must']} MUST passed, {found['should']} SHOULD passed\n")


@pytest.mark.usefixtures("ran")
def test_the_events_have_every_requirement(file: Path) -> None:
    """One verdict for each, and their counts. No key is in them."""
    record = events.load(file)

    assert {row["id"] for row in record.verdicts} == set(catalogue.requirements())
    assert len(record.verdicts) == sum(record.footer["counts"].values()) == len(catalogue.requirements())
    assert [key for key in KEYS.values() if key in file.read_text()] == []


@pytest.mark.usefixtures("ran")
def test_a_full_run_leaves_nothing_in_an_empty_folder(folder: Path) -> None:
    """No .hypothesis, though schemathesis and the SDK suite run."""
    assert list(folder.iterdir()) == []
