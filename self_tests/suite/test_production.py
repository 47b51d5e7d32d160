"""A planned run beside real data, on a fake that holds 500 assistants of others."""

from __future__ import annotations

import errno
import multiprocessing
import os
import signal
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from contract_tests.generators import tour
from contract_tests.http import editions, own_fake
from contract_tests.http.messages import Exchange, Response
from contract_tests.http.target import ROLES, Target, TargetError
from contract_tests.http.transport import Transport
from contract_tests.profiles import plan, production, read_only
from contract_tests.profiles.plan import ASK_SELF, PROBE, Plan
from contract_tests.requirements import catalogue
from contract_tests.runs.planned_run import PlannedRun
from fake_server.domain.assistants import Project
from fake_server.storage import seed
from self_tests.cases import sampled
from self_tests.doubles import rehearsal
from self_tests.doubles.readings import READINGS
from self_tests.doubles.rehearsal import Production
from self_tests.doubles.second_server import serve as serve_second

# The runs and their clean-up are the same code on any Python.
pytestmark = pytest.mark.any_python

PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["self_tests.doubles.rehearsal"])
MOMENTS = [(number, when) for number in range(1, 74, 3) for when in ("before", "after")]
WANTED = {id for id in catalogue.requirements() if not id.startswith("rate/")}


@pytest.fixture(scope="module")
def place() -> Iterator[Production]:
    with rehearsal.production() as place:
        yield place


@pytest.fixture(autouse=True)
def deadline_of_creates() -> None:
    """The deadline is the real one, because the clock is quick."""


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
    """All requirements but rate/* pass, in the planned number of requests; no assistant of others changes."""
    result = rehearsal.run(place.target(), tmp_path, ASK_SELF)

    judged = {each.requirement.id: each.verdict for each in result.verdicts if each.verdict != "unjudged"}
    assert judged == dict.fromkeys(WANTED - {"delete/self-is-the-keys-own"}, "pass")
    assert result.requests == result.planned
    assert (everybody(place), result.left_behind) == (before, {})


def test_an_expendable_assistant_decides_the_rest_and_is_all_that_goes(tmp_path: Path) -> None:
    """With an expendable assistant every must but rate/* is judged, without a delete of the bound assistant."""
    with rehearsal.production() as place:
        before = everybody(place)
        target = place.target(expendable=True)
        result = rehearsal.run(target, tmp_path)
        gone = [f"asst-{project.id}" for project in before if project not in everybody(place)]

    assert {each.requirement.id for each in result.verdicts if each.verdict == "pass"} == WANTED
    assert gone == [target.expendable_id]


def test_the_limiter_is_probed_last(tmp_path: Path) -> None:
    """With the permission rate/* is judged too, and the assistants of the probe are deleted."""
    with rehearsal.production(rehearsal.STEADY) as place:
        before = everybody(place)
        result = rehearsal.run(place.target(), tmp_path, PROBE)

    rate = {each.requirement.id: each.verdict for each in result.verdicts if each.requirement.area == "rate"}
    assert set(rate.values()) == {"pass"}
    assert (everybody(place), result.left_behind) == (before, {})


def test_all_musts_but_rate_take_sixty_requests_at_the_most() -> None:
    """In an organization of 500 assistants, the walks and the clean-up included."""
    whole = Target("https://x.test/v1", dict.fromkeys(ROLES, "k"), "asst-a", "asst-b", 20)
    musts = plan.make(plan.PRODUCTION, whole, lambda id: catalogue.requirements()[id].level == "must")

    assert musts.requests <= 60
    assert {id for id in musts.unjudged if not id.startswith("rate/")} == set()


@pytest.mark.parametrize("edition", editions.names())
def test_the_production_steps_test_every_requirement(edition: str) -> None:
    """Production tests each requirement of an edition but rate/*, and read-only tests a part of them."""
    with editions.use(edition):
        wanted = {id for id in catalogue.requirements() if not id.startswith("rate/")}
        tested = {id for step in production.SCENARIO.steps for id in step.requirements}
        read = {id for step in read_only.SCENARIO.steps for id in step.requirements}

        assert tested | set(plan.WALKED) & wanted == wanted
        assert read <= wanted


def test_a_production_run_passes_the_fake_of_another_edition(tmp_path: Path) -> None:
    """Each requirement but rate/* is tested and passes, in at most the planned requests."""
    with editions.use("openai"), own_fake.fake() as target:
        run = PlannedRun(target, planned(target, ASK_SELF), 1, lambda _: True, tmp_path)
        result = run.judge()

    assert {each.requirement.area for each in result.verdicts if each.verdict != "pass"} == {"rate"}
    assert result.requests <= (result.planned or 0)
    assert result.remains == []


def test_a_step_name_stands_for_one_step() -> None:
    """The tour and the profiles share steps; no two different steps have the same name."""
    steps = {step.act: step for step in (*tour.STEPS, *(each for one in plan.SCENARIOS.values() for each in one.steps))}

    assert [name for name, times in Counter(step.name for step in steps.values()).items() if times > 1] == []


def test_a_profile_uses_counted_steps_alone() -> None:
    """A plan knows the requests of each of its steps; a step that read-only uses does not write."""
    assert [step.name for each in plan.SCENARIOS.values() for step in each.steps if step.count is None] == []
    assert [step.name for step in read_only.SCENARIO.steps if step.fixtures or not step.reads_only] == []


@pytest.mark.parametrize("name", READINGS)
def test_a_legal_reading_is_not_accused(name: str, tmp_path: Path) -> None:
    """No free choice of a server fails a must, and no more requests are sent than the plan and its reserve."""
    with serve_second(replace(READINGS[name], rate_limit=None)) as served:
        given = {role: getattr(served, role) for role in ROLES}
        target = Target(served.base_url, given, served.bound_id, served.expendable_id, 0)
        result = rehearsal.run(target, tmp_path)

    assert [each.requirement.id for each in result.verdicts if each.verdict == "fail"] == []
    assert result.requests <= planned(target).requests + planned(target).reserve


def test_read_only_sends_nothing_but_gets(place: Production, before: list[Project], tmp_path: Path) -> None:
    """The profile read-only sends GET alone, writes no ledger, and judges each requirement that it plans to judge."""
    exchanges: list[Exchange] = []
    target = place.target()
    given = planned(target, profile=plan.READ_ONLY)
    run = PlannedRun(target, given, 1, lambda _: True, tmp_path, watch=exchanges.append)
    result = run.judge()

    assert {each.request.method for each in exchanges} == {"GET"}
    assert len([each for each in result.verdicts if each.verdict == "pass"]) == len(WANTED) - len(given.unjudged) + 6
    assert (everybody(place), list(tmp_path.iterdir())) == (before, [])


def test_two_runs_at_once_leave_each_other_be(place: Production, before: list[Project], tmp_path: Path) -> None:
    """Two runs with one key and one limit do not delete each other's assistants, and neither accuses the service."""
    with ThreadPoolExecutor(2) as threads:
        first, second = threads.map(lambda seed: rehearsal.run(place.target(), tmp_path, seed=seed), (1, 2))

    fails = [each.requirement.id for each in (*first.verdicts, *second.verdicts) if each.verdict in ("fail", "warn")]
    assert fails == []
    assert (everybody(place), first.left_behind, second.left_behind) == (before, {}, {})


def test_more_than_was_declared_stops_before_anything_is_made(
    place: Production, before: list[Project], tmp_path: Path
) -> None:
    """The run stops before its first create if there are more assistants than the target file declares."""
    with pytest.raises(TargetError, match="'assistants'"):
        rehearsal.run(replace(place.target(), assistants=100), tmp_path)

    assert everybody(place) == before


@pytest.mark.parametrize("moment", sampled(MOMENTS, 3), ids=lambda moment: "{} {}".format(*moment))
def test_a_sweep_deletes_the_assistants_of_a_killed_run(
    place: Production, before: list[Project], tmp_path: Path, moment: tuple[int, str]
) -> None:
    """After kill -9 just before or just after the nth call, the ledger names every assistant to delete."""
    ledger = tmp_path / "run.ledger"
    deadly = killer(ledger.with_suffix(".pid"), *moment)
    place.watchers.append(deadly)
    child = PROCESSES.Process(target=rehearsal.run_to_be_killed, args=(place.base_url, place.began, str(ledger)))
    child.start()
    child.join(60)
    place.watchers.remove(deadly)

    assert child.exitcode == -signal.SIGKILL
    assert rehearsal.sweep(ledger, place.target()) == []
    assert everybody(place) == before


def test_the_assistant_of_an_interrupted_call_is_deleted_too(
    place: Production, before: list[Project], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After Ctrl-C between a create and its answer, the run finds the assistant by the mark in its text."""
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
    """A run never overwrites the ledger of another run: it may be the only list of the assistants that are left."""
    (tmp_path / "run.ledger").write_text("another run's")

    with pytest.raises(TargetError, match="--ledger"):
        rehearsal.run(place.target(), tmp_path / "run.ledger")


@pytest.mark.parametrize("lines", [1, 2, 6, 20])
def test_a_full_disk_ends_the_run_and_leaves_nothing(
    place: Production, before: list[Project], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lines: int
) -> None:
    """Without its ledger the run creates nothing more. It deletes what it has created."""
    written, sync = iter(range(1000)), os.fsync

    def full(descriptor: int) -> None:
        if next(written) > lines:
            raise OSError(errno.ENOSPC, "No space left on device")
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(TargetError, match=r"run.ledger: cannot be written \(No space left on device\)"):
        rehearsal.run(place.target(), tmp_path / "run.ledger")

    assert everybody(place) == before


def killer(pid: Path, number: int, when: str) -> Callable[[str], None]:
    """Kills the process whose number is in the file when the service gets its nth call."""
    calls = dict.fromkeys(("before", "after"), 0)

    def called(now: str) -> None:
        calls[now] += 1
        if (calls[now], now) == (number, when):
            os.kill(int(pid.read_text()), signal.SIGKILL)

    return called
