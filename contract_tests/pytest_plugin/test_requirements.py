"""Each requirement of the contract as a test. `pytest --pyargs contract_tests --target FILE` collects this module."""

from __future__ import annotations

import pytest

from contract_tests.pytest_plugin.contract_run import report
from contract_tests.reports.events import Record
from contract_tests.requirements import catalogue

PARAMETERS = [
    pytest.param(id, marks=[getattr(pytest.mark, each.level), getattr(pytest.mark, each.area)], id=id)
    for id, each in catalogue.requirements().items()
]


@pytest.mark.parametrize("requirement", PARAMETERS)
def test_requirement(requirement: str, contract_run: Record) -> None:
    """The server keeps the requirement."""
    report(next(each for each in contract_run.verdicts if each["id"] == requirement), contract_run)
