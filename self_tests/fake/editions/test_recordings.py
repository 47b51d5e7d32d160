"""The answers of the fake equal the recorded answers of OpenAI's service, but for ids, times and headers."""

from __future__ import annotations

from pathlib import Path

import httpx2
import pytest

from self_tests.fake.editions.recordings import entries, replay

ROOT = Path(__file__).parents[3]
# Recordings of OpenAI's service are not ours to publish. They may be in a folder beside the checkout.
THEIRS = ROOT.parent / "shared" / "golden"
OURS = sorted((ROOT / "self_tests/fake/recordings").glob("*.json"))
assert OURS  # a test without a case passes unseen


@pytest.mark.parametrize("file", OURS, ids=lambda file: file.stem)
def test_our_recordings_are_replayed(primary: httpx2.Client, file: Path) -> None:
    """Each answer has the recorded status and body, and its fields are in the recorded order."""
    for call, recorded, present in replay(primary, entries(file)):
        assert present == recorded, call


@pytest.mark.skipif(not THEIRS.is_dir(), reason="the recordings of OpenAI's service are not here")
def test_the_recordings_of_the_service_are_replayed(primary: httpx2.Client) -> None:
    """So do the answers to each recorded call of the service. Its lists show older assistants too."""
    files = sorted(THEIRS.glob("*.json"))
    for file in files:
        for call, recorded, present in replay(primary, entries(file)):
            assert present == recorded, f"{file.name}: {call}"

    assert files
