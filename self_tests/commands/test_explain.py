"""The explanation of each requirement is true: its conforming example passes, and its violating example fails."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest

from contract_tests.cli.explain import TARGET, example_script, proofs
from contract_tests.http.messages import Exchange, dump
from contract_tests.http.target import Target
from contract_tests.oracle.expectations import read
from contract_tests.oracle.oracle import Oracle
from contract_tests.requirements import catalogue
from contract_tests.requirements.explanations import ARROW, Explanation, explanations, times
from contract_tests.requirements.findings import Findings
from fake_server.compose import compose
from fake_server.domain.assistants import PREFIX
from fake_server.http.server import serve
from fake_server.storage import seed
from self_tests.command_run import Ran
from self_tests.commands.test_reproduce import needs_curl, shell, statuses

EXAMPLES = catalogue.document()["components"]["examples"]
ASSISTANT = {**EXAMPLES["assistant"]["value"], "name": None, "instructions": None}
ERROR = {"param": None, "code": None}
BOUND, SIBLINGS = "asst-bound", "asst-siblings"
# The probe judges these by what passes in a minute, not the oracle by what is answered.
COUNTED = ("rate/enforced", "rate/not-early", "rate/shared-by-all-operations")
WAIT = "rate/retry-after"


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
    oracle.errors.envelope(exchange, read(exchange.request))
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
    return without(ASSISTANT, said) | value if "id" in value and "deleted" not in value else value


def without(fields: Mapping[str, Any], said: set[str]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if name not in said}


@pytest.fixture(scope="module")
def one_fake() -> Iterator[str]:
    """Of them all: each example makes its own assistants."""
    with serve(compose(rate_limit=None)) as url:
        yield url


def test_every_requirement_is_explained() -> None:
    """In the order of the catalogue, and nothing else is."""
    assert list(explanations()) == list(catalogue.requirements())


@pytest.mark.parametrize("id", [id for id in explanations() if id not in (*COUNTED, WAIT)])
def test_an_example_conforms_to_and_violates_its_requirement(id: str) -> None:
    """The conforming answer violates no requirement at all."""
    explained = explanations()[id]
    kept, broken = found(explained, explained.keeps), found(explained, explained.breaks)

    assert (kept.violations, bool(kept.held[id])) == ([], True)
    assert broken.broken(id)


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


@pytest.mark.parametrize("id", catalogue.requirements())
def test_each_requirement_has_a_test_and_a_wrong_server(id: str) -> None:
    """A step of the tour or the limiter's probe, and a wrong server, at the least."""
    tests = dict(proofs(id))

    assert tests["tour"] or tests["probe"]
    assert tests["wrong servers"]


@needs_curl
@pytest.mark.parametrize("id", [id for id in explanations() if not id.startswith("rate/")])
def test_the_calls_of_an_example_run_in_a_shell(one_fake: str, id: str) -> None:
    """The last of them is answered by the fake with the status that keeps the requirement."""
    explained = explanations()[id]
    own, siblings = (PREFIX + key.project for key in seed.KEYS[:2])
    commands = example_script(explained).replace(TARGET.base_url, one_fake).replace(BOUND, own)

    printed = shell(commands.replace(SIBLINGS, siblings))

    assert statuses(printed)[-1] == explained.exchanges(explained.keeps)[-1].response.status


@pytest.mark.parametrize(("name", "near"), [("modify/parial", "modify/partial"), ("lists", "list"), ("zzz", "list")])
def test_an_unknown_id_is_one_line(command: Callable[..., Ran], name: str, near: str) -> None:
    """The line has similar ids, or the command that lists all."""
    ran = command("explain", name)

    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)
    assert near in ran.err
