"""The edition of a run: each command takes it, and each report names it."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from contract_tests.http import editions
from contract_tests.reports import events, junit
from contract_tests.reports.events import Record
from fake_server.compose import compose
from fake_server.dialect.settings import load_dialect
from fake_server.edition import load_edition
from fake_server.http.server import serve
from self_tests.command_run import KEYS, Ran, run_once
from self_tests.golden.goldens import EVENTS

Command = Callable[..., Ran]
OPENAI = ("--edition", "openai")
B_KEYS = {name.replace("ASSISTANTS_", "ASSISTANTS_B_"): key for name, key in KEYS.items()}


@pytest.fixture(scope="module")
def page_fake() -> Iterator[str]:
    with serve(compose(rate_limit=None)) as url:
        yield url


@pytest.fixture(scope="module")
def openai_fake() -> Iterator[str]:
    with serve(compose(rate_limit=None, edition="openai")) as url:
        yield url


@pytest.fixture(scope="module")
def ran(page_fake: str, tmp_path_factory: pytest.TempPathFactory) -> tuple[Ran, Path]:
    """A run of the page's fake by the edition openai, which the fake violates, and the events of the run."""
    path = tmp_path_factory.mktemp("run") / "run.ndjson"
    return run_once("run", page_fake, *OPENAI, "--profile", "production", "--events", str(path)), path


@pytest.fixture
def record(ran: tuple[Ran, Path]) -> Record:
    return events.load(ran[1])


def test_the_terminal_names_the_edition(ran: tuple[Ran, Path]) -> None:
    """In its first line, and in the command that explains a violation."""
    assert ran[0].out.startswith("\nAssistants contract 1.1, edition openai on http://")
    assert "Details: assistants-contract explain --edition openai kept/tools" in ran[0].out


def test_an_earlier_run_is_reported_by_its_own_edition(command: Command, ran: tuple[Ran, Path]) -> None:
    """`report` needs no option: it prints what the run printed."""
    assert command("report", str(ran[1])).out == ran[0].out
    assert editions.chosen() == editions.PAGE


@pytest.mark.parametrize(
    ("option", "said"),
    [
        ("--html", "contract 1.1, edition openai, profile production"),
        ("--markdown", "## Assistants contract 1.1, edition openai. FAILED"),
        ("--junit", '<property name="edition" value="openai" />'),
        ("--badge", "<title>assistants contract, edition openai: "),
    ],
)
def test_a_report_names_the_edition(
    option: str, said: str, command: Command, ran: tuple[Ran, Path], tmp_path: Path
) -> None:
    """Each report names an edition that is not the page's."""
    command("report", str(ran[1]), option, str(tmp_path / "report"))

    assert said in (tmp_path / "report").read_text(encoding="utf-8")


def test_the_events_name_the_edition(record: Record) -> None:
    """The hash is of openapi.yaml and of the overlay. The events of an older suite are of the page's edition."""
    with editions.use("openai"):
        contract = b"".join(path.read_bytes() for path in editions.paths())

    assert (record.edition, events.load(EVENTS).edition) == ("openai", "page")
    assert record.header["contract_sha256"] == hashlib.sha256(contract).hexdigest()


def test_a_suite_of_junit_names_no_edition_if_it_is_the_pages() -> None:
    """The JUnit file of the page's edition names no edition."""
    assert "<properties>" not in junit.junit(events.load(EVENTS))


def test_a_baseline_names_the_edition(command: Command, ran: tuple[Ran, Path], page_fake: str, tmp_path: Path) -> None:
    """It is known in the next run by the edition, and refused in a run by another one."""
    known = tmp_path / "known.yaml"
    known.write_text(command("baseline", str(ran[1])).out, encoding="utf-8")
    words = ("run", page_fake, "--profile", "production", "--baseline", str(known))
    again, page = command(*words, *OPENAI), command(*words)

    assert known.read_text(encoding="utf-8").startswith("# contract 1.1, edition openai\n")
    assert f"known in {known}" in again.out
    assert (page.code, page.out) == (2, "")


def test_the_target_file_says_the_edition(command: Command, openai_fake: str, tmp_path: Path) -> None:
    """The plan, and the names of --only, are then of this edition."""
    file = tmp_path / "target.toml"
    file.write_text(f'base_url = "{openai_fake}"\nedition = "openai"\n', encoding="utf-8")
    planned = command("plan", "--target", str(file), "--profile", "production", "--only", "kept/")
    judged = command("run", "--target", str(file), "--profile", "production", "--only", "kept/")

    assert planned.out.startswith("\nAssistants contract 1.1, edition openai, profile production")
    assert re.search(r"^kept +\d", judged.out, re.MULTILINE)


def test_a_full_run_is_planned_by_the_edition(command: Command) -> None:
    """Its steps are counted too: no requirement is tested by no request."""
    planned = command("plan", *OPENAI).out

    assert planned.startswith("\nAssistants contract 1.1, edition openai, a full run")
    assert re.findall(r"^(\S+/\S+) .* 0$", planned, re.MULTILINE) == []


def test_a_learned_dialect_is_one_of_the_edition(command: Command, openai_fake: str, tmp_path: Path) -> None:
    """The fake takes it. The settings that mean nothing in the edition are left out."""
    learned = command("learn", openai_fake, *OPENAI)
    (tmp_path / "dialect.yaml").write_text(learned.out, encoding="utf-8")

    assert "assistants-fake --edition openai --dialect FILE" in learned.out
    assert load_dialect(str(tmp_path / "dialect.yaml"), load_edition("openai"))
    assert not re.search("cleared_by_|absurd_|constants", learned.out)


def test_two_servers_are_compared_by_the_edition(
    command: Command, openai_fake: str, page_fake: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A kept field that one server does not keep has its own requirement. A server does not differ from itself."""
    for variable, key in B_KEYS.items():
        monkeypatch.setenv(variable, key)
    same = command("compare", openai_fake, openai_fake, *OPENAI)
    other = command("compare", openai_fake, page_fake, *OPENAI, "--json", str(tmp_path / "found.json"))
    concerns = {each["concern"] for each in json.loads((tmp_path / "found.json").read_text())["differences"]}

    assert (same.code, other.code) == (0, 1)
    assert {"kept/metadata", "kept/tools", "errors.types"} <= concerns
