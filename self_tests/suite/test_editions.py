"""The edition `openai` accuses no right server: neither the fake nor a second implementation in its legal readings."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from contract_tests.http import editions, own_fake
from contract_tests.http.target import Target
from contract_tests.requirements.selection import Selection
from contract_tests.requirements.verdicts import Verdict
from contract_tests.runs.full_run import Run
from contract_tests.runs.run_options import RunOptions
from self_tests.cases import sampled
from self_tests.doubles.second_openai import READINGS, serve
from self_tests.doubles.second_server import Served
from self_tests.wrong.openai.create import no_model_is_needed
from self_tests.wrong.openai.kept import a_model_is_shown_by_its_full_name
from self_tests.wrong.wrong_server import serving

TOUR = RunOptions(generators=frozenset({"tour"}))
EVERY_GENERATOR = "recorded"
# The shoulds that a reading does not conform to, or that its free choice makes meaningless.
EXPECTED = {
    "own_models": {"kept/reasoning_effort": "unjudged"},
    "one_page": {
        "list/first-and-last-id": "warn",
        "list/order-asc": "warn",
        **dict.fromkeys(("list/limit", "list/after", "list/before", "list/bad-limit-refused"), "unjudged"),
    },
}
# These choose what no other reading chooses. test_sdk_edition.py runs the SDK tests against all of READINGS.
JUDGED = ("no_patch", "own_models", "no_such_model", "hyphens", "one_page")
NOT_THE_LIMITER: Callable[[str], bool] = lambda id: not id.startswith("rate/")  # noqa: E731 - as Run wants it


# The rules are the same code as in make contract.
pytestmark = pytest.mark.any_python


@pytest.fixture(autouse=True)
def edition() -> Iterator[None]:
    with editions.use("openai"):
        yield


def target(served: Served) -> Target:
    keys = {role: getattr(served, role) for role in ("primary", "sibling", "foreign")}
    return Target(served.base_url, keys, served.bound_id, served.expendable_id, 0)


def broken(verdicts: list[Verdict]) -> dict[str, str]:
    return {each.requirement.id: each.verdict for each in verdicts if each.verdict != "pass"}


@pytest.mark.parametrize("name", sampled(JUDGED, 3))
def test_a_legal_reading_is_not_accused(name: str) -> None:
    """Every must passes; of the shoulds only those warn that the reading does not keep."""
    with serve(READINGS[name]) as served:
        verdicts = Run(target(served), TOUR, NOT_THE_LIMITER).judge().verdicts

    assert broken(verdicts) == EXPECTED.get(name, {})


def test_a_legal_reading_is_not_accused_by_any_generator() -> None:
    """Schemathesis, the random histories and the SDKs accuse nobody either."""
    with serve(READINGS[EVERY_GENERATOR]) as served:
        run = Run(target(served), RunOptions(histories=10), NOT_THE_LIMITER).judge()

    assert (broken(run.verdicts), run.left_behind) == ({}, {})


def test_a_model_of_the_servers_own_is_one_violation() -> None:
    """The answer of each create is wrong, and yet every other requirement is tested."""
    with serving(a_model_is_shown_by_its_full_name) as fake:
        run = Run(fake, TOUR, NOT_THE_LIMITER).judge()

    assert broken(run.verdicts) == {"kept/model": "fail"}


def test_a_create_without_a_model_is_confirmed_without_one() -> None:
    """The script of a violation sends the create as the run sent it."""
    only = replace(TOUR, selection=Selection(("create/model-required",)))
    with serving(lambda fake: no_model_is_needed(fake, "gpt-4o")) as fake:
        run = Run(fake, only, only.includes).judge()

    assert [each.confirmed for verdict in run.verdicts for each in verdict.violations][:1] == [True]


def test_the_fake_is_not_accused() -> None:
    """Everything is tested, and everything passes."""
    with own_fake.fake() as fake:
        run = Run(fake, replace(TOUR, histories=10), NOT_THE_LIMITER).judge()

    assert (broken(run.verdicts), run.left_behind) == ({}, {})
