"""The promises through the real SDKs: what their tests find, and which tests there are."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from functools import cache

import pytest

import sdk_tests
from contract_tests.generators.session import Session
from contract_tests.http.messages import Exchange, Request, Response
from contract_tests.http.target import Target
from contract_tests.requirements import catalogue
from contract_tests.requirements.findings import Findings, Violation
from sdk_tests.run import HERE, OPTIONS
from sdk_tests.sdks import UnavailableError, newest

__all__ = ["UnavailableError", "judge_by_node", "judge_by_python", "promises_of_node", "promises_of_python"]


def judge_by_python(session: Session, chosen: Callable[[str], bool], seed: int) -> None:
    """Lets the SDK tests make their calls before the oracle.

    A failed test counts only where the oracle has nothing against any of its exchanges: otherwise the failure is a
    consequence. Raises RuntimeError for a test that broke by itself.
    """

    def observe(request: Request, response: Response, began: float, ended: float) -> Exchange:
        exchange = session.client.take_in(request, response, began, ended)
        session.oracle.observe(exchange)
        return exchange

    findings = session.oracle.findings
    for outcome in sdk_tests.judge(session.target, chosen, seed, session.client.guard, observe=observe):
        if outcome.verdict == "error":
            raise RuntimeError(f"{outcome.test}: {outcome.why}")
        if outcome.verdict == "failed" and not any(map(session.oracle.deviates, outcome.exchanges)):
            for requirement in filter(chosen, outcome.requirements):
                why = f"{outcome.why} ({outcome.test})"
                findings.add_violation(requirement, outcome.promise, why, *outcome.exchanges)


def judge_by_node(target: Target, chosen: Callable[[str], bool], findings: Findings, left_behind: list[str]) -> None:
    """The same promises through Node's SDK; `left_behind` gets the ids that it could not remove.

    Raises UnavailableError.
    """
    for each in newest("node").judge(target, list(filter(chosen, catalogue.requirements()))):
        if each.verdict == "error":
            raise RuntimeError(f"{each.test}: {each.why}")
        left_behind += each.left_behind
        if each.verdict == "failed" and not each.is_fact and chosen(each.name):
            findings.violations.append(Violation(each.name, each.promise, f"{each.why:.300} (Node's SDK)", ()))


@cache
def promises_of_python() -> Mapping[str, list[str]]:
    """The promises of the SDK suite's tests, by requirement."""
    found: dict[str, list[str]] = defaultdict(list)

    class Collected:
        def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
            for item in items:
                promise = item.function.__doc__ if isinstance(item, pytest.Function) else None
                for id in (id for mark in item.iter_markers("requirement") for id in mark.args):
                    found[id].append(promise or item.name)

    pytest.main([*OPTIONS, "--collect-only", str(HERE)], plugins=[Collected()])
    return found


def promises_of_node(id: str) -> Iterator[str]:
    """The promises of the tests for Node's SDK that are about this requirement."""
    for path in sorted((HERE / "node").glob("*.mjs")):
        for ids, text in re.findall(r'promise\(\s*["`](.+?)["`],\s*"(.+?)"', path.read_text(encoding="utf-8")):
            if any(re.fullmatch(re.sub(r"\$\{\w+\}", r"\\w+", each), id) for each in ids.split(", ")):
                yield text
