"""The script of a finding: its calls, and the calls that they need. `replay` makes them again, alone."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import groupby
from math import ceil
from urllib.parse import quote

from contract_tests.generators.session import BlockedError, Session, page_ids
from contract_tests.http import operations
from contract_tests.http.guard import GuardError
from contract_tests.http.messages import Exchange, Request
from contract_tests.http.operations import LIST, created_id
from contract_tests.oracle.model import Model, TrackedAssistant
from contract_tests.oracle.oracle import Oracle
from contract_tests.requirements.findings import Violation
from contract_tests.runs.unnamed_creates import delete_created

BESIDE = 3  # assistants that a script creates beside one in a list
LONGEST = 40  # calls of a script: the most that are tried


@dataclass(frozen=True)
class Replay:
    """A script that was run again: each old exchange with its new one, and the violations that a new oracle found."""

    exchanges: list[tuple[Exchange, Exchange]] = field(default_factory=list)
    violations: list[Violation] = field(default_factory=list)

    def shows(self, requirement: str) -> bool:
        return any(each.requirement == requirement for each in self.violations)

    def on(self, exchange: Exchange) -> list[Violation]:
        """The violations that the new exchange in the place of this one shows."""
        new = next((new for old, new in self.exchanges if old.number == exchange.number), None)
        return [each for each in self.violations if new and each.exchanges and each.exchanges[-1] is new]


def scripts(exchanges: Sequence[Exchange], model: Model) -> Iterator[tuple[Exchange, ...]]:
    """The exchanges with the calls before them that they may need, from the fewest to the most calls.

    First the creates of the assistants that the URLs name, then all changes of these assistants, then the creates of
    some assistants beside them in a page. A call of a group has its whole group.
    """
    group = {*exchanges, *_groups(exchanges, model)}
    named = _named(tuple(group), model)
    creates = {*_creates(named)}
    changes = {each for known in named for each in known.trail if each.number < exchanges[-1].number}
    found = [group | creates, group | changes, group | creates | _neighbours(exchanges, creates, model)]
    ordered = (tuple(sorted(each, key=lambda exchange: exchange.number)) for each in found)
    return iter(dict.fromkeys(script for script in ordered if len(script) <= LONGEST))


def with_creates(exchanges: Sequence[Exchange], model: Model) -> tuple[Exchange, ...]:
    """The exchanges, and before them the creates of the assistants that the URLs name, in their order."""
    creates = sorted(_creates(_named(exchanges, model)), key=lambda exchange: exchange.number)
    return tuple(dict.fromkeys((*creates, *exchanges)))


def _named(exchanges: Sequence[Exchange], model: Model) -> list[TrackedAssistant]:
    urls = " ".join(exchange.request.path for exchange in exchanges)
    return [known for id, known in model.assistants.items() if quote(id, safe="") in urls]


def _groups(exchanges: Sequence[Exchange], model: Model) -> Iterator[Exchange]:
    """The calls that were sent in parallel with one of these."""
    groups = {exchange.request.group for exchange in exchanges} - {0}
    return (write.exchange for write in model.log if write.exchange.request.group in groups)


def _neighbours(exchanges: Sequence[Exchange], creates: Container[Exchange], model: Model) -> set[Exchange]:
    """The creates of assistants that stand beside each other: in the pages, or around the assistants of a cursor."""
    if not any(_operation(each) == LIST for each in exchanges):
        return set()
    shown = filter(None, (model.find(id) for exchange in exchanges for id in page_ids(exchange)))
    listed = [*_creates(shown)][:BESIDE]
    before = (each for each in _creates(model.assistants.values()) if each.number < exchanges[-1].number)
    all_ = sorted(before, key=lambda exchange: exchange.number)
    places = [place for place, each in enumerate(all_) if each in creates]
    around = [all_[max(0, place - BESIDE) : place + BESIDE + 1] for place in places]
    return {*listed, *(each for some in around for each in some)}


def _creates(assistants: Iterable[TrackedAssistant]) -> Iterator[Exchange]:
    """The creates of those that the run has created. The first call of a declared one is another."""
    return (each.trail[0] for each in assistants if each.trail and created_id(each.trail[0]))


def replay(session: Session, script: Sequence[Exchange]) -> Replay:
    """Makes the calls again before a new oracle. Deletes the assistants that they created. Raises TargetError."""
    known = session.oracle
    oracle = Oracle(session.target, known.model.tag)
    oracle.inherit(known)
    _forget_the_deleted(session, oracle, script)
    again, result = Session(session.client, oracle, session.thorough, repeats=True), Replay()
    before = set(session.client.guard.created)
    with suppress(BlockedError, GuardError):
        _send(again, script, result.exchanges)
    oracle.conclude()
    guard = session.client.guard
    for id in [id for id in guard.created if id not in before | guard.gone]:
        delete_created(session, id, session.client.send)
    result.violations.extend(oracle.findings.violations)
    return result


def _forget_the_deleted(session: Session, oracle: Oracle, script: Sequence[Exchange]) -> None:
    """A declared assistant that the run has deleted is no matter of a script that does not name it: a list that still
    shows it would confirm the violation without the calls of the script."""
    if any(each.request.role == "sibling" for each in script):
        return  # the second key may be refused because of its own assistant
    named = " ".join(each.request.path for each in script)
    for id in session.target.declared_ids:
        if oracle.model.is_gone(id) and quote(id, safe="") not in named:
            del oracle.model.assistants[id]


def _send(session: Session, script: Sequence[Exchange], sent: list[tuple[Exchange, Exchange]]) -> None:
    """Sends the calls, with the ids of the assistants that they create now. A group is sent in parallel. Notes each old
    exchange with its new one in `sent`.

    The oracle judges a page by a walk in the same order: at the start, and after the last change. It judges a declared
    assistant by a retrieve at the start.
    """
    ids: dict[str, str] = {}
    pages = [each.request for each in script if _operation(each) == LIST and each.request.role in session.target.keys]
    for request in pages[:1]:
        _walk(session, request)
    if script[-1].request in map(operations.retrieve, session.target.declared_ids):
        session.send(script[-1].request)
    for _, some in groupby(script, key=lambda exchange: exchange.request.group or -id(exchange)):
        olds = list(some)
        if olds[0].request in pages:
            _walk(session, olds[0].request)
        requests = [_with_ids(each.request, ids) for each in olds]
        news = [session.send(requests[0])] if len(requests) == 1 else session.send_parallel(requests)
        sent += zip(olds, news, strict=True)
        ids |= {created_id(old): created_id(new) for old, new in zip(olds, news, strict=True) if created_id(old)}


def _walk(session: Session, page: Request) -> None:
    """Walks the list in the order of this page. For a page with a cursor, walks again in two pages, because the walk of
    the run had several. A session that is not thorough has no requests for walks.
    """
    query = dict(operations.parse(page.method, page.path).query)
    ids = session.walk(page.role, order=query.get("order")) if session.thorough else []
    if "after" in query and len(ids) > 1:
        session.walk(page.role, order=query.get("order"), limit=ceil(len(ids) / 2))


def _with_ids(request: Request, ids: Mapping[str, str]) -> Request:
    known = {quote(old, safe=""): quote(new, safe="") for old, new in ids.items()}
    pattern = "|".join(map(re.escape, known)) or r"(?!)"
    path = re.sub(rf"(?:{pattern})(?![\w-])", lambda found: known[found[0]], request.path)
    return replace(request, path=path)


def _operation(exchange: Exchange) -> str:
    return operations.parse(exchange.request.method, exchange.request.path).operation
