"""The promises through the real SDKs: the violations that the SDK tests find."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Any

import sdk_tests
from contract_tests.generators import create_ladder
from contract_tests.generators.session import BlockedError, Session
from contract_tests.http import messages
from contract_tests.http.messages import Exchange, Json, Request, Response
from contract_tests.requirements import catalogue
from sdk_tests import Outcome, recording
from sdk_tests.sdks import UnavailableError, newest
from sdk_tests.values import unknown_id

__all__ = ["UnavailableError", "judge_by_node", "judge_by_python"]


def judge_by_python(session: Session, chosen: Callable[[str], bool], seed: int, once: bool) -> None:
    """Runs the tests through the Python SDK. The oracle gets each of their exchanges.

    With `once` each test is run by one client. A test that is run by the async client too makes the same calls again.
    """
    target, guard = replace(session.target, create=_create_fields(session)), session.client.guard
    for outcome in sdk_tests.judge(target, chosen, seed, guard, observe=partial(_observe, session), once=once):
        _judge(session, chosen, outcome)


def judge_by_node(session: Session, chosen: Callable[[str], bool]) -> None:
    """Runs the tests through Node's SDK. The oracle gets their exchanges after the last test. Raises UnavailableError.

    The guard learns from these exchanges, so the clean-up of the run deletes the assistants that the tests leave.
    """
    target = replace(session.target, create=_create_fields(session))
    outcomes = newest("node").judge(target, list(filter(chosen, catalogue.requirements())))
    seen = _replay(session, recording.unique(outcomes))
    for each in outcomes:
        exchanges = tuple(seen[exchange["id"]] for exchange in each.exchanges)
        name = f"Node's SDK: {each.test}"
        _judge(session, chosen, Outcome(name, each.promise, (each.name,), each.verdict, each.why, 0, exchanges))


def _replay(session: Session, exchanges: Mapping[str, Mapping[str, Any]]) -> dict[str, Exchange]:
    """Shows the recorded exchanges to the oracle, in their order. Returns them by the same ids."""
    session.client.guard.invent(unknown_id())
    groups, seen = recording.groups(exchanges), {}
    for id, each in exchanges.items():
        request, response = recording.parse_request(each, groups.get(each["batch"], 0)), recording.parse_response(each)
        seen[id] = _observe(session, request, response, each["began"], each["ended"])
    return seen


def _observe(session: Session, request: Request, response: Response, began: float, ended: float) -> Exchange:
    exchange = session.client.add_exchange(request, response, began, ended)
    session.oracle.observe(exchange)
    return exchange


def _judge(session: Session, chosen: Callable[[str], bool], outcome: Outcome) -> None:
    """A failed test counts only if the oracle has found no violation in its exchanges; otherwise the failure is a
    consequence. The same is true of an error in a test, because the guard may have forbidden a call. Raises
    RuntimeError for any other error in a test.
    """
    if any(map(session.oracle.deviates, outcome.exchanges)):
        return
    if outcome.verdict == "error":
        raise RuntimeError(f"{outcome.test}: {outcome.why}")
    if outcome.verdict == "failed":
        for requirement in filter(chosen, outcome.requirements):
            why = f"{outcome.why} ({outcome.test})"
            session.oracle.findings.add_violation(
                requirement, outcome.promise, why, *outcome.exchanges, is_oracles=False
            )


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
