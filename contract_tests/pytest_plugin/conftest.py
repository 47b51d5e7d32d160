"""The markers, the target, and the one run for all requirements, once pytest collects `contract_tests`.

The target is parsed first, before the requirements are collected, because its file may say the edition.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import click
import pytest

from contract_tests.cli.invocation import Invocation, parse_invocation, parse_target
from contract_tests.cli.references import References
from contract_tests.http import editions
from contract_tests.http.target import Target
from contract_tests.profiles.names import JUDGING
from contract_tests.pytest_plugin.contract_run import check_ending, judge
from contract_tests.pytest_plugin.plugin import destination
from contract_tests.reports.events import Record
from contract_tests.requirements import catalogue
from contract_tests.requirements.selection import LEVELS, Selection

HERE = Path(__file__).parent


def pytest_configure(config: pytest.Config) -> None:
    """A mistake is kept until the collection is over: here pytest would print it with a traceback."""
    config.add_cleanup(partial(editions.choose, editions.chosen()))
    try:
        config.stash[TARGET] = _target(config)
    except click.ClickException as fault:
        config.stash[MISTAKE] = fault.format_message()
    for level in LEVELS:
        config.addinivalue_line("markers", f"{level}: a requirement of the Assistants contract, of this level")
    for area in dict.fromkeys(each.area for each in catalogue.requirements().values()):
        config.addinivalue_line("markers", f"{area}: a requirement of the Assistants contract, of this area")


def pytest_collection_finish(session: pytest.Session) -> None:
    """Refuses wrong options before the first test. Raises UsageError."""
    if _chosen(session) and not session.config.option.collectonly:
        session.config.stash[INVOCATION] = _invocation(session)
        session.config.stash[REFERENCES] = _references(session.config)


TARGET = pytest.StashKey[Target | None]()
MISTAKE = pytest.StashKey[str]()
INVOCATION = pytest.StashKey[Invocation]()
REFERENCES = pytest.StashKey[References]()


def _target(config: pytest.Config) -> Target | None:
    file = _option(config, "--target")
    return parse_target(None, Path(file) if file else None, _option(config, "--edition"))


def _invocation(session: pytest.Session) -> Invocation:
    config, chosen = session.config, _chosen(session)
    if MISTAKE in config.stash:
        raise pytest.UsageError(config.stash[MISTAKE])
    target, profile = config.stash[TARGET], _option(config, "--profile")
    if not target:
        raise pytest.UsageError("contract_tests: give --target, a TOML file that describes the server to test.")
    if profile and profile not in JUDGING:
        raise pytest.UsageError(f"--profile {profile}: the profiles are {' and '.join(JUDGING)}.")
    only = () if len(chosen) == len(catalogue.requirements()) else tuple(chosen)
    try:
        return parse_invocation(target, profile, allow_http=False, selection=Selection(only))
    except click.ClickException as fault:
        raise pytest.UsageError(fault.format_message()) from fault


def _references(config: pytest.Config) -> References:
    file = _option(config, "--baseline")
    try:
        return References.load(Path(file) if file else None, None)
    except click.ClickException as fault:
        raise pytest.UsageError(fault.format_message()) from fault


def _option(config: pytest.Config, name: str) -> str | None:
    value: str | None = config.getoption(destination(name), None)
    return value


def _chosen(session: pytest.Session) -> list[str]:
    """The requirements that -k, -m, --lf and the like have left."""
    items = (item for item in session.items if item.path.parent == HERE and isinstance(item, pytest.Function))
    return [str(item.callspec.params["requirement"]) for item in items]


@pytest.fixture(scope="session")
def contract_run(request: pytest.FixtureRequest) -> Iterator[Record]:
    """The record of the one run. The run takes place before the first requirement is reported.

    A target that cannot be tested ends the session: the error would be the same for each requirement.
    """
    config = request.config
    try:
        record = judge(config.stash[INVOCATION], config.stash[REFERENCES])
    except pytest.fail.Exception as fault:
        request.session.shouldstop = "the suite has no verdict"
        raise fault
    yield record
    check_ending(record)
