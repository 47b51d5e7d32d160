"""The promises through the real SDKs: the violations that the SDK tests find."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

import sdk_tests
from contract_tests.generators import create_ladder
from contract_tests.generators.session import BlockedError, Session
from contract_tests.http import messages
from contract_tests.http.messages import Exchange, Json, Request, Response
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

    findings, target = session.oracle.findings, replace(session.target, create=_create_fields(session))
    for outcome in sdk_tests.judge(target, chosen, seed, session.client.guard, observe=observe):
        deviates = any(map(session.oracle.deviates, outcome.exchanges))
        if outcome.verdict == "error" and not deviates:
            raise RuntimeError(f"{outcome.test}: {outcome.why}")
        if outcome.verdict == "failed" and not deviates:
            for requirement in filter(chosen, outcome.requirements):
                why = f"{outcome.why} ({outcome.test})"
                findings.add_violation(requirement, outcome.promise, why, *outcome.exchanges)


def _create_fields(session: Session) -> dict[str, Json]:
    """The fewest fields that a create needs beside the name; none if no create is accepted.

    The session may know only that a name with instructions is accepted. Most SDK tests send a name alone.
    """
    with suppress(BlockedError):
        for _, request in create_ladder.rungs(session.unique_text("for the SDK"), session.target.create):
            exchange = session.send(request)
            if exchange.response.accepted:
                body = messages.parse(exchange.request.body)
                return {name: value for name, value in body.items() if name != "name"}
    return {}


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
