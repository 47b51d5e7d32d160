"""Removes what a run made, newest first, and what it made without meaning to."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from contract_tests.generators.session import BlockedError, Play
from contract_tests.http import operations
from contract_tests.http.guard import items
from contract_tests.http.ledger import is_marked, marks
from contract_tests.http.messages import Exchange, Request


def remove(play: Play, send: Callable[[Request], Exchange], progress: Callable[[str, int, int], None]) -> None:
    """Each by its owner's key; what a refused call made is ours too. Raises TargetError where the target gives up."""
    guard = play.client.guard
    _take_in_pending(play)
    for id, role in play.oracle.world.ghosts.items():
        if id not in guard.made:
            guard.adopt(id, role)
    there = [id for id in reversed(guard.made) if id not in guard.gone]
    for done, id in enumerate(there):
        progress("cleaning up", done, len(there))
        with suppress(BlockedError):
            send(operations.delete(id, owner(play, guard.made[id])))


def _take_in_pending(play: Play) -> None:
    """A call that was interrupted may have made something all the same: it carries a mark of that call."""
    pending, play.client.pending = play.client.pending, []
    for role in dict.fromkeys(owner(play, request.role) for request in pending):
        sent = [mark for request in pending for mark in marks(request, play.tag)]
        for item in items(play.client.send(operations.list_(role, limit=100)).response.json):
            text = f"{item.get('name')} {item.get('instructions')}"
            if not play.client.guard.owns(item["id"]) and any(is_marked(text, mark) for mark in sent):
                play.client.guard.adopt(item["id"], role)


def owner(play: Play, role: str) -> str:
    """Whose key removes what this role made: a stranger's, made by a server that let him in, is ours to remove."""
    return role if role in play.target.keys else "primary"
