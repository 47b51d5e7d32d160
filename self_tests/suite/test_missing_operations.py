"""A server without one of the six operations: one violation, noticed after a few calls."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator
from itertools import cycle

import pytest

from contract_tests.http.messages import Exchange
from contract_tests.http.operations import CREATE, DELETE, parse
from contract_tests.requirements import catalogue
from contract_tests.runs.full_run import Run
from contract_tests.runs.result import Result
from contract_tests.runs.run_options import RunOptions
from fake_server.fake import Answer, Call, Fake
from self_tests.cases import chosen
from self_tests.wrong.wrong_server import BY_ID, OPERATIONS, error, serving

# Rules judge other answers here, by the same code as in make contract.
pytestmark = pytest.mark.any_python

TOUR = RunOptions(generators=frozenset({"tour"}))
FEW = 36  # a few of the steps that run before enough calls have failed


@pytest.fixture(scope="module", autouse=True)
def without_logs() -> Iterator[None]:
    logging.disable()
    yield
    logging.disable(logging.NOTSET)


Judged = tuple[Result, Counter[str]]
# Tests with the same operation and status share one tour, because a tour takes two seconds.
REFUSED = list(zip(OPERATIONS, cycle((404, 405, 501)), strict=False))
CRASHES = [(operation, 500) for operation in OPERATIONS]
RUN = {*REFUSED[::2], *CRASHES[1::2]}  # by make test


def name(without: tuple[str, int]) -> str:
    return "{} {}".format(*without)


@pytest.fixture(scope="module")
def judged(without: tuple[str, int]) -> Judged:
    return judge_without(*without)


def judge_without(operation: str, status: int, options: RunOptions = TOUR) -> Judged:
    """The result of a run on a server that answers this operation with one status, and the calls of each operation."""
    calls: Counter[str] = Counter()

    def watch(exchange: Exchange) -> None:
        calls[parse(exchange.request.method, exchange.request.path).operation] += 1

    async def refuse(_: Call) -> Answer:
        return Answer(error(), status)

    def change(fake: Fake) -> None:
        fake.handlers[operation] = refuse

    with serving(change) as target:
        run = Run(target, options, lambda id: not id.startswith("rate/"), watch=watch)
        return run.judge(), calls


def violated(result: Result) -> dict[str, int]:
    return {each.requirement.id: len(each.violations) for each in result.verdicts if each.verdict in ("fail", "warn")}


@pytest.mark.parametrize("without", chosen(REFUSED, RUN.__contains__), ids=name, scope="module")
def test_an_operation_that_never_succeeds_is_one_violation(without: tuple[str, int], judged: Judged) -> None:
    """One requirement is violated, once. Each requirement that was not tested names it as its blocker."""
    result, _ = judged

    violation = catalogue.never_succeeds()[without[0]]
    assert violated(result) == {violation: 1}
    assert {each.blocked_by for each in result.verdicts if each.verdict == "unjudged"} <= {violation}


@pytest.mark.parametrize("without", chosen(CRASHES, RUN.__contains__), ids=name, scope="module")
def test_an_operation_that_always_crashes_is_named_as_a_crash(judged: Judged) -> None:
    """A crash violates errors/never-5xx alone, and blocks what needs the operation."""
    result, _ = judged

    assert violated(result).keys() == {"errors/never-5xx"}
    assert {each.blocked_by for each in result.verdicts if each.verdict == "unjudged"} <= {"errors/never-5xx"}


@pytest.mark.parametrize(
    "without",
    chosen((each for each in REFUSED + CRASHES if each[0] in BY_ID), RUN.__contains__),
    ids=name,
    scope="module",
)
def test_the_suite_soon_no_longer_sends_the_operation(without: tuple[str, int], judged: Judged) -> None:
    """After a few calls the suite knows that the operation never succeeds."""
    _, calls = judged

    assert calls[without[0]] <= FEW


def test_nothing_is_created_where_nothing_can_be_deleted() -> None:
    """Every generator stops creating. A note tells which were left out, and each assistant is reported."""
    result, calls = judge_without(DELETE, 405, RunOptions())

    assert calls[CREATE] <= FEW
    assert len(result.left_behind) <= calls[CREATE]
    assert any("stopped creating" in note for note in result.notes)
