"""Ctrl-C: what was found until then is reported, and what is left is named."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from contract_tests.generators import tour
from contract_tests.generators.scenario import Scenario
from contract_tests.generators.session import Session
from contract_tests.generators.steps import Step
from contract_tests.http.messages import Response
from contract_tests.http.transport import Transport
from contract_tests.profiles import plan
from contract_tests.reports import events
from fake_server.fake import Fake
from self_tests.command_run import Ran
from self_tests.commands.test_run import created

PROFILES: list[tuple[str, ...]] = [(), ("--profile", "production")]


@pytest.fixture(autouse=True)
def interrupted(monkeypatch: pytest.MonkeyPatch) -> None:
    """A run creates two assistants, and then the user interrupts it."""

    def act(session: Session) -> None:
        session.create_assistant()
        session.create_assistant()
        raise KeyboardInterrupt

    step = Step(act, ("create/status-200", "create/name-suffices"), requests=2)
    monkeypatch.setattr(tour, "STEPS", [step])
    monkeypatch.setattr(plan, "SCENARIOS", {plan.PRODUCTION: Scenario((step,))})


@pytest.mark.parametrize("profile", PROFILES)
def test_each_violation_so_far_is_in_every_report(
    run: Callable[..., Ran], fake: Fake, base_url: str, tmp_path: Path, profile: tuple[str, ...]
) -> None:
    """A violation stays one; what held until then is not tested, with that reason."""
    fake.handlers["createAssistant"] = created
    files = {name: tmp_path / name for name in ("events", "html", "junit", "markdown")}
    ran = run(base_url, *profile, *(word for name, path in files.items() for word in (f"--{name}", str(path))))

    verdicts = {each["id"]: each for each in events.load(files["events"]).verdicts}
    assert (ran.code, verdicts["create/status-200"]["verdict"]) == (130, "warn")
    assert verdicts["list/envelope"]["reason"] == "held until an interruption ended the run"
    assert all("create/status-200" in text for text in [ran.out, *(path.read_text() for path in files.values())])
    assert ran.out.endswith("2 created, 2 deleted, nothing left\nINTERRUPTED: 1 SHOULD violated until then\n")


@pytest.mark.parametrize("profile", PROFILES)
def test_a_second_interruption_names_what_is_left(
    command: Callable[..., Ran],
    fake: Fake,
    base_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    profile: tuple[str, ...],
) -> None:
    """With the command that deletes it, which works."""
    send = Transport.send

    def send_no_delete(self: Transport, method: str, *rest: Any) -> Response:
        if method == "DELETE":
            raise KeyboardInterrupt
        return send(self, method, *rest)

    monkeypatch.setattr(Transport, "send", send_no_delete)
    ran = command("run", base_url, *profile, "--ledger", str(tmp_path))
    monkeypatch.setattr(Transport, "send", send)
    (ledger,) = tmp_path.iterdir()
    swept = command("sweep", str(ledger))

    assert (ran.code, "2 created, 0 deleted, 2 left" in ran.out) == (4, True)
    assert f"Not deleted: 2 of this run. Delete with: assistants-contract sweep {ledger}\n" in ran.out
    assert (swept.code, len(fake.store.projects("org-acme"))) == (0, 2)
