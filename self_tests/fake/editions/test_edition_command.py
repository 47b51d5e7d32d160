"""The command, the dialects and the pytest fixture with an edition."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx2
import pytest

from fake_server.compose import change_dialect, compose
from fake_server.console import print_greeting
from fake_server.contract.editions import EditionError
from fake_server.dialect.settings import DialectError, all_settings, parse_dialect
from fake_server.edition import load_edition
from fake_server.http.server import serve
from self_tests.fake.test_pytest_plugin import ran

OPENAI = load_edition("openai")
THEIRS = """
import pytest
from openai import OpenAI


@pytest.fixture(scope="session")
def fake_assistants_edition():
    return "openai"


@pytest.mark.filterwarnings("ignore:deprecated:DeprecationWarning")
def test_a_field_is_kept(fake_assistants):
    with OpenAI(base_url=fake_assistants.url, api_key=fake_assistants.keys["primary"]) as client:
        made = client.beta.assistants.create(model="gpt-4o", metadata={"team": "blue"})
        assert client.beta.assistants.retrieve(made.id).metadata == {"team": "blue"}
        assert client.beta.assistants.retrieve(fake_assistants.bound_id).model == "gpt-4o"
    fake_assistants.expect(create=1, get=2)
"""


IMPORTS = """
import sys
from fake_server.compose import compose

compose(rate_limit=None)
print("jsonpath" in sys.modules)
"""


def command(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "fake_server", *words], capture_output=True, text=True, timeout=60, check=False
    )


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("--edition", "azure"), "'azure' is not one of 'page', 'openai'"),
        (
            ("--edition", "openai", "--dialect", "ragen"),
            "'answers.cleared_by_modify' means nothing in the edition 'openai'",
        ),
    ],
    ids=["an unknown edition", "a dialect of the page"],
)
def test_a_wrong_choice_is_one_line(words: tuple[str, ...], reason: str) -> None:
    """The command prints one line on stderr, and exits with 2."""
    done = command(*words)

    assert (done.returncode, done.stderr.count("\n"), done.stdout) == (2, 1, "")
    assert reason in done.stderr


def test_the_greeting_names_the_edition(capsys: pytest.CaptureFixture[str]) -> None:
    """The greeting names an edition that is not the page's, and the ids of the bound assistants."""
    print_greeting(compose(rate_limit=None, edition="openai"), "http://127.0.0.1:8080/v1", True, "openai")

    said = capsys.readouterr().out
    assert "Edition: openai." in said
    assert "bound to asst_acme-support" in said


def test_an_unknown_edition_is_refused() -> None:
    """A program that composes a fake gets the names of the editions."""
    with pytest.raises(EditionError, match=r"No edition has the name 'azure'. The editions are page, openai\."):
        compose(rate_limit=None, edition="azure")


def test_the_pages_edition_applies_no_overlay() -> None:
    """The start of the page's edition imports no JSONPath."""
    done = subprocess.run([sys.executable, "-c", IMPORTS], capture_output=True, text=True, check=True)

    assert done.stdout == "False\n"


def test_the_fixture_takes_an_edition(tmp_path: Path) -> None:
    """A user's fixture of the name fake_assistants_edition chooses the edition."""
    done = ran(tmp_path, THEIRS)

    assert "1 passed" in done.stdout, done.stdout


@pytest.mark.parametrize("setting", OPENAI.meaningless)
def test_settings_without_a_meaning_are_refused(setting: str) -> None:
    """The error names the setting, the edition and the reason, also for the default value."""
    group, name = setting.split(".")
    value = {"temperature": 0.5, "metadata": {}, "tool_resources": {}, "top_p": 1.0}.get(name)

    with pytest.raises(DialectError, match=f"'{setting}' means nothing in the edition 'openai': "):
        parse_dialect({group: {name: value or VALUES.get(setting, value)}}, OPENAI)


VALUES = {"bodies.absurd_values": "ignore", "bodies.absurd_contents": "ignore", "bodies.null_name": "keep"}


def answered(dialect: Any, **body: Any) -> httpx2.Response:
    fake = compose(rate_limit=None, dialect=parse_dialect(dialect, OPENAI), edition="openai")
    with serve(fake) as url:
        return httpx2.post(f"{url}/assistants", json=body, headers={"Authorization": "Bearer sk-fake-primary"})


LENGTHS = {
    "a name": ({"bodies": {"name_max": 3}}, {"name": "four"}),
    "an empty name": ({"bodies": {"name_min": 1}}, {"name": ""}),
    "instructions": ({"bodies": {"instructions_max": 10_000}}, {"instructions": "i" * 10_001}),
    "a description": ({"bodies": {"description_max": 3}}, {"description": "four"}),
    "an effort": ({"bodies": {"reasoning_effort": False}}, {"reasoning_effort": "low"}),
    "an unknown field": ({"bodies": {"unknown_fields": "refuse"}}, {"unknown": 1}),
}


@pytest.mark.parametrize(("dialect", "body"), LENGTHS.values(), ids=LENGTHS)
def test_a_dialect_narrows_the_bodies(dialect: Any, body: dict[str, Any]) -> None:
    """Without the setting the body is accepted, and with it the body is refused with 400 for this field."""
    answer = answered(dialect, model="gpt-4o", **body)

    assert answered({}, model="gpt-4o", **body).status_code == 200
    assert (answer.status_code, answer.json()["error"]["param"]) == (400, next(iter(body)))


def test_a_dialect_changes_the_choices_of_the_edition() -> None:
    """A setting has the default of the edition, and a dialect may have another value: also the page's default."""
    answer = answered(
        {"errors": {"types": "named"}, "organization": {"model": "own"}, "ids": {"shape": "uuid"}}, model="m"
    )

    assert parse_dialect({"errors": {"types": "openai"}, "bodies": {"name_min": 0}}, OPENAI) == {}
    assert "errors.types" not in all_settings(OPENAI, parse_dialect({"errors": {"types": "named"}}, OPENAI))
    assert len(answer.json()["id"]) == len("asst_") + 36


def test_a_changed_dialect_stays_in_the_edition() -> None:
    """A fake that gets another dialect keeps the ids and the fields of its edition."""
    fake = compose(rate_limit=None, edition="openai")
    change_dialect(fake, parse_dialect({"answers": {"extra_fields": {"region": "eu"}}}, OPENAI))

    project = fake.store.add("org-acme", None, None, {"model": "m"})
    shown = fake.render(project, fake.store.organization("org-acme"), fake.constants)
    assert (len(project.id), shown["model"], shown["region"]) == (24, "m", "eu")
