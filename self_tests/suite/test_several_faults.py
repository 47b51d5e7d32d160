"""Servers with several faults at once: each fault is named by its requirement, and a baseline of them holds."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from contract_tests.runs.full_run import Run
from contract_tests.runs.run_options import RunOptions
from fake_server.fake import Fake
from self_tests.command_run import Ran
from self_tests.wrong.single_faults import FAULTS
from self_tests.wrong.wrong_server import serving

# Rules judge other answers here, by the same code as in make contract.
pytestmark = pytest.mark.any_python

THREE = ("patch answers 405", "tools are refused", "codes are numbers")
TEN = (
    "create wants instructions",
    "one model alone is accepted",
    "top p is refused",
    "an empty modify is refused",
    "an unknown id has another type",
    "a wrong method answers 400",
    "created at is in milliseconds",
    "a list has no has more",
    "a delete answers 204",
    "metadata is kept",
)


@pytest.fixture(autouse=True)
def without_logs() -> Iterator[None]:
    logging.disable()
    yield
    logging.disable(logging.NOTSET)


def spoil(fake: Fake, names: tuple[str, ...]) -> None:
    for each in FAULTS:
        if each.name in names:
            each.change(fake)


def declared(names: tuple[str, ...]) -> set[str]:
    return {requirement for each in FAULTS if each.name in names for requirement in each.requirements}


@pytest.mark.parametrize("names", [THREE, TEN], ids=["three", "ten"])
def test_each_of_several_faults_is_named_and_nothing_else(names: tuple[str, ...]) -> None:
    """Only the requirements of the faults are violated. One of them blocks each requirement that was not tested."""
    with serving(lambda fake: spoil(fake, names)) as target:
        tour = RunOptions(generators=frozenset({"tour"}))
        verdicts = Run(target, tour, lambda id: not id.startswith("rate/")).judge().verdicts

    named = {each.requirement.id for each in verdicts if each.violations}
    assert named <= declared(names)
    assert {each.meant for each in FAULTS if each.name in names} <= named
    assert {each.blocked_by for each in verdicts if each.verdict == "unjudged"} <= named


@pytest.mark.parametrize("name", ["tools are refused", "a list cuts long instructions"])
def test_random_histories_name_one_fault_alone(name: str) -> None:
    """In a history each fault has many consequences: none of them is named. `make faults` runs every fault."""
    with serving(lambda fake: spoil(fake, (name,))) as target:
        histories = RunOptions(generators=frozenset({"histories"}))
        verdicts = Run(target, histories, lambda id: not id.startswith("rate/")).judge().verdicts

    assert {each.requirement.id for each in verdicts if each.violations} == declared((name,))


def test_a_baseline_of_ten_faults_holds_with_another_seed(
    fake: Fake, base_url: str, run: Callable[..., Ran], command: Callable[..., Ran], tmp_path: Path
) -> None:
    """The reasons hold nothing of the run that made the baseline: with another seed each line is still true."""
    spoil(fake, TEN)
    areas = [f"--only={area}/" for area in ("create", "ignored", "modify", "list", "errors")]
    record, known = tmp_path / "run.ndjson", tmp_path / "known.yaml"
    run(base_url, *areas, "--seed", "1", "--events", str(record))
    known.write_text(command("baseline", str(record)).out)

    again = run(base_url, *areas, "--seed", "2", "--baseline", str(known))

    assert again.code in (0, 3), again.out
