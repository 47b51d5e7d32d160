"""`sweep`: a ledger is a file like any other, so it neither chooses the server that gets a key nor the key."""

from __future__ import annotations

import json
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
from aiohttp import web

from contract_tests.http.target import ROLES
from fake_server.fake import Fake
from fake_server.http.server import serve
from self_tests.command_run import KEYS, Ran

Sweep = Callable[..., Ran]


@pytest.fixture
def sweep(command: Callable[..., Ran], tmp_path: Path) -> Sweep:
    """Sweeps by a ledger with this head and these lines."""

    def ran(head: dict[str, Any], *lines: dict[str, Any], words: tuple[str, ...] = ()) -> Ran:
        whole = {"ledger": 1, "tag": "contract-1-abcdef", "keys": ROLES, **head}
        text = "".join(json.dumps(line) + "\n" for line in (whole, *lines))
        (tmp_path / "run.ledger").write_text(text)
        return command("sweep", str(tmp_path / "run.ledger"), *words)

    return ran


@pytest.mark.parametrize(
    ("base_url", "keys", "says"),
    [
        ("http://0x7f000001/v1", ROLES, "unencrypted"),
        ("HTTP://assistants.example/v1", ROLES, "unencrypted"),
        ("http://127.0.0.1.assistants.example/v1", ROLES, "unencrypted"),
        ("http://127.0.0.1:9/v1", {"primary": "HOME"}, "only that file may name such variables"),
        ("http://127.0.0.1:9/v1", {**ROLES, "sibling": "PATH"}, "only that file may name such variables"),
        ("http://127.0.0.1:9/v1", {"primary": 7}, "not a ledger"),
        ("http://127.0.0.1:9/v1", "ASSISTANTS_API_KEY", "not a ledger"),
        (["http://127.0.0.1:9/v1"], ROLES, "not a ledger"),
        ("file:///etc/passwd", ROLES, "is not a base URL"),
    ],
)
def test_a_crafted_ledger_is_refused(sweep: Sweep, base_url: Any, keys: Any, says: str) -> None:
    """One line, exit 2, and no request."""
    ran = sweep({"base_url": base_url, "keys": keys}, words=("--yes",))

    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)
    assert says in ran.err


@pytest.mark.parametrize("line", [{"made": 7, "role": "primary", "intent": 1}, {"gone": None}, {"intent": 1}, [], 7])
def test_a_line_of_another_kind_is_refused(sweep: Sweep, base_url: str, line: Any) -> None:
    """The values of a ledger have their types."""
    ran = sweep({"base_url": base_url}, line)

    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)


def test_a_key_leaves_this_machine_only_if_the_user_says_so(sweep: Sweep, monkeypatch: pytest.MonkeyPatch) -> None:
    """The question names the variable and the address; without a yes nothing is sent."""
    asked = Mock(return_value=False)
    monkeypatch.setattr("click.confirm", asked)
    ran = sweep({"base_url": "https://assistants.example/v1"})

    assert (ran.code, ran.err) == (2, "assistants-contract: Nothing was sent.\n")
    assert asked.call_args.args == ("Send the key in ASSISTANTS_API_KEY to https://assistants.example/v1?",)


def test_a_target_file_names_the_server_and_the_variables(
    sweep: Sweep, fake: Fake, base_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Then a variable may have any name; a file of another server is refused."""
    monkeypatch.setenv("MY_KEY", KEYS["ASSISTANTS_API_KEY"])
    id = f"asst-{fake.store.add('org-acme', 'contract-1-abcdef 0007', None).id}"
    (tmp_path / "a.toml").write_text(f'base_url = "{base_url}"\n[keys]\nprimary = "MY_KEY"\n')
    (tmp_path / "b.toml").write_text('base_url = "http://127.0.0.1:9/v1"\n')
    made = {"made": id, "role": "primary", "intent": 0}
    head = {"base_url": base_url, "keys": {"primary": "MY_KEY"}}
    other = sweep(head, made, words=("--target", str(tmp_path / "b.toml")))
    ran = sweep(head, made, words=("--target", str(tmp_path / "a.toml")))

    assert (other.code, other.err.count("\n")) == (2, 1)
    assert (ran.code, ran.out) == (0, f"{id} deleted\n")


def test_an_assistant_without_a_text_of_the_run_is_asked_about(
    sweep: Sweep, fake: Fake, base_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A ledger may come from somebody else. Without a yes the assistant stays, and the exit code says so."""
    theirs = f"asst-{fake.store.add('org-acme', 'A customer', None).id}"
    monkeypatch.setattr("sys.stdin", StringIO(""))
    ran = sweep({"base_url": base_url}, {"made": theirs, "role": "primary", "intent": 1})

    assert (ran.code, ran.out) == (4, f"{theirs} not deleted\n")
    assert f"{theirs} 'A customer' has no text of the run. Delete it?" in ran.err


def test_a_key_of_another_organization_spoils_no_ledger(
    sweep: Sweep, fake: Fake, base_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Such a key gets 404. The next sweep, with the right key, still deletes the assistant."""
    id = f"asst-{fake.store.add('org-acme', 'contract-1-abcdef 0007', None).id}"
    monkeypatch.setenv("ASSISTANTS_API_KEY", KEYS["ASSISTANTS_FOREIGN_API_KEY"])
    monkeypatch.delenv("ASSISTANTS_FOREIGN_API_KEY")
    ran = sweep({"base_url": base_url}, {"made": id, "role": "primary", "intent": 1})

    assert ran.out.startswith(f"{id} was not found: ")
    assert '"gone"' not in (tmp_path / "run.ledger").read_text()


@pytest.mark.parametrize("status", [200, 404])
def test_a_page_of_a_gateway_deletes_nothing(sweep: Sweep, fake: Fake, status: int) -> None:
    """A gateway answers every call with a page of its own: nothing is known of the assistant, so exit code 4."""
    id = f"asst-{fake.store.add('org-acme', 'contract-1-abcdef 0007', None).id}"

    @web.middleware
    async def answer(_: web.Request, handler: object) -> web.Response:
        del handler
        return web.Response(status=status, text="<h1>Soon</h1>", content_type="text/html")

    fake.middlewares.append(answer)
    with serve(fake) as base_url:
        ran = sweep({"base_url": base_url}, {"made": id, "role": "primary", "intent": 1}, words=("--yes",))

    assert ran.code == 4
    assert ran.out.startswith(f"{id} not deleted: {status} ")


def test_an_assistant_of_others_is_never_offered(sweep: Sweep, fake: Fake, base_url: str) -> None:
    """An id that the run has seen before its creates is not the run's, whatever its text."""
    theirs = f"asst-{fake.store.add('org-acme', 'contract-1-abcdef 0007', None).id}"
    fake.store.add("org-acme", "contract-1-abcdef 0007", None)
    intent = {"intent": 1, "role": "primary", "marks": ["contract-1-abcdef 0007"]}
    ran = sweep({"base_url": base_url, "others": [theirs]}, intent, words=("--yes",))

    assert (ran.code, ran.out.count("deleted")) == (0, 1)
    assert theirs not in ran.out
