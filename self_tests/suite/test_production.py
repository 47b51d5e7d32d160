"""A run beside real data: planned, paced, without a trace. Rehearsed on a fake that holds 500 assistants of others."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from contract_tests.http.messages import Exchange, Response
from contract_tests.http.target import ROLES, Target, TargetError
from contract_tests.http.transport import Transport
from contract_tests.profiles import plan, production, read_only
from contract_tests.profiles.plan import ASK_SELF, PROBE, Plan
from contract_tests.requirements import catalogue
from contract_tests.runs.planned_run import PlannedRun
from contract_tests.runs.sweep import Sweep
from fake_server.domain.assistants import Project
from fake_server.storage import seed
from self_tests.doubles import rehearsal
from self_tests.doubles.readings import READINGS
from self_tests.doubles.rehearsal import Production, quick
from self_tests.doubles.second_server import serve as serve_second

PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["self_tests.doubles.rehearsal"])
MOMENTS = [(number, when) for number in range(1, 74, 3) for when in ("before", "after")]
WANTED = {id for id in catalogue.requirements() if not id.startswith("rate/")}


@pytest.fixture(scope="module")
def place() -> Iterator[Production]:
    with rehearsal.production() as place:
        yield place


@pytest.fixture
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for key in seed.KEYS:
        monkeypatch.setenv(ROLES[key.label], key.secret)


@pytest.fixture
def before(place: Production) -> list[Project]:
    return everybody(place)


def everybody(place: Production) -> list[Project]:
    return [project for each in seed.ORGANIZATIONS for project in place.fake.store.projects(each.id)]


def planned(target: Target, *allowed: str, profile: str = plan.PRODUCTION) -> Plan:
    return plan.make(profile, target, lambda _: True, allowed)


def test_a_run_judges_the_whole_catalogue_and_leaves_no_trace(
    place: Production, before: list[Project], tmp_path: Path
) -> None:
    """All but rate/* holds, in the planned number of requests; the others are as they were, and ours are gone."""
    result = rehearsal.run(place.target(), tmp_path, ASK_SELF)

    judged = {each.requirement.id: each.verdict for each in result.verdicts if each.verdict != "unjudged"}
    assert judged == dict.fromkeys(WANTED - {"delete/self-is-the-keys-own"}, "pass")
    assert result.requests == result.planned
    assert (everybody(place), result.left_behind) == (before, [])


def test_an_expendable_assistant_decides_the_rest_and_is_all_that_goes(tmp_path: Path) -> None:
    """With it every must but rate/* is judged, without the dangerous question."""
    with rehearsal.production() as place:
        before = everybody(place)
        target = place.target(expendable=True)
        result = rehearsal.run(target, tmp_path)
        gone = [f"asst-{project.id}" for project in before if project not in everybody(place)]

    assert {each.requirement.id for each in result.verdicts if each.verdict == "pass"} == WANTED
    assert gone == [target.expendable_id]


def test_the_limiter_is_probed_last(tmp_path: Path) -> None:
    """Where it is asked for, rate/* is judged too, and what that made is removed."""
    with rehearsal.production(rehearsal.STEADY) as place:
        before = everybody(place)
        result = rehearsal.run(place.target(), tmp_path, PROBE)

    rate = {each.requirement.id: each.verdict for each in result.verdicts if each.requirement.area == "rate"}
    assert set(rate.values()) == {"pass"}
    assert (everybody(place), result.left_behind) == (before, [])


def test_all_musts_but_rate_take_sixty_requests_at_the_most() -> None:
    """On an organization of 500, the walks and the clean-up included."""
    whole = Target("https://x.test/v1", dict.fromkeys(ROLES, "k"), "asst-a", "asst-b", 20)
    musts = plan.make(plan.PRODUCTION, whole, lambda id: catalogue.requirements()[id].level == "must")

    assert musts.requests <= 60
    assert {id for id in musts.unjudged if not id.startswith("rate/")} == set()


def test_every_requirement_is_somewhere_in_the_script() -> None:
    """And nothing in the scripts is invented."""
    tested = {id for step in production.SCENARIO.steps for id in step.requirements} | set(plan.WALKED)

    assert tested == WANTED
    assert {id for step in read_only.SCENARIO.steps for id in step.requirements} <= WANTED


@pytest.mark.parametrize("name", READINGS)
def test_a_legal_reading_is_not_accused(name: str, tmp_path: Path) -> None:
    """Whatever the contract leaves open, no must is broken, and no more is sent than the plan and its reserve."""
    with serve_second(replace(READINGS[name], rate_limit=None)) as served:
        given = {role: getattr(served, role) for role in ROLES}
        target = Target(served.base_url, given, served.bound_id, served.expendable_id, 0)
        result = rehearsal.run(target, tmp_path)

    assert [each.requirement.id for each in result.verdicts if each.verdict == "fail"] == []
    assert result.requests <= planned(target).requests + planned(target).reserve


def test_read_only_sends_nothing_but_gets(place: Production, before: list[Project], tmp_path: Path) -> None:
    """It makes no ledger either, and judges what can be judged so."""
    asked: list[Exchange] = []
    target = place.target()
    given = planned(target, profile=plan.READ_ONLY)
    run = PlannedRun(target, given, 1, lambda _: True, tmp_path, watch=asked.append)
    result = run.judge()

    assert {each.request.method for each in asked} == {"GET"}
    assert len([each for each in result.verdicts if each.verdict == "pass"]) == len(WANTED) - len(given.unjudged) + 6
    assert (everybody(place), list(tmp_path.iterdir())) == (before, [])


def test_two_runs_at_once_leave_each_other_be(place: Production, before: list[Project], tmp_path: Path) -> None:
    """On one key, with one budget: neither accuses the service of the other's work, and neither removes it."""
    with ThreadPoolExecutor(2) as threads:
        first, second = threads.map(lambda seed: rehearsal.run(place.target(), tmp_path, seed=seed), (1, 2))

    fails = [each.requirement.id for each in (*first.verdicts, *second.verdicts) if each.verdict in ("fail", "warn")]
    assert fails == []
    assert (everybody(place), first.left_behind, second.left_behind) == (before, [], [])


def test_more_than_was_declared_stops_before_anything_is_made(
    place: Production, before: list[Project], tmp_path: Path
) -> None:
    """Who is there has to be known before something is made beside them."""
    with pytest.raises(TargetError, match="'assistants'"):
        rehearsal.run(replace(place.target(), assistants=100), tmp_path)

    assert everybody(place) == before


@pytest.mark.parametrize(("number", "when"), MOMENTS, ids=lambda value: str(value))
@pytest.mark.usefixtures("keys")
def test_a_sweep_removes_what_a_killed_run_has_left(
    place: Production, before: list[Project], tmp_path: Path, number: int, when: str
) -> None:
    """kill -9, just before or just after the service has done the nth call: the ledger knows what to remove."""
    ledger = tmp_path / "run.ledger"
    deadly = killer(ledger.with_suffix(".pid"), number, when)
    place.watchers.append(deadly)
    child = PROCESSES.Process(target=rehearsal.run_to_be_killed, args=(place.base_url, place.began, str(ledger)))
    child.start()
    child.join(60)
    place.watchers.remove(deadly)

    assert child.exitcode == -signal.SIGKILL
    assert Sweep(ledger, lambda _: True, lambda _: None, quick(place.began)).run() == []
    assert everybody(place) == before


def test_what_an_interrupted_call_has_made_is_removed_too(
    place: Production, before: list[Project], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C between a create and its answer: no id was seen, but what was made carries the mark of that call."""
    send, creates = Transport.send, iter(range(10))

    def interrupted(self: Transport, method: str, path: str, *rest: Any) -> Response:
        answered = send(self, method, path, *rest)
        if (method, path) == ("POST", "/assistants") and next(creates) == 2:
            raise KeyboardInterrupt
        return answered

    monkeypatch.setattr(Transport, "send", interrupted)
    with pytest.raises(KeyboardInterrupt):
        rehearsal.run(place.target(), tmp_path)

    assert everybody(place) == before


def test_a_ledger_is_never_written_over(place: Production, tmp_path: Path) -> None:
    """One of another run may be all that knows what it has left."""
    (tmp_path / "run.ledger").write_text("another run's")

    with pytest.raises(TargetError, match="--ledger"):
        rehearsal.run(place.target(), tmp_path / "run.ledger")


def killer(pid: Path, number: int, when: str) -> Callable[[str], None]:
    """Kills the process, whose number stands in a file, as the service gets its nth call."""
    calls = dict.fromkeys(("before", "after"), 0)

    def called(now: str) -> None:
        calls[now] += 1
        if (calls[now], now) == (number, when):
            os.kill(int(pid.read_text()), signal.SIGKILL)

    return called
