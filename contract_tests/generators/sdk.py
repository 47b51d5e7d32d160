"""The promises through the real SDKs: the violations that the SDK tests find."""

from __future__ import annotations

from collections.abc import Callable

import sdk_tests
from contract_tests.generators.session import Session
from contract_tests.http.messages import Exchange, Request, Response
from contract_tests.http.target import Target
from contract_tests.requirements import catalogue
from contract_tests.requirements.findings import Findings, Violation
from sdk_tests.sdks import UnavailableError, newest

__all__ = ["UnavailableError", "judge_by_node", "judge_by_python"]


def judge_by_python(session: Session, chosen: Callable[[str], bool], seed: int) -> None:
    """Runs the SDK tests. The oracle gets each of their exchanges.

    A failed test counts only if the oracle has found no violation in its exchanges; otherwise the failure is a
    consequence. The same is true of an error in a test, because the guard may have forbidden a call. Raises
    RuntimeError for any other error in a test.
    """

    def observe(request: Request, response: Response, began: float, ended: float) -> Exchange:
        exchange = session.client.add_exchange(request, response, began, ended)
        session.oracle.observe(exchange)
        return exchange

    findings = session.oracle.findings
    for outcome in sdk_tests.judge(session.target, chosen, seed, session.client.guard, observe=observe):
        deviates = any(map(session.oracle.deviates, outcome.exchanges))
        if outcome.verdict == "error" and not deviates:
            raise RuntimeError(f"{outcome.test}: {outcome.why}")
        if outcome.verdict == "failed" and not deviates:
            for requirement in filter(chosen, outcome.requirements):
                why = f"{outcome.why} ({outcome.test})"
                findings.add_violation(requirement, outcome.promise, why, *outcome.exchanges)


def judge_by_node(target: Target, chosen: Callable[[str], bool], findings: Findings, left_behind: list[str]) -> None:
    """Tests the same promises through Node's SDK. Adds the ids that it could not delete to `left_behind`.

    Raises UnavailableError.
    """
    for each in newest("node").judge(target, list(filter(chosen, catalogue.requirements()))):
        if each.verdict == "error":
            raise RuntimeError(f"{each.test}: {each.why}")
        left_behind += each.left_behind
        if each.verdict == "failed" and not each.is_fact and chosen(each.name):
            findings.violations.append(Violation(each.name, each.promise, f"{each.why:.300} (Node's SDK)", ()))
