"""The promises through the real SDKs: the violations that the SDK tests find, and the list of those tests."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from functools import cache

import pytest

import sdk_tests
from contract_tests.http.guard import Guard
from contract_tests.http.target import Target
from contract_tests.requirements import catalogue
from contract_tests.requirements.findings import Findings, Violation
from sdk_tests.run import HERE, OPTIONS
from sdk_tests.sdks import UnavailableError, newest

__all__ = ["UnavailableError", "judge_by_node", "judge_by_python", "promises_of_node", "promises_of_python"]


def judge_by_python(target: Target, chosen: Callable[[str], bool], seed: int, guard: Guard, findings: Findings) -> None:
    """Runs the tests through Python's SDK. A failed test is a violation; a test that breaks by itself raises."""
    for outcome in sdk_tests.judge(target, chosen, seed, guard):
        if outcome.verdict == "error":
            raise RuntimeError(f"{outcome.test}: {outcome.why}")
        for requirement in filter(chosen, outcome.requirements):
            if outcome.verdict == "failed":
                findings.violations.append(
                    Violation(requirement, outcome.promise, f"{outcome.why} ({outcome.test})", ())
                )


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
