"""Each finding of the oracle is confirmed: the calls of its script are made again, alone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from contract_tests.http.operations import CREATE, DELETE, parse
from contract_tests.profiles import plan
from contract_tests.profiles.plan import LEARN
from contract_tests.reports.summary import doubt
from contract_tests.requirements.findings import Violation
from contract_tests.runs.full_run import Run
from contract_tests.runs.planned_run import PlannedRun
from contract_tests.runs.run_options import RunOptions
from fake_server.fake import Answer, Call, Fake
from self_tests.wrong import SERVERS
from self_tests.wrong.mutants import named_in_production
from self_tests.wrong.wrong_server import answering, serving

TOUR = RunOptions(generators=frozenset({"tour"}))


def find_violation(change: Callable[[Fake], None], requirement: str) -> Violation:
    """The violation that a report of a tour shows."""
    with serving(change) as target:
        verdicts = Run(target, TOUR, lambda id: id.startswith(requirement.partition("/")[0])).judge().verdicts
    (verdict,) = (each for each in verdicts if each.requirement.id == requirement)
    return verdict.violations[0]


def wrong(name: str) -> Callable[[Fake], None]:
    return next(server.change for server in SERVERS if server.name == name)


def calls(violation: Violation) -> list[str]:
    return [parse(each.request.method, each.request.path).operation for each in violation.exchanges]


def test_a_violation_that_comes_again_is_confirmed() -> None:
    """Its script creates the assistant that it needs."""
    violation = find_violation(wrong("a delete answers: deleted false"), "delete/answers-deleted")

    assert violation.confirmed
    assert calls(violation) == [CREATE, DELETE]


def test_a_violation_that_does_not_come_again_is_kept() -> None:
    """A server that is wrong once has violated the requirement; the finding tells that it did not come again."""
    wrongs = iter([True])

    def once(_: Call, answer: Answer) -> Answer:
        return Answer({**answer.body, "deleted": False}) if next(wrongs, False) else answer

    violation = find_violation(lambda fake: answering(fake, once, DELETE), "delete/answers-deleted")

    assert violation.confirmed is False


def test_the_first_violation_of_a_report_is_one_that_comes_again() -> None:
    """Of several violations the report shows one that is confirmed, though another came first."""
    deletes = iter(range(1000))

    def often(_: Call, answer: Answer) -> Answer:
        return Answer({**answer.body, "deleted": False}) if next(deletes) != 1 else answer

    violation = find_violation(lambda fake: answering(fake, often, DELETE), "delete/answers-deleted")

    assert violation.confirmed


def test_a_list_that_is_out_of_order_is_confirmed_on_assistants_of_its_own() -> None:
    """The script creates assistants, then lists them."""
    violation = find_violation(wrong("the oldest come first"), "list/newest-first")

    assert violation.confirmed
    assert calls(violation).count(CREATE) >= 2


def test_a_report_tells_of_a_violation_that_did_not_come_again() -> None:
    """The sentence has the number of times that the violation was seen."""
    verdict = {"evidence": [{"confirmed": False}], "breaches": 3}

    assert doubt(verdict) == "Seen 3 times. It did not come again when these calls were made alone."
    assert doubt({"evidence": [{"confirmed": True}], "breaches": 3}) == ""


def test_a_command_that_judges_nothing_confirms_nothing(tmp_path: Path) -> None:
    """`learn` reads the choices of a server, not its violations, so it sends no call to confirm one."""
    with serving(wrong("a delete answers: deleted false")) as target:
        planned = plan.make(LEARN, target, lambda _: True)
        verdicts = PlannedRun(target, planned, 1, lambda _: True, tmp_path).judge().verdicts

    assert {violation.confirmed for each in verdicts for violation in each.violations} == {None}


@pytest.mark.parametrize(
    ("name", "cause"),
    [
        # The calls in parallel are wrong, and so is each of them alone.
        ("a rename wipes the instructions", "modify/partial"),
        ("patch answers the new and keeps the old", "modify/seen-everywhere"),
        # A deleted assistant is answered like any unknown one.
        ("patching an unknown id is a success", "modify/unknown-is-404"),
        # Another call explains the answer as well, and does not lead to it again.
        ("a clearing clears all", "modify/only-its-target"),
        ("a neighbour is deleted too", "delete/only-its-target"),
        ("done first and refused afterwards: deleteAssistant", "auth/refused-changes-nothing"),
        # The list lacks the assistant without any other call.
        ("those with an emoji are left out", "list/complete"),
        ("the last of all is left out", "list/complete"),
        # The cursor is an assistant that the list has not shown.
        ("the refused deletion hides it from the list", "delete/self-survives"),
        # Another operation refuses one of the fields alone.
        ("a field is refused: temperature", "ignored/temperature-accepted"),
    ],
)
def test_a_finding_gives_way_to_its_cause(name: str, cause: str) -> None:
    """The few calls of the profile production leave several explanations. Only the one that comes again is named."""
    (server,) = (each for each in SERVERS if each.name == name)

    assert named_in_production(server) == (cause,)
