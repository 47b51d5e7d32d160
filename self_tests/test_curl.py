"""What is printed for a person to run does, run by a shell, what was done."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import replace

import pytest

from contract_tests import calls, curl
from contract_tests.client import Client
from contract_tests.target import Target
from contract_tests.wire import Request
from fake_server import seed

pytestmark = pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl here to run")

KEYS = {key.label: key.secret for key in seed.KEYS}
ODD_TEXTS = [
    'it\'s "quoted"',
    "$HOME `id` $(id) !! \\n \\",
    "line\nbreak\ttab\r",
    "Grüße 🤖 \u2028",
    "@file",
    "%s %d 100%",
    "-X",
]
REQUESTS = [
    *(calls.create({"name": text, "instructions": text}) for text in ODD_TEXTS),
    *(calls.list_(role) for role in ("primary", "sibling", "foreign", "nobody", "stranger", "basic", "bare")),
    calls.raw("POST", "/assistants", b'{"name": "\xff"}'),
    calls.raw("POST", "/assistants", b"@" + b"x" * 20),
    calls.raw("POST", "/assistants", b'{"name": "nul \\u0000"}\x00'),
    calls.raw("POST", "/assistants", b'{"name": "long", "instructions": "' + b"x" * 100_000 + b'"}'),
    calls.raw("POST", "/assistants", b""),
    calls.raw("GET", "/assistants/..%2f..%2fx"),
    calls.raw("GET", "/assistants?limit=1&limit='2'"),
    Request("OPTIONS", "/assistants", "nobody", headers=(("origin", "https://app.example"),)),
]


@pytest.fixture
def target(base_url: str) -> Target:
    return Target(base_url, KEYS)


def shell(commands: str) -> str:
    """What a POSIX shell prints, the keys in its environment."""
    environment = {**os.environ, **{Target("", {}).variables[role]: key for role, key in KEYS.items()}}
    done = subprocess.run(["sh", "-c", commands], env=environment, capture_output=True, timeout=20, check=False)
    return done.stdout.decode("utf-8", "replace")


@pytest.mark.parametrize("request_", REQUESTS, ids=range(len(REQUESTS)))
def test_a_printed_command_gives_the_same_status(target: Target, request_: Request) -> None:
    """Whatever the bytes in it, and with the key as a variable."""
    status = Client(target).send(request_).response.status

    command = curl.command(request_, target)

    assert f"HTTP/1.1 {status} " in shell(command)
    assert [key for key in KEYS.values() if key in command] == []


def test_a_sequence_hands_on_the_id(target: Target) -> None:
    """A script makes its own assistant, and names it by what its create answered."""
    client = Client(target)
    created = client.send(calls.create({"name": "of a script"}))
    id = created.response.json["id"]
    exchanges = [created, client.send(calls.modify(id, {"name": "renamed"})), client.send(calls.retrieve(id))]

    printed = shell(curl.script(exchanges, target))

    assert '"name": "renamed"' in printed or '"name":"renamed"' in printed
    assert id not in printed


def test_a_base_url_of_any_kind_is_quoted(target: Target) -> None:
    """A shell sees one word."""
    odd = replace(target, base_url=target.base_url + "/it's$HOME")

    assert "HTTP/1.1 404" in shell(curl.command(calls.list_(), odd))
