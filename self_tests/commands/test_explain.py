"""The explanation of each requirement is true: its conforming example passes, and its violating example fails."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import replace
from itertools import groupby
from typing import Any

import pytest

from contract_tests.cli.explain import TARGET, example_script, proofs
from contract_tests.http import editions
from contract_tests.http.messages import Exchange, dump
from contract_tests.http.target import Target
from contract_tests.oracle.expectations import parse_call
from contract_tests.oracle.oracle import Oracle
from contract_tests.requirements import catalogue
from contract_tests.requirements.explanations import ARROW, Explanation, explanations, own_entries, times
from contract_tests.requirements.findings import Findings
from fake_server.compose import compose
from fake_server.domain.assistants import PREFIX
from fake_server.http.server import serve
from fake_server.storage import seed
from self_tests.command_run import Ran
from self_tests.reports.test_reproduce import needs_curl, shell, statuses

# The texts are the same on any Python.
pytestmark = pytest.mark.any_python

ERROR = {"param": None, "code": None}
BOUND, SIBLINGS = "asst-bound", "asst-siblings"
# The probe judges these by what passes in a minute, not the oracle by what is answered.
COUNTED = ("rate/enforced", "rate/not-early", "rate/shared-by-all-operations")
WAIT = "rate/retry-after"
# A violation of the first requirement is also one of the second: the same answer shows both.
TOGETHER = {
    "create/keeps-what-it-is-given": "retrieve/equals-created",
    "retrieve/equals-created": "create/keeps-what-it-is-given",
    "list/complete": "list/has-more-is-true-to-its-word",
    "list/has-more-is-true-to-its-word": "list/complete",
}


def of_each_edition(left_out: Callable[[str], bool] = lambda _: False) -> list[tuple[str, str]]:
    """The edition and the id of each requirement, except the ids that are left out."""
    found = []
    for edition in editions.names():
        with editions.use(edition):
            found += [(edition, id) for id in catalogue.requirements() if not left_out(id)]
    return found


def is_counted(id: str) -> bool:
    return id in (*COUNTED, WAIT)


def found(explained: Explanation, answer: str) -> Findings:
    """The findings of the oracle if the example ends with this answer."""
    said = set(re.findall(r'"(\w+)":', explained.keeps))
    bound, siblings = (id if id in explained.asks else None for id in (BOUND, SIBLINGS))
    oracle = Oracle(Target("", {}, bound_id=bound, expendable_id=siblings), "")
    exchanges = explained.exchanges(answer)
    for exchange in exchanges:
        show(oracle, whole(exchange, said if exchange is exchanges[-1] else set()))
    oracle.conclude()
    return oracle.findings


def show(oracle: Oracle, exchange: Exchange) -> None:
    """As the probe does, a 429 is not shown to the oracle, but told to it."""
    if exchange.response.status != 429:
        oracle.observe(exchange)
        return
    oracle.errors.envelope(exchange, parse_call(exchange.request))
    oracle.refused_by_limiter(exchange)


def whole(exchange: Exchange, said: set[str]) -> Exchange:
    """With what its answer leaves out, except the fields that it is about."""
    headers = {"content-type": "application/json", **exchange.response.headers}
    body = exchange.response.body and dump(completed(exchange.response.json, said))
    return replace(exchange, response=replace(exchange.response, headers=headers, body=body))


def completed(value: Any, said: set[str]) -> Any:
    if not isinstance(value, dict):
        return value
    if "error" in value:
        return value | {"error": without(ERROR, said) | value["error"]}
    if "data" in value:
        ids = [item["id"] for item in value["data"]] or [None]
        frame = {"object": "list", "first_id": ids[0], "last_id": ids[-1], "has_more": False}
        return without(frame, said) | value | {"data": [completed(item, said) for item in value["data"]]}
    return without(assistant(), said) | value if "id" in value and "deleted" not in value else value


def assistant() -> dict[str, Any]:
    """The example of the edition, without the texts that a create did not send."""
    shown = catalogue.document()["components"]["examples"]["assistant"]["value"]
    return {**shown, "name": None, "instructions": None}


def without(fields: Mapping[str, Any], said: set[str]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if name not in said}


@pytest.fixture(scope="module")
def fakes() -> Iterator[dict[str, str]]:
    """The URL of one fake of each edition: each example makes its own assistants."""
    with ExitStack() as stack:
        served = {edition: serve(compose(rate_limit=None, edition=edition)) for edition in editions.names()}
        yield {edition: stack.enter_context(each) for edition, each in served.items()}


@pytest.mark.parametrize("edition", editions.names())
def test_every_requirement_is_explained(edition: str) -> None:
    """In the order of the catalogue, and nothing else is."""
    with editions.use(edition):
        assert list(explanations()) == list(catalogue.requirements())
        assert set(own_entries()) <= set(catalogue.requirements())


@pytest.mark.parametrize(("edition", "id"), of_each_edition(is_counted))
def test_an_example_conforms_to_and_violates_its_requirement(edition: str, id: str) -> None:
    """The conforming answer violates no requirement at all, and the violating one its own requirement alone."""
    with editions.use(edition):
        explained = explanations()[id]
        kept, broken = found(explained, explained.keeps), found(explained, explained.breaks)

    assert (kept.violations, bool(kept.held[id])) == ([], True)
    assert {each.requirement for each in broken.violations} == {id} | ({TOGETHER[id]} if id in TOGETHER else set())


def test_a_create_of_another_edition_has_its_required_fields() -> None:
    """The page's example of a create, in an edition that demands a model, has one. A broken body stays as it is."""
    with editions.use("openai"):
        asks = [explanations()[id].asks for id in ("create/status-200", "errors/bad-json-is-400")]

    assert asks == ['POST /assistants {"name":"Bot","model":"gpt-4o"}', 'POST /assistants {"name":"Bot"']


@pytest.mark.parametrize("id", COUNTED)
def test_an_example_of_the_limiter_counts(id: str) -> None:
    """Past the page's number in a minute a call is refused, and not before."""
    explained = explanations()[id]
    calls = sum(times(line.partition(ARROW)[0]) for line in explained.given) + 1
    past = calls > catalogue.document()["x-rate-limit"]["requests"]

    assert [answer.startswith("429 ") for answer in (explained.keeps, explained.breaks)] == [past, not past]


def test_an_example_of_the_wait_is_within_a_minute() -> None:
    """By the header's pattern in openapi.yaml."""
    pattern = catalogue.document()["components"]["headers"]["retry-after"]["schema"]["pattern"]
    explained = explanations()[WAIT]
    waits = [
        explained.exchanges(each)[-1].response.headers["retry-after"] for each in (explained.keeps, explained.breaks)
    ]

    assert [bool(re.search(pattern, wait)) for wait in waits] == [True, False]


def test_explain_knows_the_edition(command: Callable[..., Ran]) -> None:
    """The example and the source are the edition's. A requirement of another edition is none."""
    ran, page = command("explain", "kept/model", "--edition", "openai"), command("explain", "kept/model")

    assert "must, by recorded answers of OpenAI's service" in ran.out
    assert '{"model":"gpt-4o","name":"Bot"}' in ran.out
    assert (page.code, page.out) == (2, "")


def test_list_prints_the_catalogue_of_an_edition(command: Callable[..., Ran]) -> None:
    """Each requirement of the edition is there, area by area, and none of another edition."""
    ran = command("list", "--edition", "openai")
    printed = re.findall(r"^(\S+/\S+)", ran.out, re.MULTILINE)

    with editions.use("openai"):
        assert printed == list(catalogue.requirements())
        assert len(set(catalogue.areas())) == len([area for area, _ in groupby(printed, lambda id: id.split("/")[0])])


@pytest.mark.parametrize("name", ["modify/partial", "rate/enforced", "browser/preflight", "auth"])
def test_explain_accepts_a_requirement_or_an_area(command: Callable[..., Ran], name: str) -> None:
    """The statement, the rationale, the example, the tests, and the calls for a shell."""
    ran = command("explain", name)
    told = [id for id in catalogue.requirements() if id.startswith(name)]

    assert ran.code == 0
    assert [id for id in told if f"\n{id}  " not in ran.out or explanations()[id].asks.split()[1] not in ran.out] == []
    assert ran.out.count("wrong servers") == ran.out.count("try it") == len(told)


def test_explain_tells_the_prerequisites(command: Callable[..., Ran]) -> None:
    """Operations and requirements, with `or` where one of several operations is enough."""
    out = " ".join(command("explain", "modify/seen-everywhere").out.split())

    assert "Needs createAssistant, modifyAssistant or patchAssistant, getAssistant" in out


@pytest.mark.parametrize(("edition", "id"), of_each_edition())
def test_each_requirement_has_a_test(edition: str, id: str) -> None:
    """A step of the tour or the limiter's probe, at the least."""
    with editions.use(edition):
        tests = dict(proofs(id))

    assert tests["tour"] or tests["probe"]


@pytest.mark.parametrize("id", catalogue.requirements())
def test_each_requirement_has_a_wrong_server(id: str) -> None:
    """The kill matrix has a server that violates the requirement."""
    assert dict(proofs(id))["wrong servers"]


@needs_curl
@pytest.mark.parametrize(("edition", "id"), of_each_edition(lambda id: id.startswith("rate/")))
def test_the_calls_of_an_example_run_in_a_shell(fakes: dict[str, str], edition: str, id: str) -> None:
    """The last of them is answered by the fake with the status that keeps the requirement."""
    with editions.use(edition):
        explained = explanations()[id]
    own, siblings = (PREFIX + key.project for key in seed.KEYS[:2])
    commands = example_script(explained).replace(TARGET.base_url, fakes[edition]).replace(BOUND, own)

    printed = shell(commands.replace(SIBLINGS, siblings))

    assert statuses(printed)[-1] == explained.exchanges(explained.keeps)[-1].response.status


@pytest.mark.parametrize(("name", "near"), [("modify/parial", "modify/partial"), ("lists", "list"), ("zzz", "list")])
def test_an_unknown_id_is_one_line(command: Callable[..., Ran], name: str, near: str) -> None:
    """The line has similar ids, or the command that lists all."""
    ran = command("explain", name)

    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)
    assert near in ran.err
