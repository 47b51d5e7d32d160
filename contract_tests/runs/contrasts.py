"""Contrasts: calls that are simpler than a finding's calls. If a simpler mistake is the cause, these calls go wrong
too.

A server that loses every modify loses parallel ones as well. So the calls of a finding about parallel calls are made
one after the other. If they violate another requirement, that requirement is the cause of the finding.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from urllib.parse import quote

from contract_tests.generators.session import Session
from contract_tests.http import operations
from contract_tests.http.guard import READS
from contract_tests.http.messages import Exchange, Response
from contract_tests.http.operations import created_id
from contract_tests.oracle.attribution import SHARED
from contract_tests.oracle.consequences import UNKNOWN_TO_THE_CALLER, answers_unknown
from contract_tests.requirements.findings import Violation

# A modify may answer a value that was wrong before it.
AS_MODIFIED = ("modify/partial", "modify/empty-body-changes-nothing", "modify/seen-everywhere")
Script = tuple[Exchange, ...]
Contrast = Callable[[Session, Violation, Script], Script]


def find_contrast(session: Session, violation: Violation, script: Script) -> Script:
    """The simpler calls for a violation with this script; empty if there are none. A read may show the wrong value
    even without the accused change, so the contrast leaves that change out."""
    contrast = CONTRASTS.get(violation.requirement)
    if violation.accused and script[-1].request.method in READS:
        contrast = _without_the_accused
    simple = contrast(session, violation, script) if contrast else ()
    return () if [each.request for each in simple] == [each.request for each in script] else simple


def ungrouped(script: Script) -> Script:
    """The same calls, none of them at the same time as another."""
    return tuple(
        replace(each, request=replace(each.request, group=0)) if each.request.group else each for each in script
    )


def one_by_one(script: Script) -> Script:
    """One call after the other. Before a modify, its assistant is read: a wrong value that was there before is not the
    modify's."""
    return tuple(call for each in ungrouped(script) for call in (*_read(each), each))


def _without_the_accused(_: Session, violation: Violation, script: Script) -> Script:
    accused = {each.number for each in violation.accused}
    return tuple(each for each in script if each.number not in accused)


def _after_a_read(_: Session, __: Violation, script: Script) -> Script:
    """A read before the last call, if that is a modify."""
    return (*script[:-1], *_read(script[-1]), script[-1])


def _read(modify: Exchange) -> list[Exchange]:
    """A read of the assistant that a modify names; empty for another call."""
    call = operations.parse(modify.request.method, modify.request.path)
    request = operations.retrieve(call.id, modify.request.role)
    return [Exchange(0, request, Response(0))] if call.operation in operations.MODIFIES else []


def _with_an_unknown_id(session: Session, violation: Violation, script: Script) -> Script:
    """The last call alone, with an id that nobody has; nothing if the answer shows the assistant itself."""
    if not answers_unknown(violation):
        return ()
    request = script[-1].request
    id = _id(script[-1])
    path = request.path.replace(quote(id, safe=""), quote(session.unknown_id(id), safe=""))
    return (replace(script[-1], request=replace(request, path=path, role="primary")),)


def _by_the_other_method(_: Session, violation: Violation, script: Script) -> Script:
    """The modify that was wrong, by the method that was right: on the same assistant, with the same body. The body may
    be wrong by both, if the two assistants were not alike."""
    wrong = violation.exchanges[-1]
    (other,) = {operations.METHODS[each] for each in operations.MODIFIES} - {wrong.request.method}
    before = [each for each in script if each is not wrong and _id(wrong) in (created_id(each), _id(each))]
    return (*before, Exchange(0, replace(wrong.request, method=other), Response(0)))


def _id(exchange: Exchange) -> str:
    return operations.parse(exchange.request.method, exchange.request.path).id


def _by_the_first_key(_: Session, __: Violation, script: Script) -> Script:
    return tuple(replace(each, request=replace(each.request, role=_first(each.request.role))) for each in script)


def _first(role: str) -> str:
    return "primary" if role == "sibling" else role


CONTRASTS: dict[str, Contrast] = {
    "parallel/creates-all-kept": lambda _, __, script: one_by_one(script),
    "parallel/modifies-not-lost": lambda _, __, script: one_by_one(script),
    **dict.fromkeys(UNKNOWN_TO_THE_CALLER, _with_an_unknown_id),
    **dict.fromkeys(AS_MODIFIED, _after_a_read),
    "modify/only-its-target": _without_the_accused,
    "delete/only-its-target": _without_the_accused,
    "modify/post-and-patch-alike": _by_the_other_method,
    SHARED: _by_the_first_key,
}
