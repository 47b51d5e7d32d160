"""Confirms findings: the calls of a finding's script are made again, alone, before the finding is reported.

A finding gives way to its cause, which is another requirement. There are three kinds of cause: another explanation of
the answer that comes again, a requirement that simpler calls violate (contrasts.py), and a prerequisite that the calls
violate when they are made alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import groupby
from typing import NamedTuple
from urllib.parse import quote

from contract_tests.generators.session import BlockedError, Session
from contract_tests.http import operations
from contract_tests.http.messages import Exchange, dump, parse
from contract_tests.http.operations import created_id
from contract_tests.http.target import TargetError
from contract_tests.oracle.refusals import ACCEPTANCE, odd_texts
from contract_tests.requirements import catalogue
from contract_tests.requirements.findings import Violation
from contract_tests.runs.contrasts import Script, find_contrast, one_by_one, ungrouped
from contract_tests.runs.result import Progress
from contract_tests.runs.scripts import Replay, replay, scripts, with_creates
from contract_tests.runs.unnamed_creates import owner

TRIES = 3  # violations of one requirement: one of them has to come again
LONG = 12  # calls of a script: the most that are shortened
PARALLEL = "parallel/"
SEEN = "modify/seen-everywhere"
KEPT = "create/keeps-what-it-is-given"
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
            _confirm(session, violations)
    _drop_explained(session)


def _name(violation: Violation) -> str:
    return violation.requirement


def _confirm(session: Session, violations: list[Violation]) -> None:
    """One violation of the requirement has to come again. A violation that another requirement explains gives way."""
    while violations and _can_come_again(session, violations[0]):
        shown = _find_shown(session, violations)
        if not shown:
            _replace(session, violations[0], _completed(session, violations[0]))
            return
        if shown.cause.requirement == violations[0].requirement:
            _replace(session, shown.violation, shown.cause)
            return
        operation = _operation(shown.violation)
        _give_way(session, violations[0].requirement, shown.cause, operation)
        violations = [each for each in violations if _operation(each) != operation]


class Shown(NamedTuple):
    """A violation of a run, and its cause: itself, or the violation of another requirement."""

    violation: Violation
    cause: Violation


def _find_shown(session: Session, violations: Sequence[Violation]) -> Shown | None:
    """The first violation with a cause that comes again. If none comes again: the first violation, with the explanation
    that accuses no call. None if the calls cannot be made."""
    unlike: Violation | None = None
    for violation in violations[:TRIES]:
        for candidate in (violation, *violation.others):
            for script in _scripts(session, candidate):
                if not _may_replay(session, script):
                    return None
                again = replay(session, script)
                if _shows(again, candidate, violation):
                    return Shown(violation, _find_cause(session, candidate, script))
                unlike = unlike or _find_unlike(session, violation, script, again)
    if unlike:
        return Shown(violations[0], unlike)
    careful = _completed(session, _most_careful(session, violations[0]))
    return Shown(violations[0], replace(careful, confirmed=False))


def _completed(session: Session, violation: Violation) -> Violation:
    """The script of a violation creates the assistants that it shows, also if nothing has confirmed the violation."""
    return replace(violation, exchanges=with_creates(violation.exchanges, session.oracle.model))


def _shows(again: Replay, candidate: Violation, violation: Violation) -> bool:
    """True if the replay violates the candidate's requirement. For a further candidate, a violation of the original
    requirement counts too, and one of the shortest explanation: in any case the calls made the difference.
    """
    if again.shows(candidate.requirement) or candidate is violation:
        return again.shows(candidate.requirement)
    least = min(violation.others, key=lambda each: len(each.exchanges))
    return again.shows(violation.requirement) or again.shows(least.requirement)


def _most_careful(session: Session, violation: Violation) -> Violation:
    """A list that lacks an assistant which is there accuses no other call. But what was done to a declared assistant
    cannot be done again: then the violation stays."""
    is_once = any(_names(each, id) for each in violation.exchanges for id in session.target.declared_ids)
    incomplete = next((other for other in violation.others if other.requirement == "list/complete"), None)
    return incomplete if incomplete and not is_once and _is_there(session, violation.absent) else violation


def _is_there(session: Session, id: str) -> bool:
    """True if the assistant was there when the run deleted it, or if it is there now."""
    known = session.oracle.model.find(id)
    if not known or known.lost or known.gone:
        return bool(known and known.gone)
    read = operations.retrieve(id, owner(session, known.role))
    return _is_affordable(session, 1) and session.client.send(read).response.accepted


def _find_cause(session: Session, violation: Violation, script: Script) -> Violation:
    """The violation itself, confirmed by its shortest script; or the violation that simpler calls show in its place."""
    if simpler := _find_simpler(session, violation, script) or _find_odd_text(session, violation, script):
        return simpler
    cause = _find_needed(session, violation, script) or violation
    shortest = _shorten(session, violation.requirement, script) if session.thorough else script
    return replace(cause, exchanges=shortest, confirmed=True)


def _find_odd_text(session: Session, violation: Violation, script: Script) -> Violation | None:
    """The violation by an odd text, if the refused call is accepted with plain texts in place of the odd ones."""
    request = script[-1].request
    body = parse(request.body)
    odd = odd_texts(body) if isinstance(body, dict) else []
    if not odd or violation.expected != ACCEPTANCE or violation.requirement == KEPT:
        return None
    plain = dump({**body, **{name: session.unique_text("plain") for name in odd}})
    simple = (*script[:-1], replace(script[-1], request=replace(request, body=plain)))
    if not _may_replay(session, simple):
        return None
    made = replay(session, simple).exchanges
    is_accepted = len(made) == len(simple) and made[-1][1].response.accepted
    return replace(violation, requirement=KEPT, exchanges=script, confirmed=True) if is_accepted else None


def _find_needed(session: Session, violation: Violation, script: Script) -> Violation | None:
    """Another explanation whose accused calls are needed: without these calls the violation does not come again. The
    script of a random history may have such calls.

    SEEN is not tried, because the modify that sent the lost value is always needed.
    """
    for other in (other for other in violation.others if other.requirement != SEEN):
        accused = {each.number for each in other.accused}
        rest = tuple(each for each in script if each.number not in accused)
        is_tried = len(rest) < len(script) and _may_replay(session, rest)
        if is_tried and not replay(session, rest).shows(violation.requirement):
            return other
    return None


def _find_simpler(session: Session, violation: Violation, script: Script) -> Violation | None:
    """The violation that simpler calls show, and that the calls of the script did not show in the run. If the new
    violation accuses a call, the search goes on without that call."""
    simple = find_contrast(session, violation, script)
    if not simple or not _may_replay(session, simple):
        return None
    again = replay(session, simple)
    if again.shows(violation.requirement):
        return None
    found = _find_alike(session, violation, again) or _find_new(session, violation, again.violations, simple)
    if not found:
        return None
    rest = tuple(new for _, new in again.exchanges)
    simpler = _find_simpler(session, found, rest) if found.accused else None
    return simpler or _find_needed(session, found, rest) or found


def _find_unlike(session: Session, violation: Violation, script: Script, again: Replay) -> Violation | None:
    """A violation of a prerequisite that the last call shows, also without all calls that it does not need."""
    last = violation.exchanges[-1]
    prerequisites = catalogue.prerequisites(violation.requirement)
    stood_on = (each for each in again.on(last) if each.requirement in prerequisites)
    found = _find_new(session, violation, stood_on, (last,))
    rest = tuple(each for each in script if each.number == last.number or _names(last, created_id(each)))
    if not found or rest == script or not _is_affordable(session, len(rest)):
        return found
    alone = replay(session, rest).on(last)
    return found if any(each.requirement == found.requirement for each in alone) else None


def _find_alike(session: Session, violation: Violation, again: Replay) -> Violation | None:
    """A violation with the same difference of the expected and the actual answer."""
    difference = (violation.expected, violation.actual)
    alike = (each for each in again.violations if (each.expected, each.actual) == difference)
    return _likeliest(session, violation, alike)


def _find_new(
    session: Session, violation: Violation, violations: Iterable[Violation], script: Script
) -> Violation | None:
    """One of these violations, of a requirement that no call of the script has violated in the run."""
    findings = session.oracle.findings.violations
    numbers = {each.number for each in script}
    known = {each.requirement for each in findings if each.exchanges and each.exchanges[-1].number in numbers}
    return _likeliest(session, violation, (each for each in violations if each.requirement not in known))


def _likeliest(session: Session, violation: Violation, causes: Iterable[Violation]) -> Violation | None:
    """The likeliest cause: of a prerequisite, or else of a requirement that the run has found violated."""
    prerequisites = catalogue.prerequisites(violation.requirement)
    known = session.oracle.findings.violated
    return max(causes, key=lambda each: (each.requirement in prerequisites, each.requirement in known), default=None)


def _scripts(session: Session, violation: Violation) -> Iterator[Script]:
    """Only a requirement about parallel calls needs them at the same time. A modify that is not seen may need a read
    before it, whose answer is shown again."""
    found = list(scripts(violation.exchanges, session.oracle.model))
    if violation.requirement.startswith(PARALLEL):
        return iter(found)
    simple = [ungrouped(each) for each in found]
    read = [one_by_one(each) for each in simple[-1:] if violation.requirement == SEEN]
    return iter([*simple, *read])


def _can_come_again(session: Session, violation: Violation) -> bool:
    """False for a violation that has no exchange, that needs a declared assistant which is not there any more, or that
    needs a key which is refused by now."""
    declared = map(session.oracle.model.find, session.target.declared_ids)
    gone = [each.id for each in declared if each and (each.unlisted or not each.present)]
    if not violation.exchanges or any(_names(each, id) for each in violation.exchanges for id in gone):
        return False
    roles = {exchange.request.role for exchange in violation.exchanges}
    return not (session.oracle.second_key_is_refused and "sibling" in roles)


def _give_way(session: Session, requirement: str, cause: Violation, operation: str = "") -> None:
    """Reports the cause in the place of the violations of the requirement: of all, or of those by one operation."""
    findings = session.oracle.findings
    findings.violations = [
        each
        for each in findings.violations
        if each.requirement != requirement or operation not in ("", _operation(each))
    ]
    known = any(each.confirmed for each in findings.broken(cause.requirement))
    findings.violations += [] if known else [replace(cause, confirmed=cause.confirmed is not False)]
    findings.causes[requirement] = cause.requirement


def _drop_explained(session: Session) -> None:
    """A violation that did not come again gives way to a confirmed one, if that explains its answer as well."""
    findings = session.oracle.findings
    confirmed = {each.requirement: each for each in findings.violations if each.confirmed}
    for each in [each for each in findings.violations if each.confirmed is False]:
        causes = (confirmed[other.requirement] for other in each.others if other.requirement in confirmed)
        if cause := next(causes, None):
            _give_way(session, each.requirement, cause)


def _replace(session: Session, old: Violation, new: Violation) -> None:
    violations = session.oracle.findings.violations
    violations[violations.index(old)] = new


def _shorten(session: Session, requirement: str, script: Script) -> Script:
    """Leaves out each call without which the violation comes again too. A create stays if another call names its id."""
    for each in script[:-1] if len(script) <= LONG else ():
        rest = tuple(other for other in script if other is not each)
        needed = any(_names(other, created_id(each)) for other in rest)
        if not needed and replay(session, rest).shows(requirement):
            script = rest
    return script


def _names(exchange: Exchange, id: str) -> bool:
    return bool(id) and quote(id, safe="") in exchange.request.path


def _operation(violation: Violation) -> str:
    last = violation.exchanges[-1].request if violation.exchanges else None
    return operations.parse(last.method, last.path).operation if last else ""


def _may_replay(session: Session, script: Script) -> bool:
    return _is_affordable(session, len(script)) and _leaves_nothing(session, script)


def _is_affordable(session: Session, calls: int) -> bool:
    """True if the budget is enough for the calls, and for the delete of each assistant that they create."""
    client = session.client
    return client.budget is None or client.count - client.waited + 2 * calls <= client.budget


def _leaves_nothing(session: Session, script: Script) -> bool:
    """False if the script creates an assistant, and the run could not delete one before. One that was lost is not
    left."""
    guard, model = session.client.guard, session.oracle.model
    left = (model.find(id) for id in guard.created if id not in guard.gone)
    return not any(map(created_id, script)) or all(known and known.lost for known in left)
