"""The edition of a run of pytest on this folder. `judge` leaves the choice to its caller, and never loads this file."""

from __future__ import annotations

import os

import pytest

from contract_tests.http import editions


def pytest_configure() -> None:
    """Chooses the edition of the variable. Raises pytest.UsageError for an edition that does not exist."""
    edition = os.environ.get("ASSISTANTS_EDITION") or editions.chosen()
    if edition not in editions.names():
        raise pytest.UsageError(f"ASSISTANTS_EDITION={edition}: the editions are {', '.join(editions.names())}")
    editions.choose(edition)
