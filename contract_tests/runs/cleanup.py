"""The clean-up: deletes all assistants that a run created, even by a refused call, the newest first."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from contract_tests.generators.session import BlockedError, Session
from contract_tests.http import operations
from contract_tests.http.guard import items
from contract_tests.http.ledger import is_marked, marks
from contract_tests.http.messages import Exchange, Request
from contract_tests.http.target import TargetError
from contract_tests.oracle.oracle import Oracle
from contract_tests.runs.result import Progress, Result


def clean_up(session: Session, result: Result, progress: Progress) -> None:
    """Deletes the assistants. Adds the number of requests and the ids that are left to the result.

    A walk of the list shows the ids that are left. A session that is not thorough makes no walk: there the answers to
    the deletes count, unless the run has found that a delete does not delete. The clean-up may send more requests than
    the budget. It does not use the oracle, because an error of the oracle may have ended the run.
    """
    session.client.budget = None
    listed: set[str] | None = None
    try:
        with suppress(TargetError):
            remove(session, session.client.send, progress)
            listed = _listed(session) if session.thorough else None
    finally:
        result.requests += session.client.count
        result.left_behind += _left(session, listed)


def remove(session: Session, send: Callable[[Request], Exchange], progress: Progress) -> None:
    """Deletes each assistant by its owner's key. Raises TargetError if the target is gone."""
    guard = session.client.guard
    _adopt_pending(session)
    for id, role in session.oracle.model.ghosts.items():
        if id not in guard.created:
            guard.adopt(id, role)
    there = [id for id in reversed(guard.created) if id not in guard.gone]
    for done, id in enumerate(there):
        progress("cleaning up", done, len(there))
        with suppress(BlockedError):
            send(operations.delete(id, owner(session, guard.created[id])))


def owner(session: Session, role: str) -> str:
    """The role whose key deletes an assistant of this role: the primary role if the create had no good key."""
    return role if role in session.target.keys else "primary"


def _adopt_pending(session: Session) -> None:
    """Finds the assistants that an interrupted call has created. Their texts have a mark of that call."""
    pending, session.client.pending = session.client.pending, []
    for role in dict.fromkeys(owner(session, request.role) for request in pending):
        sent = [mark for request in pending for mark in marks(request, session.tag)]
        for item in items(session.client.send(operations.list_(role, limit=100)).response.json):
            text = f"{item.get('name')} {item.get('instructions')}"
            if not session.client.guard.owns(item["id"]) and any(is_marked(text, mark) for mark in sent):
                session.client.guard.adopt(item["id"], role)


def _listed(session: Session) -> set[str]:
    """The ids that the lists of all owners show now."""
    witness = Session(session.client, Oracle(session.target, session.tag))
    owners = dict.fromkeys(owner(session, role) for role in session.client.guard.created.values())
    return {id for role in owners for id in witness.walk(role)}


def _left(session: Session, listed: set[str] | None) -> list[str]:
    """The ids that the lists show. Without lists: the ids that were not deleted, or all if deletes do not delete."""
    guard, ledger = session.client.guard, session.client.ledger
    if listed is not None:
        return [id for id in guard.created if id in listed]
    lies = session.oracle.findings.broken("delete/gone")
    left = [id for id in guard.created if lies or id not in guard.gone]
    if lies and ledger:
        for id in left:
            ledger.note_created(id, guard.created[id])
    return left
