"""Every wrong server fails the requirement that names its mistake; a server without meaning passes no requirement."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest

from contract_tests.http import editions
from contract_tests.http.target import TargetError
from contract_tests.requirements import catalogue
from contract_tests.requirements.verdicts import Verdict
from contract_tests.runs.full_run import Run
from contract_tests.runs.result import Result
from contract_tests.runs.run_options import RunOptions
from fake_server.contract.editions import load_document
from fake_server.dialect.apply import constants
from fake_server.domain.assistants import Organization, Project, render_assistant
from fake_server.fake import Fake
from self_tests.cases import chosen, sampled
from self_tests.doubles.echo_server import echo
from self_tests.wrong import SERVERS, first_of_each
from self_tests.wrong.kill_matrix import MATRIX, Kill, merged
from self_tests.wrong.mutants import judged, main, named_in_production, unshown
from self_tests.wrong.wrong_server import WrongServer, error, instead, serving

ASSISTANT = render_assistant(
    Project("mock", "", "Mock", None, 1_763_884_800), Organization("", "", "ragen", 1.0), constants(load_document(), {})
)
EACH = 1  # wrong servers of one requirement that make test runs; make mutants runs all by the whole tour
WITHOUT_A_LIMITER = [each for each in SERVERS if not each.limited]
ALIKE: dict[str, tuple[int, Any]] = {
    f"{status} to everything": (status, {"error": {"message": "No.", "type": type, "param": None, "code": None}})
    for status, type in ((400, "invalid_request_error"), (401, "authentication_error"), (404, "not_found_error"))
}
ALIKE |= {"200 {} to everything": (200, {}), "the same assistant to everything": (200, ASSISTANT)}


def verdict_on(index: int) -> str:
    """The verdict on a wrong server in a run of the requirement that names its mistake."""
    server = SERVERS[index]
    # Any call may crash, so the calls of the whole area are needed.
    only = (server.meant, f"{server.area}/") if server.meant == "errors/never-5xx" else (server.meant,)
    result, stopped = judged(server, "tour", only=only)
    verdicts = (each for each in result.verdicts if each.requirement.id == server.meant)
    return stopped or ", ".join(f"{verdict.verdict} {verdict.requirement.id}" for verdict in verdicts)


@pytest.fixture
def without_logs() -> Iterator[None]:
    """Drops the log of the servers' crashes."""
    logging.disable()
    yield
    logging.disable(logging.NOTSET)


@pytest.mark.any_python  # rules judge other answers here, by the same code as in make contract
@pytest.mark.parametrize(
    "index",
    chosen(range(len(SERVERS)), first_of_each(EACH).__contains__),
    ids=lambda index: f"{SERVERS[index].meant}: {SERVERS[index].name}",
)
@pytest.mark.usefixtures("without_logs")
def test_the_requirement_that_names_the_mistake_is_broken(index: int) -> None:
    """A run of that requirement alone says fail for a must and warn for a should."""
    with editions.use(SERVERS[index].edition):
        meant = catalogue.requirements()[SERVERS[index].meant]

    assert verdict_on(index) == f"{'fail' if meant.level == 'must' else 'warn'} {meant.id}"


@pytest.mark.any_python
@pytest.mark.parametrize("server", sampled(WITHOUT_A_LIMITER, 20), ids=lambda server: f"{server.meant}: {server.name}")
def test_the_profile_production_names_no_requirement_that_the_server_keeps(server: WrongServer) -> None:
    """A run with few requests may miss a mistake. It does not blame another requirement for the mistake."""
    assert [id for id in named_in_production(server) if id not in server.requirements] == []


def test_every_requirement_has_a_wrong_server() -> None:
    """For every must and every should there is a server that fails it."""
    assert unshown(SERVERS) == []


def test_wrong_servers_violate_known_requirements_and_have_unique_names() -> None:
    """Wrong servers break requirements of the catalogue, and no two have the same name."""
    for edition in editions.names():
        with editions.use(edition):
            violated = {id for server in SERVERS if server.edition == edition for id in server.requirements}

            assert violated <= set(catalogue.requirements())
    assert [name for name, times in Counter(server.name for server in SERVERS).items() if times > 1] == []


def test_a_run_of_one_server_replaces_its_row_alone() -> None:
    """The row of the server is new, each other row stays, and the totals follow."""
    server, before = SERVERS[0], merged(MATRIX.read_text(encoding="utf-8"), [])

    after = merged(before, [Kill(server.name, server.meant, "", ("errors/types",), (server.meant,))])

    first, *rest = sorted(set(after.splitlines()) - set(before.splitlines()), reverse=True)
    assert first.startswith(f"| {server.name} | {server.meant} | **survives** | errors/types* | {server.meant} |")
    assert len(rest) == 2  # the number of caught servers, and the number of precise ones


def test_a_run_without_the_whole_suite_keeps_what_the_whole_suite_named() -> None:
    """The whole suite takes long, and its result stays until it runs again."""
    server = SERVERS[0]
    by_the_whole = merged("", [Kill(server.name, server.meant, "tour", (), (), (server.meant, "errors/types"))])

    after = merged(by_the_whole, [Kill(server.name, server.meant, "tour", ())])

    assert f"| {server.meant} | tour |  |  | {server.meant} errors/types* |" in after


def test_a_row_of_no_server_is_dropped() -> None:
    """A server that is gone, or that has another requirement now, has no row."""
    gone, moved = Kill("gone", "modify/partial", "tour", ()), Kill(SERVERS[0].name, "modify/partial", "tour", ())

    assert "modify/partial" not in merged("", [gone, moved])


def test_a_name_that_fits_no_wrong_server_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is run, and the exit code is 1."""
    assert main(["modify/partial", "no such name"]) == 1
    assert capsys.readouterr().err == "mutants: no wrong server has 'no such name' in its name or in its requirement.\n"


def run_tour(change: Callable[[Fake], None]) -> Result:
    """The result of a tour. Raises TargetError if the server refuses every key."""
    choice = RunOptions(generators=frozenset({"tour"}))
    with serving(change) as target:
        return Run(target, choice, lambda id: not id.startswith("rate/")).judge()


@pytest.mark.parametrize("what", ALIKE)
def test_a_server_that_answers_everything_alike_passes_nothing(what: str) -> None:
    """A server that refuses every call also refuses the bad calls; the controls show that this proves nothing."""
    status, body = ALIKE[what]
    verdicts: list[Verdict] = []
    with suppress(TargetError):
        verdicts = run_tour(lambda fake: instead(fake, lambda _: True, status, body)).verdicts

    assert [verdict.requirement.id for verdict in verdicts if verdict.verdict == "pass"] == []


def test_a_stateless_echo_fails() -> None:
    """A mock server like Prism, which passes the SDKs' own tests, fails. Its modifies rest on what it retrieves."""
    verdicts = {verdict.requirement.id: verdict for verdict in run_tour(echo).verdicts}

    assert {id for id, verdict in verdicts.items() if verdict.verdict == "fail"} >= {
        *("auth/missing-key-refused", "org/closed-to-others", "create/name-required", "ignored/metadata-not-kept"),
        *("retrieve/equals-created", "delete/gone", "list/complete", "errors/bad-json-is-400"),
    }
    assert verdicts["modify/partial"].blocked_by == "retrieve/equals-created"


@pytest.mark.usefixtures("without_logs")
def test_a_requirement_that_was_not_tested_names_its_blocker() -> None:
    """The violated requirement tells which call never succeeded, and the answer. The others name that requirement."""
    result = run_tour(lambda fake: instead(fake, lambda request: request.method == "POST", 422, error()))

    verdicts = {verdict.requirement.id: verdict for verdict in result.verdicts}
    assert verdicts["create/name-suffices"].reason.startswith("expected to be accepted; came 422")
    assert verdicts["modify/partial"].blocked_by == "create/name-suffices"
