"""The clean-up: deletes all assistants that a run created, even by a refused call, the newest first."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from contract_tests.generators.session import BlockedError, Session, is_page, page_ids
from contract_tests.http import operations
from contract_tests.http.guard import items
from contract_tests.http.ledger import Ledger
from contract_tests.http.messages import Exchange, Json, Request
from contract_tests.http.target import TargetError
from contract_tests.requirements.findings import Violation
from contract_tests.runs.open_creates import open_creates, seconds_until_the_deadline, unsettled
from contract_tests.runs.result import CLEANING, Progress, Result
from contract_tests.runs.unnamed_creates import Lists, adopt_marked, delete_created, owner, report_unnamed

TRIES = 3  # for a list that cannot be read
LAG = 1.0  # seconds


def clean_up(session: Session, result: Result, progress: Progress) -> None:
    """Deletes the assistants. Adds the number of requests and the ids that are left to the result.

    A walk of the list shows the ids that are left. A session that is not thorough makes no walk: there the answers to
    the deletes count, unless the run has found that a delete does not delete. Open creates are looked for in the lists,
    and again after the deadline. The clean-up may send more requests than the budget. It does not use the oracle,
    because an error of the oracle may have ended the run.
    """
    session.client.budget = None
    lists: Lists = {}
    are_last = False
    try:
        with suppress(TargetError):
            remove(session, session.client.send, progress)
            lists = _read_lists(session)
            if adopt_marked(session, lists) | _delete_listed(session, lists):
                remove(session, session.client.send, progress)
                lists = _read_lists(session) if session.thorough or session.client.guard.unproven else lists
            if _await_late_creates(session, progress):
                lists = _read_lists(session)
                if adopt_marked(session, lists):
                    remove(session, session.client.send, progress)
                    lists = _read_lists(session)
            lists = _read_settled_lists(session, lists)
            are_last = True
    finally:
        left = _left(session, lists)
        result.requests += session.client.count
        result.left_behind |= left
        result.created += len(session.client.guard.created)
        result.deleted += len(session.client.guard.gone.difference(left))
        report_unnamed(session, lists, unsettled(session, lists, are_last), result)


def _await_late_creates(session: Session, progress: Progress) -> bool:
    """Waits until the deadline of the slow creates. False if no create is slow."""
    if not any(each.may_come_late for each in open_creates(session)):
        return False
    progress("waiting for a create that got no answer", 0, 1)
    session.target.clock.wait_for("late create", seconds_until_the_deadline(session))
    return True


def remove(session: Session, send: Callable[[Request], Exchange], progress: Progress) -> None:
    """Deletes each assistant by its owner's key. Raises TargetError if the target is gone."""
    guard = session.client.guard
    for id, role in session.oracle.model.ghosts.items():
        if id not in guard.created and not guard.is_others(id):
            guard.adopt(id, role)
    there = [id for id in reversed(guard.created) if id not in guard.gone]
    for done, id in enumerate(there):
        progress(CLEANING, done, len(there))
        with suppress(BlockedError):
            delete_created(session, id, send)


def write_remains(path: Path, session: Session, result: Result) -> None:
    """Writes a ledger of what a run without a ledger has left, or may have left. Raises OSError."""
    guard = session.client.guard
    ledger = Ledger(path, session.target, session.tag, session.before)
    for id, role in result.left_behind.items():
        if id in guard.created:
            ledger.note_created(id, role)
    for request in result.open:
        ledger.intend(request, session.tag)
    ledger.close()
    if ledger.fault:
        raise ledger.fault


def _delete_listed(session: Session, lists: Lists) -> bool:
    """Deletes again each assistant that a list still shows, with the key of that list: a call by another key may have
    created a second assistant with the same id. True if the lists show any assistant of the run.
    """
    guard, left = session.client.guard, _listed(session, lists)
    for id, role in left:
        if id in guard.gone or role != owner(session, guard.created[id]):
            session.client.send(operations.delete(id, role))
    return bool(left)


def _listed(session: Session, lists: Lists) -> list[tuple[str, str]]:
    """Each assistant of the run that the lists show, and the role whose list shows the assistant."""
    created = session.client.guard.created
    found = ((item["id"], role) for role, shown in lists.items() for item in shown or ())
    return [(id, role) for id, role in dict.fromkeys(found) if id in created]


def _read_lists(session: Session) -> Lists:
    """The lists that may show an assistant of the run. A planned run reads one only for a create without an answer, and
    for a delete whose answer proves nothing."""
    client = session.client
    roles = [request.role for request in client.pending]
    roles += [client.guard.created[id] for id in client.guard.unproven]
    if session.thorough:
        roles = [*client.guard.created.values(), *roles, *(request.role for request in client.refused)]
    return {role: _read_list(session, role) for role in dict.fromkeys(owner(session, each) for each in roles)}


def _read_settled_lists(session: Session, lists: Lists) -> Lists:
    """The lists, read again after a second if they show an assistant whose delete was accepted: a list may lag."""
    guard = session.client.guard
    if not any(id in guard.gone for id, _ in _listed(session, lists)):
        return lists
    session.target.clock.wait_for("list that shows deleted assistants", LAG)
    return _read_lists(session)


def _read_list(session: Session, role: str) -> list[dict[str, Json]] | None:
    pages = list(_pages(session, role))
    if not all(is_page(page.response) for page in pages):
        return None
    return [item for page in pages for item in items(page.response.json)]


def _pages(session: Session, role: str) -> Iterator[Exchange]:
    """The pages of a list, without the oracle."""
    seen: set[str] = set()
    after: dict[str, str] = {}
    while True:
        page = _readable(session, operations.list_(role, limit=session.page_size, **after))
        yield page
        ids = page_ids(page)
        if not ids or seen.issuperset(ids):
            return
        seen.update(ids)
        after = {"after": ids[-1]}


def _readable(session: Session, request: Request) -> Exchange:
    """The first answer that is a page, or the last of three answers."""
    page = session.client.send(request)
    for _ in range(TRIES - 1):
        if not is_page(page.response):
            page = session.client.send(request)
    return page


def _left(session: Session, lists: Lists) -> dict[str, str]:
    """The assistants that the lists show, each with the role whose key may delete it. Without lists: those whose
    deletes are not proven, or all if deletes do not delete.
    """
    guard, ledger = session.client.guard, session.client.ledger
    roles = {owner(session, role) for role in guard.created.values()}
    if session.thorough and all(lists.get(role) is not None for role in roles):
        return _unclaimed(session, lists) | dict(_listed(session, lists))
    lies = any(map(_shows_the_deleted, session.oracle.findings.broken("delete/gone")))
    left = [id for id in guard.created if lies or not _is_gone(session, lists, id)]
    if lies and ledger:
        for id in left:
            ledger.note_created(id, guard.created[id])
    return _unclaimed(session, lists) | {id: owner(session, guard.created[id]) for id in left}


def _unclaimed(session: Session, lists: Lists) -> dict[str, str]:
    """The assistants of this run that the run may not delete, unless the list of their organization lacks them."""
    unclaimed = {id: owner(session, role) for id, role in session.client.guard.unclaimed.items()}
    return {id: role for id, role in unclaimed.items() if _may_be_listed(lists.get(role), id)}


def _may_be_listed(shown: Sequence[dict[str, Json]] | None, id: str) -> bool:
    """True also for a list that was not read."""
    return shown is None or any(item["id"] == id for item in shown)


def _is_gone(session: Session, lists: Lists, id: str) -> bool:
    """True if the answer to the delete proves it, or a list without the assistant does."""
    guard = session.client.guard
    if id not in guard.unproven:
        return id in guard.gone
    return not _may_be_listed(lists.get(owner(session, guard.created[id])), id)


def _shows_the_deleted(violation: Violation) -> bool:
    """True for an accepted read of a deleted assistant: a modify that is refused with another status proves nothing."""
    last = violation.exchanges[-1]
    return last.request.method == "GET" and last.response.accepted
