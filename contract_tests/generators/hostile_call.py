"""A hostile call, and the reads after it: what the call broke is one violation, which names the call.

Hostile calls come last in a run, because they may leave an assistant or the list unreadable.
"""

from __future__ import annotations

from contract_tests.generators.session import BlockedError, Session
from contract_tests.http import operations
from contract_tests.http.messages import Exchange, Request

NEWEST = 2  # assistants of the page that is read after a hostile call


def send_hostile(session: Session, request: Request, id: str = "") -> Exchange:
    """Sends the call. Unless the call was refused, reads the list and the assistant once.

    `id` is the assistant that the call names. If a read fails, the assistant is deleted by its id. Raises BlockedError
    if the list cannot be read after that either.
    """
    exchange = session.send(request)
    if exchange.response.refused:
        return exchange
    id = id or _created(session, exchange)
    reads = [operations.list_(request.role, limit=NEWEST), *([operations.retrieve(id, request.role)] if id else [])]
    intact = [_is_intact(session, read, exchange) for read in reads]
    if not all(intact):
        _remove(session, id, request.role)
    return exchange


def find_present(session: Session, id: str) -> str:
    """The assistant, or a new one if a hostile call has led to its delete. Raises BlockedError."""
    known = session.oracle.model.find(id)
    return id if known and known.present else session.create_assistant()


def _created(session: Session, exchange: Exchange) -> str:
    try:
        return session.created_id(exchange)
    except BlockedError:
        return ""


def _is_intact(session: Session, read: Request, cause: Exchange) -> bool:
    """Sends a read. The oracle judges the answer, or takes an unreadable answer as an effect of the hostile call."""
    answer = session.client.send(read)
    if session.oracle.is_readable(answer):
        session.oracle.observe(answer)
        return True
    session.oracle.blame(cause, answer)
    return False


def _remove(session: Session, id: str, role: str) -> None:
    if id:
        session.send(operations.delete(id, role))
    page = session.client.send(operations.list_(role, limit=NEWEST))
    if not session.oracle.is_readable(page):
        raise BlockedError("the list cannot be read", session.oracle.unreadable_by)
    session.oracle.observe(page)
