"""The SDK suite in an edition: it accepts right servers, finds each mistake about a kept field, and asks nothing of
another edition.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

import pytest

from contract_tests.http import editions, own_fake
from contract_tests.http.operations import CREATE
from contract_tests.http.target import Target
from contract_tests.requirements import catalogue
from contract_tests.requirements.verdicts import Verdict
from contract_tests.runs.full_run import Run
from contract_tests.runs.run_options import RunOptions
from fake_server.compose import compose
from fake_server.fake import Fake
from fake_server.http.server import serve
from fake_server.storage import seed
from sdk_tests import Outcome, judge, sdks
from self_tests.doubles.second_openai import READINGS
from self_tests.doubles.second_openai import serve as serve_reading
from self_tests.suite.test_right_servers import target as target_of
from self_tests.wrong.openai_sdk import EDITION, MISTAKES
from self_tests.wrong.wrong_server import refusing

# make contract runs the SDK tests on each Python.
pytestmark = [pytest.mark.usefixtures("edition"), pytest.mark.any_python]

EVERY_FIFTH = [*MISTAKES][::5]  # Node takes seconds for each, and make sdk-matrix runs all promises in Node
KEYS = {key.label: key.secret for key in seed.KEYS}


@pytest.fixture(scope="module")
def edition() -> Iterator[None]:
    with editions.use(EDITION):
        yield


@pytest.fixture
def fake() -> Fake:
    return compose(rate_limit=None, edition=EDITION)


@pytest.fixture(scope="module")
def right() -> list[Outcome]:
    """The outcomes of all tests on a right server."""
    with editions.use(EDITION), own_fake.fake() as target:
        return judge(target, lambda _: True)


def judged(fake: Fake, *wanted: str, **create: str) -> dict[str, set[str]]:
    """The verdicts of each requirement that begins with one of these prefixes. `create` is the table of the target."""
    with serve(fake) as base_url:
        target = Target(base_url, KEYS, rate_limit=0, create=create)
        outcomes = judge(target, lambda name: name.startswith(wanted), kinds=("sync",))
    verdicts: dict[str, set[str]] = {}
    for outcome in outcomes:
        for name in outcome.requirements:
            verdicts.setdefault(name, set()).add(outcome.verdict)
    return verdicts


def named(verdicts: Iterable[Verdict]) -> list[str]:
    """The requirements that are violated."""
    return [each.requirement.id for each in verdicts if each.violations]


def test_a_right_server_passes(right: list[Outcome]) -> None:
    """Nothing fails and nothing is skipped if the server is right and everything is declared."""
    assert [(each.test, each.why) for each in right if each.verdict != "passed"] == []


def test_only_requirements_of_the_edition_are_tested(right: list[Outcome]) -> None:
    """A test of another edition's requirement does not run. Each kept field and each limit is tested."""
    tested = {name for outcome in right for name in outcome.requirements}

    assert tested <= set(catalogue.requirements())
    assert {name for name in catalogue.requirements() if name.startswith(("kept/", "limits/"))} <= tested


def test_the_pages_edition_has_no_test_of_this_one() -> None:
    """One process can judge by one edition after the other: no test keeps the fields of the former one."""
    with editions.use(editions.PAGE), own_fake.fake() as target:
        outcomes = judge(target, lambda name: name.startswith(("kept/", "limits/", "ignored/model", "create/")))
        known = set(catalogue.requirements())

    assert {name for outcome in outcomes for name in outcome.requirements} <= known
    assert {outcome.verdict for outcome in outcomes} == {"passed"}


@pytest.mark.parametrize("name", ["recorded", "own_models", "no_such_model"])
def test_a_legal_reading_is_not_accused(name: str) -> None:
    """A server that makes another free choice keeps each promise that is about kept fields."""
    wanted = ("kept/", "limits/", "create/", "modify/")
    with serve_reading(replace(READINGS[name], rate_limit=None)) as served:
        outcomes = judge(target_of(served), lambda id: id.startswith(wanted), kinds=("sync",))

    assert [(each.test, each.why) for each in outcomes if each.verdict in ("failed", "error")] == []


def test_a_model_that_is_declared_is_sent(fake: Fake) -> None:
    """If the server knows one model, the target declares it, and the tests create with it."""
    refusing(fake, lambda body: body.get("model", "ragen") != "ragen")
    verdicts = judged(fake, "create/", "modify/", "kept/", model="ragen")

    assert verdicts.pop("kept/model") == {"skipped"}
    assert {"failed", "error"}.isdisjoint(set().union(*verdicts.values()))


def test_the_oracle_accuses_no_right_server() -> None:
    """In a run, the exchanges of the SDK tests violate nothing, and nothing is left behind."""
    with own_fake.fake() as target:
        run = Run(target, RunOptions(generators=frozenset({"sdk"})), lambda id: not id.startswith("rate/")).judge()

    assert named(run.verdicts) == []
    assert run.left_behind == {}


@pytest.mark.parametrize(("change", "breached"), MISTAKES.items(), ids=[change.__name__ for change in MISTAKES])
def test_a_mistake_fails_its_requirements(
    fake: Fake, change: Callable[[Fake], None], breached: tuple[str, ...]
) -> None:
    """A mistake of the server fails the requirements that it violates, and never counts as a mistake of the tests."""
    change(fake)
    verdicts = judged(fake, *breached)

    assert [name for name in breached if "failed" not in verdicts[name]] == []
    assert "error" not in set().union(*verdicts.values())


def test_each_new_promise_has_a_wrong_server(right: list[Outcome]) -> None:
    """Each requirement that is new in the edition, and that the SDK tests prove, has a wrong server."""
    with editions.use(editions.PAGE):
        before = set(catalogue.requirements())
    new = {name for outcome in right for name in outcome.requirements} - before

    assert new - {name for breached in MISTAKES.values() for name in breached} == set()


@pytest.mark.parametrize("change", EVERY_FIFTH, ids=[change.__name__ for change in EVERY_FIFTH])
def test_nodes_sdk_finds_the_same_mistakes(fake: Fake, change: Callable[[Fake], None]) -> None:
    """The tests in Node find the same requirements violated."""
    sdk = sdks.newest("node")
    if not (sdk.home / "installed").exists():
        pytest.skip("not installed: make sdk-matrix")
    change(fake)
    with serve(fake) as base_url:
        outcomes = sdk.judge(Target(base_url, KEYS, rate_limit=0), [*MISTAKES[change]])

    assert {each.name for each in outcomes if each.verdict == "failed"} >= set(MISTAKES[change])


def test_a_create_that_needs_more_is_one_violation(fake: Fake) -> None:
    """In a run against a server whose create needs instructions too, the SDK tests send them, and the rest passes."""
    refusing(fake, lambda body: not body.get("instructions"), CREATE)
    with serve(fake) as base_url:
        options = RunOptions(generators=frozenset({"sdk"}))
        run = Run(
            Target(base_url, KEYS, rate_limit=0), options, lambda id: id.startswith(("kept/t", "create/"))
        ).judge()

    assert [each.requirement.id for each in run.verdicts if each.verdict in ("fail", "warn")] == [
        "create/model-suffices"
    ]


def test_pytest_names_an_edition_that_does_not_exist() -> None:
    """`pytest sdk_tests` with an unknown edition ends with one line that names the editions."""
    command = [sys.executable, "-m", "pytest", "--pyargs", "sdk_tests", "-p", "no:cacheprovider"]
    ended = subprocess.run(
        command, env=os.environ | {"ASSISTANTS_EDITION": "opnai"}, capture_output=True, text=True, check=False
    )

    assert ended.stderr.strip() == "ERROR: ASSISTANTS_EDITION=opnai: the editions are page, openai"
