"""Confirms findings: the calls of a finding's script are made again, alone, before the finding is reported.

The script is completed first: it creates each assistant that it names.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import groupby
from urllib.parse import quote

from contract_tests.generators.session import BlockedError, Session, page_ids
from contract_tests.http import operations
from contract_tests.http.guard import GuardError
from contract_tests.http.messages import Exchange, Request
from contract_tests.http.operations import LIST, created_id
from contract_tests.http.target import TargetError
from contract_tests.oracle.model import Model
from contract_tests.oracle.oracle import Oracle
from contract_tests.requirements.findings import Violation
from contract_tests.runs.result import Progress
from contract_tests.runs.unnamed_creates import owner

TRIES = 3  # violations of one requirement: one of them has to come again
BESIDE = 3  # assistants that a script creates beside one in a list
LONG, LONGEST = 12, 40  # calls of a script: the most that are shortened, and the most that are tried at all
LIMITER = "rate/"  # its probe has repeated each burst already


def confirm(session: Session, progress: Progress) -> None:
    """Makes the calls of each violated requirement again. The first violation that comes again is reported first.

    Only violations that the oracle found can be judged again. A session with a budget confirms as long as the budget
    lasts. An error of the target ends the confirmation.
    """
    findings = session.oracle.findings
    open_ = [each for each in findings.violations if each.is_oracles and not each.requirement.startswith(LIMITER)]
    found = {requirement: list(some) for requirement, some in groupby(sorted(open_, key=_name), key=_name)}
    with suppress(TargetError, BlockedError):
        for done, violations in enumerate(found.values()):
            progress("confirming the findings", done, len(found))
            _confirm(session, violations[:TRIES])


def _name(violation: Violation) -> str:
    return violation.requirement


def _confirm(session: Session, violations: Sequence[Violation]) -> None:
    """A violation that has no exchange, that deleted a declared assistant, or that needs a key which is refused by now,
    cannot come again."""
    declared = (session.target.bound_id, session.target.expendable_id)
    gone = [each.id for each in map(session.oracle.model.find, filter(None, declared)) if each and not each.present]
    if not violations[0].exchanges or any(_names(violations[0], id) for id in gone):
        return
    roles = {exchange.request.role for exchange in violations[0].exchanges}
    if session.oracle.second_key_is_refused and "sibling" in roles:
        return
    for violation in violations:
        for script in scripts(violation.exchanges, session.oracle.model):
            if not _is_affordable(session, script) or not _leaves_nothing(session, script):
                return
            if _comes_again(session, violation.requirement, script):
                shortest = _shorten(session, violation.requirement, script) if session.thorough else script
                _replace(session, violation, replace(violation, exchanges=shortest, confirmed=True))
                return
    _replace(session, violations[0], replace(violations[0], confirmed=False))


def _replace(session: Session, old: Violation, new: Violation) -> None:
    violations = session.oracle.findings.violations
    violations[violations.index(old)] = new


def _shorten(session: Session, requirement: str, script: tuple[Exchange, ...]) -> tuple[Exchange, ...]:
    """Leaves out each call without which the violation comes again too. A create stays if another call names its id."""
    for each in script[:-1] if len(script) <= LONG else ():
        rest = tuple(other for other in script if other is not each)
        id = quote(created_id(each), safe="")
        needed = id and any(id in other.request.path for other in rest)
        if not needed and _comes_again(session, requirement, rest):
            script = rest
    return script


def _names(violation: Violation, id: str) -> bool:
    return any(quote(id, safe="") in exchange.request.path for exchange in violation.exchanges)


def scripts(exchanges: Sequence[Exchange], model: Model) -> Iterator[tuple[Exchange, ...]]:
    """The exchanges with the calls before them that they may need, from the fewest to the most calls.

    First the creates of the assistants that the URLs name, then all changes of these assistants, then the creates of
    some assistants beside them in a page. A call of a group has its whole group.
    """
    urls = " ".join(exchange.request.path for exchange in exchanges)
    named = [known for id, known in model.assistants.items() if quote(id, safe="") in urls]
    group = {*exchanges, *_groups(exchanges, model)}
    creates = {known.trail[0] for known in named if known.trail}
    changes = {each for known in named for each in known.trail if each.number < exchanges[-1].number}
    found = [group | creates, group | changes, group | creates | _neighbours(exchanges, creates, model)]
    ordered = (tuple(sorted(each, key=lambda exchange: exchange.number)) for each in found)
    return iter(dict.fromkeys(script for script in ordered if len(script) <= LONGEST))


def _groups(exchanges: Sequence[Exchange], model: Model) -> Iterator[Exchange]:
    """The calls that were sent in parallel with one of these."""
    groups = {exchange.request.group for exchange in exchanges} - {0}
    return (write.exchange for write in model.log if write.exchange.request.group in groups)


def _neighbours(exchanges: Sequence[Exchange], creates: Iterable[Exchange], model: Model) -> set[Exchange]:
    """The creates of assistants that stand beside each other: in the pages, or around the assistants of a cursor."""
    if not any(_operation(each) == LIST for each in exchanges):
        return set()
    shown = (model.find(id) for exchange in exchanges for id in page_ids(exchange))
    listed = [known.trail[0] for known in shown if known and known.trail][:BESIDE]
    known = (known.trail[0] for known in model.assistants.values() if known.trail)
    all_ = sorted(known, key=lambda exchange: exchange.number)
    around = [all_[max(0, place - BESIDE) : place + BESIDE + 1] for place in map(all_.index, creates)]
    return {*listed, *(each for some in around for each in some)}


def _is_affordable(session: Session, script: Sequence[Exchange]) -> bool:
    """True if the budget is enough for the calls, and for the delete of each assistant."""
    client = session.client
    return client.budget is None or client.count - client.waited + 2 * len(script) <= client.budget


def _leaves_nothing(session: Session, script: Sequence[Exchange]) -> bool:
    """False if the script creates an assistant, and the run could not delete one before."""
    guard = session.client.guard
    return not any(map(created_id, script)) or guard.gone.issuperset(guard.created)


def _comes_again(session: Session, requirement: str, script: Sequence[Exchange]) -> bool:
    """True if the calls alone show a new oracle the same violation. Deletes the assistants that they created."""
    known = session.oracle
    fresh = Oracle(session.target, known.model.tag)
    fresh.learn(known)
    again = Session(session.client, fresh, session.thorough, repeats=True)
    before = set(session.client.guard.created)
    with suppress(BlockedError, GuardError):
        _send(again, script)
    fresh.conclude()
    guard = session.client.guard
    for id in [id for id in guard.created if id not in before | guard.gone]:
        session.client.send(operations.delete(id, owner(session, guard.created[id])))
    return any(each.requirement == requirement for each in fresh.findings.violations)


def _send(session: Session, script: Sequence[Exchange]) -> None:
    """Sends the calls, with the ids of the assistants that they create now. A group is sent in parallel.

    The oracle judges a page by a walk in the same order: at the start, and after the last change.
    """
    ids: dict[str, str] = {}
    pages = [each.request for each in script if _operation(each) == LIST and each.request.role in session.target.keys]
    for request in pages[:1]:
        _walk(session, request)
    for _, some in groupby(script, key=lambda exchange: exchange.request.group or -exchange.number):
        olds = list(some)
        if olds[0].request in pages:
            _walk(session, olds[0].request)
        requests = [_with_ids(each.request, ids) for each in olds]
        news = [session.send(requests[0])] if len(requests) == 1 else session.send_parallel(requests)
        ids |= {created_id(old): created_id(new) for old, new in zip(olds, news, strict=True) if created_id(old)}


def _walk(session: Session, page: Request) -> None:
    """Walks the list in the order of this page. A session that is not thorough has no requests for walks."""
    order = dict(operations.parse(page.method, page.path).query).get("order")
    if session.thorough:
        session.walk(page.role, order=order)


def _with_ids(request: Request, ids: Mapping[str, str]) -> Request:
    known = {quote(old, safe=""): quote(new, safe="") for old, new in ids.items()}
    pattern = "|".join(map(re.escape, known)) or r"(?!)"
    path = re.sub(rf"(?:{pattern})(?![\w-])", lambda found: known[found[0]], request.path)
    return replace(request, path=path)


def _operation(exchange: Exchange) -> str:
    return operations.parse(exchange.request.method, exchange.request.path).operation
