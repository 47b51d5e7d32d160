"""The entry point of pytest: the options of `pytest --pyargs contract_tests` and the fixture `assistants_contract`."""

from __future__ import annotations

from argparse import ArgumentError
from collections.abc import Generator
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from contract_tests.pytest_plugin.contract import Contract

OPTIONS = {
    "--target": "A TOML file that describes the server to test.",
    "--profile": "production or read-only: few requests, safe beside real data.",
    "--edition": "The edition of the contract, if it is not the page's.",
    "--baseline": "A file of known violations. A known violation is an xfail.",
}
NAMES = ("--profile", "--edition")

SCATTERING = ("no", "load", "loadgroup", "worksteal")  # values of xdist's --dist that part the tests of one module


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(parser: pytest.Parser) -> Generator[None, object, object]:
    """Adds the options after all plugins and conftest files have added theirs."""
    result = yield
    group = parser.getgroup("assistants-contract", "pytest --pyargs contract_tests")
    for name, text in OPTIONS.items():
        with suppress(ArgumentError):  # another plugin has an option of this name, and keeps it
            metavar = "NAME" if name in NAMES else "FILE"
            group.addoption(name, dest=destination(name), metavar=metavar, help=text)
    return result


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> None:
    """Under pytest-xdist, one process gets all requirements: two runs at the same time would see each other's calls."""
    if any("contract_tests" in each for each in config.args) and getattr(config.option, "dist", "") in SCATTERING:
        config.option.dist = "loadfile"


def destination(option: str) -> str:
    """The name under which pytest keeps the value of one of OPTIONS."""
    return f"assistants_contract_{option.removeprefix('--')}"


@pytest.fixture
def assistants_contract(subtests: pytest.Subtests) -> Contract:
    """Tests a server that the test has started. Each requirement is a subtest."""
    from contract_tests.pytest_plugin.contract import Contract

    return Contract(subtests)
