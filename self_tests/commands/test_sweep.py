"""`sweep`: a ledger is a file like any other, so it neither chooses the server that gets a key nor the key."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest

from contract_tests.http.target import ROLES
from fake_server.fake import Fake
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
    id = f"asst-{fake.store.add('org-acme', 'ours', None).id}"
    (tmp_path / "a.toml").write_text(f'base_url = "{base_url}"\n[keys]\nprimary = "MY_KEY"\n')
    (tmp_path / "b.toml").write_text('base_url = "http://127.0.0.1:9/v1"\n')
    made = {"made": id, "role": "primary", "intent": 0}
    head = {"base_url": base_url, "keys": {"primary": "MY_KEY"}}
    other = sweep(head, made, words=("--target", str(tmp_path / "b.toml")))
    ran = sweep(head, made, words=("--target", str(tmp_path / "a.toml")))

    assert (other.code, other.err.count("\n")) == (2, 1)
    assert (ran.code, ran.out) == (0, f"{id} deleted\n")


def test_an_assistant_of_others_is_never_offered(sweep: Sweep, fake: Fake, base_url: str) -> None:
    """An id that the run has seen before its creates is not the run's, whatever its text."""
    theirs = f"asst-{fake.store.add('org-acme', 'contract-1-abcdef 0007', None).id}"
    fake.store.add("org-acme", "contract-1-abcdef 0007", None)
    intent = {"intent": 1, "role": "primary", "marks": ["contract-1-abcdef 0007"]}
    ran = sweep({"base_url": base_url, "others": [theirs]}, intent, words=("--yes",))

    assert (ran.code, ran.out.count("deleted")) == (0, 1)
    assert theirs not in ran.out
