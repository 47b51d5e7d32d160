"""The record is the truth: `report` prints from the events exactly what `run` has printed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from contract_tests.generators.scenario import Scenario
from contract_tests.generators.session import Session
from contract_tests.generators.steps import Step
from contract_tests.profiles import plan
from fake_server.domain.errors import MalformedRequest
from fake_server.fake import Answer, Call, Fake
from fake_server.http.handlers import create_assistant, modify_assistant
from self_tests.command_run import KEYS, Ran

CHOSEN = ("create/status-200", "delete/gone", "delete/self-refused", "modify/empty-instructions-clear")
ONLY = tuple(word for id in CHOSEN for word in ("--only", id))
KNOWN = """\
- {id: modify/empty-instructions-clear, why: "We keep texts \\U0001F916.", reason: instructions}
- {id: delete/gone, why: "It was lost.", reason: "404"}
"""


async def keep_instructions(call: Call) -> Answer:
    call.body = {name: value for name, value in call.body.items() if value}
    return await modify_assistant(call)


async def created(call: Call) -> Answer:
    answer = await create_assistant(call)
    return Answer({**answer.body, "model": f"\ud800\x1b[31m {KEYS['ASSISTANTS_API_KEY']}"}, 201)


async def keep_all(_: Call) -> Answer:
    raise MalformedRequest("Not now.")


@pytest.fixture
def known(tmp_path: Path) -> Path:
    (tmp_path / "known.yaml").write_text(KNOWN)
    return tmp_path / "known.yaml"


def test_a_run_that_passed_is_reported_byte_for_byte(
    run: Callable[..., Ran], command: Callable[..., Ran], base_url: str, tmp_path: Path
) -> None:
    """The table, what was not tested, the notes, the sums and the last line."""
    ran = run(base_url, *ONLY, "--events", str(tmp_path / "run.ndjson"))
    reported = command("report", str(tmp_path / "run.ndjson"))

    assert "INCOMPLETE: 1 MUST not tested, no MUST violated (exit 3)" in ran.out
    assert (reported.out, reported.err, reported.code) == (ran.out, ran.err, 0)


SPOILED = [
    {"createAssistant": created},
    {"modifyAssistant": keep_instructions, "patchAssistant": keep_instructions},
    {"deleteAssistant": keep_all},
]


@pytest.mark.parametrize("spoiled", SPOILED)
def test_a_run_that_failed_is_reported_byte_for_byte(
    run: Callable[..., Ran],
    command: Callable[..., Ran],
    fake: Fake,
    base_url: str,
    known: Path,
    spoiled: dict[str, Any],
) -> None:
    """Violations, a baseline that is out of date, what is new, what was not deleted, and odd texts of the server."""
    fake.handlers |= spoiled
    first, second = str(known.with_name("first.ndjson")), str(known.with_name("second.ndjson"))
    run(base_url, *ONLY, "--events", first)
    ran = run(base_url, *ONLY, "--strict", "--baseline", str(known), "--since", first, "--events", second)
    reported = command("report", second)

    assert ran.code == 1
    assert "\nStill:  " in ran.out
    assert (reported.out, reported.err) == (ran.out, ran.err)


def test_a_run_that_was_cut_short_is_reported_byte_for_byte(
    run: Callable[..., Ran],
    command: Callable[..., Ran],
    fake: Fake,
    base_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The reason on standard error; on standard output the assistants that are left, with the ledger."""

    def interrupted(session: Session) -> None:
        session.create_assistant()
        fake.handlers["deleteAssistant"] = keep_all
        raise KeyboardInterrupt

    scenario = Scenario((Step(interrupted, ("create/name-suffices",), requests=1),))
    monkeypatch.setattr(plan, "SCENARIOS", {plan.PRODUCTION: scenario})
    file = str(tmp_path / "run.ndjson")
    ran = run(base_url, "--profile", "production", "--events", file)
    reported = command("report", file)

    assert (ran.code, ran.err.splitlines()[-1]) == (4, "assistants-contract: Interrupted.")
    assert "Delete with: assistants-contract sweep " in ran.out
    assert (reported.out, reported.err) == (ran.out, "assistants-contract: Interrupted.\n")
