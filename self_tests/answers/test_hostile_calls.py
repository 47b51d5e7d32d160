"""Hostile calls come last. If one of them leaves something unreadable, that is one violation, which names the call."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from contract_tests.generators import tour
from contract_tests.http import own_fake
from contract_tests.http.messages import Exchange
from contract_tests.http.operations import CREATE, DELETE, LIST
from contract_tests.runs.full_run import Run
from contract_tests.runs.result import Result
from contract_tests.runs.run_options import RunOptions
from fake_server.fake import Answer, Call, Fake, Handler
from self_tests.wrong.wrong_server import Document, error, handling, reading, serving

# Rules judge other answers here, by the same code as in make contract.
pytestmark = pytest.mark.any_python

TOUR = RunOptions(generators=frozenset({"tour"}))


@pytest.fixture(autouse=True)
def without_logs() -> Iterator[None]:
    logging.disable()
    yield
    logging.disable(logging.NOTSET)


def judge(change: Callable[[Fake], Any]) -> Result:
    with serving(change) as target:
        return Run(target, TOUR, lambda id: not id.startswith("rate/")).judge()


def violated(result: Result) -> list[str]:
    return [each.requirement.id for each in result.verdicts if each.violations]


def keep_nested(fake: Fake, spoil: Callable[[Answer], Answer]) -> list[str]:
    """Keeps nested metadata. As long as an assistant has such metadata, `spoil` changes the answer of each list.

    Returns the list of their projects, which grows.
    """
    names: list[object] = []
    kept: list[str] = []

    def note(body: Document) -> Document:
        if not is_nested(body.get("metadata")):
            return body
        names.append(body.get("name"))
        return {**body, "metadata": {}}  # the fake itself refuses such metadata

    async def create(handle: Handler, call: Call) -> Answer:
        answer = await handle(call)
        if answer.body["name"] in names:
            kept.append(answer.body["id"].removeprefix("asst-"))
        return answer

    async def list_(handle: Handler, call: Call) -> Answer:
        answer = await handle(call)
        return spoil(answer) if any(map(fake.store.find, kept)) else answer

    reading(fake, note, CREATE)
    handling(fake, create, CREATE)
    handling(fake, list_, LIST)
    return kept


def is_nested(value: object) -> bool:
    return isinstance(value, dict) and any(isinstance(item, dict) for item in value.values())


def crash(_: Answer) -> Answer:
    return Answer(error(), 500)


def nest(answer: Answer) -> Answer:
    """The page with a field that is nested deeper than the suite reads JSON."""
    deep: object = 1
    for _ in range(150):
        deep = [deep]
    return Answer({**answer.body, "deep": deep})


@pytest.mark.parametrize(
    ("spoil", "requirement"), [(crash, "errors/never-5xx"), (nest, "ignored/absurd-values-are-harmless")]
)
def test_a_list_that_cannot_be_read_after_a_hostile_call_is_one_violation(
    spoil: Callable[[Answer], Answer], requirement: str
) -> None:
    """The evidence begins with the hostile call. The suite deletes the assistant by its id, and goes on."""
    result = judge(lambda fake: keep_nested(fake, spoil))

    assert violated(result) == [requirement]
    assert b"deep" in (evidence(result)[0].request.body or b"")
    assert result.left_behind == {}


def evidence(result: Result) -> tuple[Exchange, ...]:
    (verdict,) = (each for each in result.verdicts if each.violations)
    return verdict.violations[0].exchanges


def test_a_list_that_stays_unreadable_accuses_nobody_else() -> None:
    """The assistant cannot be deleted either, which is a violation of its own. The assistant is reported."""

    def change(fake: Fake) -> None:
        kept = keep_nested(fake, crash)

        async def refuse(handle: Handler, call: Call) -> Answer:
            return Answer(error(), 409) if call.assistant.removeprefix("asst-") in kept else await handle(call)

        handling(fake, refuse, DELETE)

    result = judge(change)

    assert violated(result) == ["delete/answers-deleted", "errors/never-5xx"]
    assert len(result.left_behind) == 1


def test_hostile_steps_come_last() -> None:
    """No call of another step follows the first call of a hostile step."""
    order: list[str] = []
    with own_fake.fake() as target:
        Run(target, TOUR, lambda id: id.startswith("errors/"), lambda name, *_: order.append(name)).judge()

    hostile = {step.name for step in tour.STEPS if step.hostile}
    steps = [name for name in order if name in {step.name for step in tour.STEPS}]
    assert [name in hostile for name in steps] == sorted(name in hostile for name in steps)
    assert hostile & set(steps)
