"""The clean-up: deletes all assistants that a run created, even by a refused call, the newest first."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress

from contract_tests.generators.session import BlockedError, Session, page_ids
from contract_tests.http import operations
from contract_tests.http.guard import items
from contract_tests.http.ledger import is_marked, marks
from contract_tests.http.messages import Exchange, Request
from contract_tests.http.target import TargetError
from contract_tests.requirements.findings import Violation
from contract_tests.runs.result import Progress, Result

TRIES = 3  # for a list that cannot be read


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
            if listed and _delete_listed(session, listed):
                listed = _listed(session)
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


def _delete_listed(session: Session, listed: set[str]) -> bool:
    """Deletes again each assistant that a list shows although its delete was accepted. True if there is one."""
    guard = session.client.guard
    again = [id for id in guard.created if id in listed and id in guard.gone]
    for id in again:
        session.client.send(operations.delete(id, owner(session, guard.created[id])))
    return bool(again)


def owner(session: Session, role: str) -> str:
    """The role whose key deletes an assistant of this role: the primary role if the create had no good key."""
    return role if role in session.target.keys else "primary"


def _adopt_pending(session: Session) -> None:
    """Finds the assistants that an interrupted call has created. Their texts have a mark of that call."""
    pending, session.client.pending = session.client.pending, []
    for role in dict.fromkeys(owner(session, request.role) for request in pending):
        sent = [mark for request in pending for mark in marks(request, session.tag)]
        for page in _pages(session, role):
            for item in items(page.response.json):
                text = f"{item.get('name')} {item.get('instructions')}"
                if not session.client.guard.owns(item["id"]) and any(is_marked(text, mark) for mark in sent):
                    session.client.guard.adopt(item["id"], role)


def _pages(session: Session, role: str) -> Iterator[Exchange]:
    """The pages of a list, without the oracle; the first alone if calls are planned."""
    seen: set[str] = set()
    after: dict[str, str] = {}
    while True:
        page = _readable(session, operations.list_(role, limit=100, **after))
        yield page
        ids = page_ids(page)
        if not session.thorough or not ids or seen.issuperset(ids):
            return
        seen.update(ids)
        after = {"after": ids[-1]}


def _listed(session: Session) -> set[str] | None:
    """The ids that the lists of all owners show now; None if a list cannot be read."""
    owners = dict.fromkeys(owner(session, role) for role in session.client.guard.created.values())
    pages = [page for role in owners for page in _pages(session, role)]
    if not all(_is_page(page) for page in pages):
        return None
    return {id for page in pages for id in page_ids(page)}


def _readable(session: Session, request: Request) -> Exchange:
    """The first answer that is a page, or the last answer. A thorough session asks up to three times."""
    page = session.client.send(request)
    for _ in range(TRIES - 1 if session.thorough else 0):
        if not _is_page(page):
            page = session.client.send(request)
    return page


def _is_page(page: Exchange) -> bool:
    body = page.response.json
    return page.response.accepted and isinstance(body, dict) and isinstance(body.get("data"), list)


def _left(session: Session, listed: set[str] | None) -> list[str]:
    """The ids that the lists show. Without lists: the ids that were not deleted, or all if deletes do not delete."""
    guard, ledger = session.client.guard, session.client.ledger
    if listed is not None:
        return [id for id in guard.created if id in listed]
    lies = any(map(_shows_the_deleted, session.oracle.findings.broken("delete/gone")))
    left = [id for id in guard.created if lies or id not in guard.gone]
    if lies and ledger:
        for id in left:
            ledger.note_created(id, guard.created[id])
    return left


def _shows_the_deleted(violation: Violation) -> bool:
    """True for an accepted read of a deleted assistant: a modify that is refused with another status proves nothing."""
    last = violation.exchanges[-1]
    return last.request.method == "GET" and last.response.accepted
