"""Judges a list as a whole: the order of creation, and the effects that a complete walk proves or disproves."""

from __future__ import annotations

from contract_tests.http.messages import Exchange
from contract_tests.http.operations import CREATE, DELETE, LIST, parse
from contract_tests.oracle.calls import Call
from contract_tests.oracle.model import ORGANIZATIONS, Model
from contract_tests.requirements.findings import Findings, brief


def judge_order(model: Model, findings: Findings, ids: list[str], pages: list[Exchange], order: str) -> None:
    """Judges the order of the assistants that the run created one after another."""
    # An assistant that should not be listed has its own violation, and no place in the order.
    ours = [model.assistants[id] for id in ids if id in model.assistants and model.assistants[id].present]
    births = [
        tracked.trail[0].number
        for tracked in ours
        if tracked.trail
        and not tracked.trail[0].request.group
        and _creates(tracked.trail[0])
        and "created_at" not in tracked.taken
    ]
    requirement = "list/order-asc" if order == "asc" else "list/newest-first"
    if len(births) > 1:
        findings.judge(
            requirement,
            births == sorted(births, reverse=order != "asc"),
            LIST,
            "by creation, " + ("oldest first" if order == "asc" else "newest first"),
            f"created in this order: {brief(births)}",
            *pages,
        )


def hold_after_walk(model: Model, findings: Findings, call: Call, organization: str) -> None:
    """Records the requirements that hold because an assistant is not in a complete walk.

    A refused create has created nothing, a deleted assistant is gone, and other organizations are not visible.
    """
    hold = findings.hold
    for write in model.log[model.walked_at[organization] :]:
        made = write.call.operation == CREATE
        if ORGANIZATIONS.get(write.call.role, "home") == organization:
            if not write.accepted and (made or write.requirement == "modify/unknown-is-404"):
                hold(write.requirement, LIST)
            if write.accepted and write.exchange.request.group and made:
                hold("parallel/creates-all-kept", LIST)
            if write.accepted and write.call.operation == DELETE:
                hold("delete/gone", LIST)
    model.walked_at[organization] = len(model.log)
    roles = {tracked.role for tracked in model.present(organization) if tracked.trail}
    if roles - {call.role}:
        hold("org/shared-by-its-keys", LIST)
    others = model.present("home" if organization == "abroad" else "abroad")
    if any(tracked.document for tracked in others):
        hold("org/closed-to-others", LIST)


def _creates(exchange: Exchange) -> bool:
    return parse(exchange.request.method, exchange.request.path).operation == CREATE
