"""The promises through the real SDKs: the violations that the SDK tests find."""

from __future__ import annotations

from collections.abc import Callable

import sdk_tests
from contract_tests.http.guard import Guard
from contract_tests.http.target import Target
from contract_tests.requirements import catalogue
from contract_tests.requirements.findings import Findings, Violation
from sdk_tests.sdks import UnavailableError, newest

__all__ = ["UnavailableError", "judge_by_node", "judge_by_python"]


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
