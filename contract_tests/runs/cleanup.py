"""Removes what a run made, newest first, and what it made without meaning to."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from contract_tests.generators.session import BlockedError, Session
from contract_tests.http import operations
from contract_tests.http.guard import items
from contract_tests.http.ledger import is_marked, marks
from contract_tests.http.messages import Exchange, Request


def remove(session: Session, send: Callable[[Request], Exchange], progress: Callable[[str, int, int], None]) -> None:
    """Each by its owner's key; what a refused call made is ours too. Raises TargetError where the target gives up."""
    guard = session.client.guard
    _take_in_pending(session)
    for id, role in session.oracle.model.ghosts.items():
        if id not in guard.made:
            guard.adopt(id, role)
    there = [id for id in reversed(guard.made) if id not in guard.gone]
    for done, id in enumerate(there):
        progress("cleaning up", done, len(there))
        with suppress(BlockedError):
            send(operations.delete(id, owner(session, guard.made[id])))


def _take_in_pending(session: Session) -> None:
    """A call that was interrupted may have made something all the same: it carries a mark of that call."""
    pending, session.client.pending = session.client.pending, []
    for role in dict.fromkeys(owner(session, request.role) for request in pending):
        sent = [mark for request in pending for mark in marks(request, session.tag)]
        for item in items(session.client.send(operations.list_(role, limit=100)).response.json):
            text = f"{item.get('name')} {item.get('instructions')}"
            if not session.client.guard.owns(item["id"]) and any(is_marked(text, mark) for mark in sent):
                session.client.guard.adopt(item["id"], role)


def owner(session: Session, role: str) -> str:
    """Whose key removes what this role made: a stranger's, made by a server that let him in, is ours to remove."""
    return role if role in session.target.keys else "primary"
