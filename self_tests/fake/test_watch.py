"""--watch: changed seed and dialect files are read again."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import httpx2
import pytest

from fake_server.cli import main
from fake_server.compose import change_dialect, compose
from fake_server.control.client import ControlClient
from fake_server.control.mount import attach
from fake_server.domain.clock import Clock
from fake_server.domain.ids import Ids, random_id
from fake_server.fake import Fake
from fake_server.watch import Watch
from self_tests.fake.dialects.test_dialects import CASES

SEED = "organizations: [{id: org-one, name: %s, keys: [{label: main, secret: sk-fake-primary}]}]"
# These parts have no value of a dialect in them, or are compared on their own.
OWN = ("store", "limiter", "contract", "seed")


class Watched(NamedTuple):
    fake: Fake
    watch: Watch
    seed: Path
    dialect: Path
    notices: list[str]


@pytest.fixture
def watched(tmp_path: Path) -> Watched:
    seed, dialect, notices = tmp_path / "seed.yaml", tmp_path / "dialect.yaml", list[str]()
    clock = Clock()
    fake = compose(rate_limit=None, now=clock.now)
    return Watched(fake, Watch(attach(fake, clock), seed, dialect, notices.append), seed, dialect, notices)


@pytest.fixture
def fake(watched: Watched) -> Fake:
    return watched.fake


def change(file: Path, text: str) -> None:
    """Replaces the file, as editors do."""
    new = file.with_suffix(".new")
    new.write_text(text, encoding="utf-8")
    os.replace(new, file)


def test_a_changed_seed_is_the_state(watched: Watched, control: ControlClient, primary: httpx2.Client) -> None:
    """A changed seed resets everything to the new seed, and so does a later reset."""
    primary.post("/assistants", json={"name": "gone"})
    change(watched.seed, SEED % "First")
    watched.watch.look()
    primary.post("/assistants", json={"name": "gone too"})
    change(watched.seed, SEED % "Second")
    watched.watch.look()

    assert [each["name"] for each in control.ask("GET", "organizations")["data"]] == ["Second"]
    assert [each["name"] for each in primary.get("/assistants").json()["data"]] == ["Second main"]
    assert watched.notices == [f"{watched.seed} was read again."] * 2


def test_a_changed_dialect_speaks_at_once(watched: Watched, primary: httpx2.Client) -> None:
    """A changed dialect changes answers and URLs, and keeps the assistants; an empty dialect is the default again."""
    kept = primary.post("/assistants", json={"name": "kept"}).json()["id"]
    change(watched.dialect, "{answers: {create_status: 201}, urls: {trailing_slash: ignored}, ids: {shape: number}}")
    watched.watch.look()
    made = primary.post("/assistants/", json={"name": "a"})
    change(watched.dialect, "")
    watched.watch.look()

    assert (made.status_code, made.json()["id"].removeprefix("asst-").isdigit()) == (201, True)
    assert primary.post("/assistants/", json={"name": "a"}).status_code == 404
    assert primary.get(f"/assistants/{kept}").status_code == 200


def test_a_changed_size_of_bodies_counts_at_once(watched: Watched, primary: httpx2.Client) -> None:
    """A larger body is accepted, though aiohttp has a limit of its own, which was set at the start."""
    body = {"name": "large", "instructions": "x" * 5_000_000}
    before = primary.post("/assistants", json=body).status_code
    change(watched.dialect, "{bodies: {largest: 6000000, instructions_max: null}}")
    watched.watch.look()

    assert (before, primary.post("/assistants", json=body).status_code, watched.notices[1:]) == (413, 200, [])


def test_the_default_dialect_undoes_every_setting() -> None:
    """A fake that had every setting is like a new one after the default dialect."""
    dialect = {
        name: value for case in CASES for name, value in ({case.setting: case.value} | dict(case.beside)).items()
    }
    fake, new = compose(rate_limit=20, dialect=dialect), compose(rate_limit=20)
    change_dialect(fake, {})

    assert {name: part for name, part in vars(fake).items() if name not in OWN} == {
        name: part for name, part in vars(new).items() if name not in OWN
    }
    assert [each.id for each in fake.contract.operations] == [each.id for each in new.contract.operations]
    assert {name: value for name, value in vars(fake.limiter).items() if name != "calls"} == {
        name: value for name, value in vars(new.limiter).items() if name != "calls"
    }
    assert fake.store.new_id is random_id


def test_the_ids_of_a_seed_outlast_a_change() -> None:
    """With --seed, a changed dialect has the ids of the seed, whatever shape the dialect sets."""
    fake = compose(rate_limit=20)
    change_dialect(fake, {"ids.shape": "number"}, Ids(1).project)

    assert fake.store.new_id("org-acme") == Ids(1).project("org-acme")


@pytest.mark.parametrize(("name", "text"), [("seed", "organizations: []"), ("seed", "{"), ("dialect", "a: {b: 1}")])
def test_a_mistake_changes_nothing(watched: Watched, primary: httpx2.Client, name: str, text: str) -> None:
    """A file with a mistake leaves all as it was, and one line names the mistake once."""
    made = primary.post("/assistants", json={"name": "kept"}).json()["id"]
    file: Path = getattr(watched, name)
    change(file, text)
    watched.watch.look()
    watched.watch.look()

    assert primary.get(f"/assistants/{made}").status_code == 200
    [notice] = watched.notices
    assert notice.startswith(f"{file}:")


def test_a_file_that_is_gone_for_a_moment_is_waited_for(watched: Watched) -> None:
    """Some editors remove a file before they write it again."""
    change(watched.seed, SEED % "First")
    watched.watch.look()
    watched.seed.unlink()
    watched.watch.look()
    change(watched.seed, SEED % "Second")
    watched.watch.look()

    assert len(watched.notices) == 2


def test_the_command_watches(tmp_path: Path) -> None:
    """The command with --watch says in one line that it has read a changed file."""
    seed = tmp_path / "seed.yaml"
    change(seed, SEED % "First")
    words = [sys.executable, "-m", "fake_server", "--port", "0", "--json", "--watch", "--seed-file", str(seed)]
    pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen(words, **pipes) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        change(seed, SEED % "Second")
        notice = process.stderr.readline()
        process.terminate()

    assert notice == f"{seed} was read again.\n"


@pytest.mark.parametrize("options", [[], ["--dialect", "ragen"], ["--seed-file", "seed.yaml", "--no-control"]])
def test_a_watch_without_a_file_is_refused(
    options: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """--watch needs a file of the user, and the Control API, which resets the fake."""
    monkeypatch.setattr(sys, "argv", ["assistants-fake", "--watch", *options])
    with pytest.raises(SystemExit) as ended:
        main()

    assert ended.value.code == 2
    assert capsys.readouterr().err.startswith("assistants-fake: --watch ")
