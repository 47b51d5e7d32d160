"""The object behind the fixture `assistants_contract`."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click
import pytest

from contract_tests.cli.invocation import Invocation
from contract_tests.cli.references import References
from contract_tests.http import editions
from contract_tests.http.target import ROLES, Target, is_loopback
from contract_tests.pytest_plugin.contract_run import NotTestedWarning, check_ending, judge, report
from contract_tests.reports import escaping
from contract_tests.requirements.selection import Selection, UnknownNameError, check_name


class Contract:
    """Tests servers. Each requirement is a subtest of the caller's test."""

    def __init__(self, subtests: pytest.Subtests) -> None:
        self._subtests = subtests

    def check(
        self,
        base_url: str,
        keys: Mapping[str, str],
        only: Sequence[str] = (),
        baseline: Path | str | None = None,
        edition: str = editions.PAGE,
        **declared: Any,
    ) -> None:
        """Fails the caller's test if the server at `base_url` violates a MUST, and skips the test if nothing was
        tested.

        `keys` has the key "primary", and may have "sibling" and "foreign". `only` has requirements, areas such as
        modify, or levels. `edition` is the edition of the contract. `declared` are `bound_id`, `expendable_id`,
        `rate_limit` and `create`, as in a target file.
        """
        __tracebackhide__ = True
        _check_edition(edition)
        with editions.use(edition):
            self._check(_target(base_url, keys, declared), only, baseline)

    def _check(self, target: Target, only: Sequence[str], baseline: Path | str | None) -> None:
        __tracebackhide__ = True
        record = judge(Invocation(target, None, None, _selection(only)), _references(baseline))
        for verdict in record.verdicts:
            with self._subtests.test(verdict["id"]):
                report(verdict, record)
        check_ending(record)
        untested = [verdict for verdict in record.verdicts if verdict["verdict"] == "unjudged"]
        if len(untested) == len(record.verdicts):
            pytest.skip("nothing was tested")
        for verdict in untested:
            text = escaping.terminal(f"{verdict['id']} was not tested: {verdict['reason']}")
            warnings.warn(text, NotTestedWarning, stacklevel=2)


def _check_edition(name: str) -> None:
    __tracebackhide__ = True
    try:
        editions.check(name)
    except editions.UnknownEditionError as fault:
        pytest.fail(f"edition: {fault}", False)


def _target(base_url: str, keys: Mapping[str, str], declared: Mapping[str, Any]) -> Target:
    __tracebackhide__ = True
    if not is_loopback(base_url):
        pytest.fail(f"{base_url} is not on this machine: use pytest --pyargs contract_tests, with --profile.", False)
    if "primary" not in keys or not keys.keys() <= ROLES.keys():
        pytest.fail(f"keys: the key of primary is needed; the known roles are {', '.join(ROLES)}.", False)
    return Target(base_url.rstrip("/"), dict(keys), **declared)


def _selection(only: Sequence[str]) -> Selection:
    __tracebackhide__ = True
    for name in only:
        try:
            check_name(name)
        except UnknownNameError as fault:
            pytest.fail(f"only: {fault}", False)
    return Selection(tuple(only))


def _references(baseline: Path | str | None) -> References:
    __tracebackhide__ = True
    try:
        return References.load(Path(baseline) if baseline else None, None)
    except click.ClickException as fault:
        pytest.fail(fault.format_message(), False)
