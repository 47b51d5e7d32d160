"""The progress of a run: the line of a log, and the words of the clean-up after an interruption."""

from __future__ import annotations

import time

import pytest

from contract_tests.http import operations
from contract_tests.http.messages import Exchange, Response
from contract_tests.http.target import Clock, Target
from contract_tests.reports import progress
from contract_tests.reports.progress import ProgressBar
from contract_tests.runs.result import CLEANING, INTERRUPTED

CALL = Exchange(1, operations.list_(), Response(200))


def resting(bar: ProgressBar, seconds: float) -> str:
    """The line of the progress while the client rests."""
    lines: list[str] = []
    clock = Clock(time.time, lambda _: lines.append(bar.describe()))
    bar.watched(Target("", {}, clock=clock)).clock.rest(seconds)
    return lines[0]


def test_a_line_says_the_stage_the_wait_and_what_is_left() -> None:
    """The requests of the plan, the limiter, and an estimate by the limit."""
    bar = ProgressBar()
    bar.expect(80, 20)
    bar.stage("two parallel modifies", 4, 18)
    for _ in range(20):
        bar.watch(CALL)

    said = resting(bar, 41)
    assert said == "two parallel modifies (5 of 18), 20 of 80 requests, limiter: 41 s, about 3 min left"
    assert "limiter" not in bar.describe()


def test_a_bar_ends_with_the_stage() -> None:
    """A terminal of 80 columns cuts off the end of a long stage, not the wait."""
    bar = ProgressBar()
    bar.expect(80, 20)
    bar.stage("two parallel modifies", 4, 18)

    assert bar.describe(stage_last=True).endswith("left, two parallel modifies (5 of 18)")


def test_another_wait_names_its_cause() -> None:
    """A wait for a server that is starting is not called a limiter's."""
    bar, lines = ProgressBar(), list[str]()
    clock = Clock(time.time, lambda _: lines.append(bar.describe()))

    bar.watched(Target("", {}, clock=clock)).clock.wait_for("start of the server", 5)

    assert lines == ["starting, 0 of about 0 requests, start of the server: 5 s"]
    assert bar.describe() == "starting, 0 of about 0 requests"


def test_more_requests_than_expected_have_no_end() -> None:
    """A server that violates requirements gets more requests; the line then counts them alone."""
    bar = ProgressBar(1)
    for _ in range(3):
        bar.watch(CALL)

    assert bar.describe() == "starting, 3 requests"


def test_a_log_gets_lines_while_nothing_happens(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where no terminal is, a line comes again and again, also during a wait."""
    monkeypatch.setattr(progress, "EVERY", 0.01)
    bar = ProgressBar(10)
    with bar.running():
        while "00:00 starting, 0 of about 10 requests\n" * 2 not in capsys.readouterr().err:
            time.sleep(0.05)


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "Interrupted: deleting 4; Ctrl-C again to stop.\n"),
        (38, "Interrupted: deleting 4, waiting 38 s for the limiter; Ctrl-C again to stop.\n"),
    ],
)
def test_an_interrupted_run_says_what_it_deletes(capsys: pytest.CaptureFixture[str], seconds: int, said: str) -> None:
    """Once, with the wait if there is one."""
    bar = ProgressBar()
    bar.stage(INTERRUPTED, 0, 1)
    for done in range(4):
        bar.stage(CLEANING, done, 4)
        if seconds:
            resting(bar, seconds)
        bar.watch(CALL)

    assert capsys.readouterr().err == said
