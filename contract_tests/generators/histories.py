"""Random histories of all six operations, and the shortest that shows a violation. The seed decides each call."""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace

from contract_tests.generators.field_values import absurd, rounds
from contract_tests.generators.session import BlockedError, Session, page_ids
from contract_tests.generators.tour.create import INSTRUCTIONS, NAMES
from contract_tests.http import operations
from contract_tests.http.messages import Exchange, Json, Request
from contract_tests.http.openapi import page_limit
from contract_tests.oracle.model import ORGANIZATIONS
from contract_tests.oracle.oracle import Oracle
from contract_tests.requirements.findings import Violation

LENGTH = 40  # calls of one history, at most
LONG = "does much, and says so at length. " * 250  # 8,500 characters
SHRINKING = 400  # calls spent on one violation, at most


@dataclass(frozen=True)
class Move:
    """A call to be sent later: `which` selects one of the assistants that the history has created by then."""

    kind: str
    which: int
    role: str
    body: dict[str, Json] | None = None
    query: tuple[tuple[str, Json], ...] = ()


def generate(session: Session, seed: int, number: int, progress: Callable[[str, int, int], None]) -> None:
    """Runs `number` histories, and shrinks each new violation to the fewest calls that show it."""
    for history in range(number):
        progress("random histories", history, number)
        moves = write(random.Random(f"{seed}/{history}"), sorted(session.target.keys), f"{session.tag} 8{history:03}")
        before = len(session.oracle.findings.violations)
        with suppress(BlockedError):
            _perform(session, moves)
        for violation in _first_of_each(session, before):
            _replace(session, violation, shrink(session, moves, violation.requirement))


def write(dice: random.Random, roles: list[str], tag: str) -> list[Move]:
    """A history: two creates first, then random calls; the most important operations come more often."""
    kinds = ["create"] * 3 + ["retrieve"] * 3 + ["modify"] * 4 + ["patch"] * 4 + ["list"] * 4 + ["delete"] * 2
    moves = [Move("create", 0, "primary", _body(dice, tag, number)) for number in range(2)]
    for number in range(2, LENGTH):
        kind = dice.choice(kinds)
        role = dice.choice(["primary"] * 6 + roles)
        body = _body(dice, tag, number) if kind in ("create", "modify", "patch") else None
        if body and kind != "create":
            body = {name: value for name, value in body.items() if dice.random() < 0.6}
        moves.append(Move(kind, dice.randrange(8), role, body, _query(dice) if kind == "list" else ()))
    return moves


def _body(dice: random.Random, tag: str, number: int) -> dict[str, Json]:
    # Each text has the history's tag and the number of its call, so that no two calls send the same text.
    mine = f"{tag}{number:02}"
    body: dict[str, Json] = {"name": f"{mine} {dice.choice(['', '', *NAMES])}".rstrip()[:64].rstrip()}
    if dice.random() < 0.7:
        body["instructions"] = dice.choice(
            ["", f"{mine} does", f"{mine} {LONG}", *(f"{mine} {text}" for text in INSTRUCTIONS)]
        )
    for name, value in dice.choice(rounds()).items():
        if dice.random() < 0.15:
            body[name] = dice.choice(absurd()[name]) if dice.random() < 0.1 else value
    if dice.random() < 0.06:
        body[dice.choice(["name", "instructions"])] = dice.choice([7, True, ["x"], {"x": 1}])
    return body


def _query(dice: random.Random) -> tuple[tuple[str, Json], ...]:
    query: list[tuple[str, Json]] = []
    most = page_limit().maximum
    if dice.random() < 0.7:
        query.append(("limit", dice.choice([1, 2, 3, 5, most, most])))
    if dice.random() < 0.3:
        query.append(("order", dice.choice(["asc", "desc"])))
    if dice.random() < 0.3:
        query.append((dice.choice(["after", "after", "before"]), "?"))
    return tuple(query)


def _perform(session: Session, moves: list[Move]) -> None:
    """Sends the moves, then retrieves and lists all assistants of the history, and deletes them."""
    created: list[tuple[str, str]] = []
    for move in moves:
        exchange = session.send(_request(move, created)) if move.kind == "create" or created else None
        if exchange and move.kind == "create":
            try:
                created.append((session.created_id(exchange), move.role))
            except BlockedError:
                continue
        if exchange and move.kind == "list" and not dict(move.query).keys() & {"after", "before"}:
            _walk_on(session, exchange, move)
    for id, role in created:
        session.retrieve(id, role)
    for role in {role: None for _, role in created}:
        session.walk(role)
    for id, role in created:
        known = session.oracle.model.find(id)
        if known and not known.gone and not known.unsettled:
            # One that the server did not find may be there all the same, and would be in later lists.
            session.send(operations.delete(id, role))


def _walk_on(session: Session, page: Exchange, move: Move) -> None:
    """Gets the second page, so that a write can come in the middle of a walk."""
    if ids := page_ids(page):
        session.send(operations.list_(move.role, **{**dict(move.query), "after": ids[-1]}))


def _request(move: Move, created: list[tuple[str, str]]) -> Request:
    if move.kind == "create":
        return operations.create(move.body, move.role)
    id = created[move.which % len(created)][0]
    if move.kind == "list":
        return operations.list_(move.role, **{name: id if value == "?" else value for name, value in move.query})
    if move.kind in ("modify", "patch"):
        return getattr(operations, move.kind)(id, move.body, move.role)  # type: ignore[no-any-return]  # one of two functions
    return operations.retrieve(id, move.role) if move.kind == "retrieve" else operations.delete(id, move.role)


def _first_of_each(session: Session, before: int) -> list[Violation]:
    """The first violation of each requirement that was not violated before this history."""
    violations = session.oracle.findings.violations
    known = {violation.requirement for violation in violations[:before]}
    first: dict[str, Violation] = {}
    for violation in violations[before:]:
        if violation.requirement not in known:
            first.setdefault(violation.requirement, violation)
    return list(first.values())


def shrink(session: Session, moves: list[Move], requirement: str) -> Violation | None:
    """The violation with the fewest moves that still show it. Leaves out smaller and smaller parts of the history."""
    found, best, budget = None, moves, session.client.count + SHRINKING
    size = len(moves) // 2
    while size >= 1 and session.client.count < budget:
        for start in range(0, len(best), size):
            shorter = best[:start] + best[start + size :]
            if violation := _shows(session, shorter, requirement):
                found, best = violation, shorter
                break
        else:
            size //= 2
    return found


def _shows(session: Session, moves: list[Move], requirement: str) -> Violation | None:
    """The violation that these moves alone show to a new oracle; None if they show none.

    Its exchanges are the writes of the moves, and the reads that show the violation.
    """
    stage = Session(session.client, Oracle(session.target, session.tag))
    stage.oracle.inherit(session.oracle)
    for role in session.target.keys:
        stage.walk(role)
    first, made = session.client.count, set(session.client.guard.created)
    seen: list[Exchange] = []
    watch, session.client.watch = session.client.watch, seen.append
    try:
        with suppress(BlockedError):
            _perform(stage, moves)
    finally:
        session.client.watch = watch
        _note_bystanders(session, made)
    violation = next((each for each in stage.oracle.findings.violations if each.requirement == requirement), None)
    if not violation:
        return None
    last = violation.exchanges[-1].number
    needed = [
        exchange
        for exchange in seen
        if first < exchange.number <= last and (exchange.request.method != "GET" or exchange in violation.exchanges)
    ]
    return replace(violation, exchanges=tuple(needed))


def _note_bystanders(session: Session, made: set[str]) -> None:
    """The oracle of the run has not seen these creates. If the server has not deleted their assistants, lists show
    assistants that have texts of the run."""
    for id, role in session.client.guard.created.items():
        if id not in made:
            session.oracle.model.bystanders[ORGANIZATIONS.get(role, "home")].add(id)


def _replace(session: Session, violation: Violation, shorter: Violation | None) -> None:
    if shorter:
        violations = session.oracle.findings.violations
        violations[violations.index(violation)] = shorter
