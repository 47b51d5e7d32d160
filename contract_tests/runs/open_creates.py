"""The open creates of a run: no answer gave an id, and none was a refusal. The lists show what they have made, by the
texts that only they have sent, and a list that is read after the deadline shows what a slow server has made late.

A create is settled if the assistant was found, or if nothing more can come of the create. Otherwise the run says so.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from contract_tests.generators.session import Session
from contract_tests.http.client import GATEWAY
from contract_tests.http.messages import Exchange, Request
from contract_tests.runs.unnamed_creates import Lists, owner

DEADLINE = 30.0  # seconds after the end of a call; a server that still works on the call gives up by then


@dataclass(frozen=True)
class OpenCreate:
    """`exchange` is None for a create that an interruption has broken off."""

    request: Request
    exchange: Exchange | None

    @property
    def hung(self) -> bool:
        """Nobody knows how long the server still works on the call."""
        return bool(self.exchange and self.exchange.response.hung)

    @property
    def may_come_late(self) -> bool:
        """False for a call that the server has ended, or has not read."""
        if self.exchange is None:
            return True
        response = self.exchange.response
        ended = response.stale or response.unreachable or response.too_large
        return not ended and (response.status == 0 or response.status in GATEWAY)


def open_creates(session: Session) -> Iterator[OpenCreate]:
    """Each pending create, with its exchange."""
    exchanges = list(session.client.unanswered)
    for request in session.client.pending:
        exchange = next((each for each in exchanges if each.request is request), None)
        if exchange:
            exchanges.remove(exchange)
        yield OpenCreate(request, exchange)


def seconds_until_the_deadline(session: Session) -> float:
    """The time until the lists show all that slow creates have made; 0 if no create is slow, or the time is over."""
    now = session.target.clock.now()
    slow = [each for each in open_creates(session) if each.may_come_late]
    return max([0.0, *(_ended(each, now) + DEADLINE - now for each in slow)])


def unsettled(session: Session, lists: Lists, are_last: bool) -> list[Request]:
    """The creates that may have left an assistant. `are_last` says that the lists are from after the deadline."""

    def is_open(each: OpenCreate) -> bool:
        unread = lists.get(owner(session, each.request.role)) is None
        return unread or each.hung or (each.may_come_late and not are_last)

    return [each.request for each in open_creates(session) if is_open(each)]


def _ended(create: OpenCreate, now: float) -> float:
    return create.exchange.ended if create.exchange else now
