"""The matrix of SDKs: it reports each surprise, and a test that did not run is never green."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import openai
import pytest
from aiohttp import web

from contract_tests.generators.sdk_promises import promises_of_node
from contract_tests.http import editions, own_fake
from contract_tests.http.operations import DELETE
from contract_tests.http.target import Target
from contract_tests.runs.full_run import Run
from contract_tests.runs.run_options import RunOptions
from fake_server.fake import Answer, Call, Handler
from sdk_tests import matrix, recording
from sdk_tests.sdks import Outcome, Sdk, UnavailableError, known, newest
from self_tests.cases import sampled
from self_tests.wrong import SERVERS
from self_tests.wrong.single_faults import FAULTS
from self_tests.wrong.wrong_server import handling, serving

# Node's SDK, and a table.
pytestmark = pytest.mark.any_python

SDK = Sdk("python", "0.1.0", ("openai==0.1.0",), frozenset({"paging ends where has more is false"}))
WALKED = Outcome("list/complete", "passed", "", "test_list.py::test_walk[sync]")
ASKED_ON = Outcome("paging ends where has more is false", "failed", "assert 2 == 1", "test_sdk.py::test_paging[sync]")


def installed(language: str) -> Sdk:
    sdk = newest(language)
    if not (sdk.home / "installed").exists():
        pytest.skip("not installed: make sdk-matrix")
    return sdk


def surprises(*outcomes: Outcome) -> list[str]:
    return list(matrix.surprising(SDK, list(outcomes), ["list/complete"]))


def test_the_known_results_of_the_table_are_expected() -> None:
    """A promise that holds, and a fact that is known not to hold, are as expected."""
    assert surprises(WALKED, ASKED_ON) == []


@pytest.mark.parametrize("verdict", ["failed", "error"])
def test_a_promise_that_does_not_hold_is_a_surprise(verdict: str) -> None:
    """A test that failed, or that broke before its verdict, is reported with its SDK."""
    assert len(surprises(replace(WALKED, verdict=verdict), ASKED_ON)) == 1


@pytest.mark.parametrize("outcomes", [(), (replace(WALKED, verdict="skipped"),)], ids=["absent", "skipped"])
def test_a_promise_that_was_not_asked_is_a_surprise(outcomes: tuple[Outcome, ...]) -> None:
    """An SDK without a promise that others were tested for is a surprise."""
    assert len(surprises(*outcomes, ASKED_ON)) == 1


@pytest.mark.parametrize("outcomes", [(replace(ASKED_ON, verdict="passed"),), ()], ids=["holds", "absent"])
def test_a_line_that_is_no_longer_true_is_a_surprise(outcomes: tuple[Outcome, ...]) -> None:
    """A fact of `unlike` that holds after all, or that no test shows, must be deleted from sdks.toml."""
    assert len(surprises(WALKED, *outcomes)) == 1


def test_one_client_that_fails_fails_the_cell() -> None:
    """A cell holds if some of an SDK's clients prove it and none refutes it."""
    skipped, failed = replace(WALKED, verdict="skipped"), replace(WALKED, verdict="failed")

    assert matrix.cell([WALKED, skipped]) == matrix.HOLDS
    assert matrix.cell([WALKED, failed]) == matrix.FAILS


@pytest.mark.parametrize("edition", editions.names())
def test_the_readme_shows_the_sdks_of_the_table(edition: str) -> None:
    """The README's lists were made with the SDKs that sdks.toml names."""
    text = matrix.README.read_text(encoding="utf-8")
    made = text.split(matrix.BEGIN.format(edition))[1].split(matrix.END)[0]

    assert made.startswith("\n" + matrix.passed_list(known(), []))


def test_the_readme_shows_the_sdks_of_the_facts() -> None:
    """The table of the facts was made with them, too."""
    (head,) = [
        line for line in matrix.README.read_text(encoding="utf-8").splitlines() if line.startswith("| fact about")
    ]

    assert head.strip("| ").split(" | ")[1:] == [sdk.name for sdk in known()]


def test_a_run_judges_with_the_newest_sdk_of_the_table() -> None:
    """The newest Python SDK of sdks.toml is the one that requirements.lock pins and that `assistants-contract run`
    uses.
    """
    assert newest("python").version == openai.__version__


def test_without_node_its_sdk_is_unavailable(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Without node its SDK is unavailable, also if it was installed before. One line says so, and the run does not
    fail.
    """
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(UnavailableError, match="node"):
        newest("node").install()


@pytest.mark.parametrize("language", ["python", "node"])
def test_only_the_chosen_calls_are_made(language: str) -> None:
    """For one requirement an SDK makes only the calls that the requirement needs, and deletes the assistants that it
    created.
    """
    with own_fake.fake() as target:
        outcomes = installed(language).judge(target, ["list/limit"])

    assert {each.name for each in outcomes} - {"delete/answers-deleted"} == {"list/limit"}
    assert {each.verdict for each in outcomes} == {"passed"}


def test_the_oracle_sees_the_exchanges_of_nodes_sdk() -> None:
    """A failure of Node's SDK that follows from a violation adds nothing: it loses the rest of a list without has_more,
    and only has_more is violated.
    """
    installed("node")
    server = next(server for server in SERVERS if server.name == "has more is missing")
    with serving(server.change) as target:
        run = Run(target, RunOptions(generators=frozenset(), sdk=True), lambda id: id.startswith("list/"))
        violated = [each for each in run.judge().verdicts if each.violations]

    assert [each.requirement.id for each in violated] == ["list/has-more-is-true-to-its-word"]
    assert violated[0].violations[0].exchanges[-1].request.method == "GET"


def test_an_assistant_that_the_node_sdk_cannot_delete_is_named() -> None:
    """An assistant that Node's SDK cannot delete is reported for every choice of requirements, and fails none."""
    installed("node")

    async def refuse(_: Handler, __: Call) -> Answer:
        return Answer({"error": {"message": "No.", "type": "invalid_request_error"}}, status=400)

    with serving(lambda fake: handling(fake, refuse, DELETE)) as target:
        run = Run(target, RunOptions(generators=frozenset(), sdk=True), lambda id: id == "create/name-suffices")
        result = run.judge()

    assert [each.verdict for each in result.verdicts] != ["fail"]
    assert len(set(result.left_behind)) == 2  # Node's, and the one that showed what a create needs


def test_a_failure_of_nodes_sdk_alone_has_its_exchanges(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test in Node that fails, though nothing is wrong in its exchanges, counts. It has its title, and a script that
    creates what the test needs.
    """
    installed("node")
    judge = Sdk.judge

    def pretend(sdk: Sdk, target: Target, only: list[str]) -> list[Outcome]:
        return [
            replace(each, verdict="failed", why="3 came for 2") if each.name == "list/limit" else each
            for each in judge(sdk, target, only)
        ]

    monkeypatch.setattr(Sdk, "judge", pretend)
    with own_fake.fake() as target:
        run = Run(target, RunOptions(generators=frozenset(), sdk=True), lambda id: id in ("list/limit", "list/after"))
        violated = [each for each in run.judge().verdicts if each.violations]

    assert [each.requirement.id for each in violated] == ["list/limit"]
    assert "3 came for 2 (Node's SDK: list/limit: A page holds" in violated[0].reason
    assert [each.request.method for each in violated[0].violations[0].exchanges] == ["POST"] * 23 + ["GET"] * 3


@pytest.mark.parametrize(
    "name",
    sampled(["retrieve answers 405", "create wants instructions", "answers are text plain", "codes are numbers"], 2),
)
def test_nodes_sdk_accuses_nothing_that_the_server_keeps(name: str) -> None:
    """On a server with one fault, many tests in Node fail. The run names what the fault violates, and nothing else."""
    installed("node")
    fault = next(fault for fault in FAULTS if fault.name == name)
    with serving(fault.change) as target:
        run = Run(target, RunOptions(generators=frozenset(), sdk=True), lambda id: not id.startswith("rate/"))
        violated = [each.requirement.id for each in run.judge().verdicts if each.violations]

    assert violated == [fault.meant]


def test_the_tests_in_node_about_many_assistants_are_explained() -> None:
    """`explain` knows the tests in Node that have a helper of their own."""
    assert list(promises_of_node("list/limit")) == [
        "A page holds limit assistants, or says that more follow. The default is 20."
    ]


def test_calls_of_one_batch_are_one_parallel_group() -> None:
    """Calls that Node made at the same time are one group. An exchange that two tests need is seen once."""
    creates = [{"id": f"7-{number}", "batch": "7-1"} for number in (1, 2)]
    alone = {"id": "7-3", "batch": "7-2"}
    exchanges = recording.unique([replace(WALKED, exchanges=creates), replace(WALKED, exchanges=[*creates, alone])])

    assert list(exchanges) == ["7-1", "7-2", "7-3"]
    assert recording.groups(exchanges).keys() == {"7-1"}


def test_nodes_sdk_sends_a_call_again_whose_connection_had_ended() -> None:
    """A server may close a connection between two calls. No create meets such an end, so no create is sent twice."""
    served: set[object] = set()
    ended: list[str] = []

    @web.middleware
    async def end_early(request: web.Request, handler: Any) -> web.StreamResponse:
        if request.protocol not in served or not request.transport:
            served.add(request.protocol)
            answer: web.StreamResponse = await handler(request)
            return answer
        ended.append(f"{request.method} {request.path}")
        request.transport.close()
        return web.Response()

    with serving(lambda fake: fake.middlewares.append(end_early)) as target:
        outcomes = installed("node").judge(target, ["modify/partial", "list/limit"])

    assert [each.why for each in outcomes if each.verdict != "passed"] == []
    assert ended
    assert "POST /v1/assistants" not in ended
