"""A target behind a gateway: what the target file declares is sent with every call, by every part of the suite."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from contract_tests.http.target import ROLES, Target, TargetError, from_file
from contract_tests.runs.full_run import Run
from contract_tests.runs.run_options import RunOptions
from fake_server.compose import compose
from fake_server.domain.errors import MalformedRequest
from fake_server.fake import Fake
from fake_server.http.server import serve
from self_tests.command_run import KEYS, Ran
from self_tests.reports.test_reproduce import everybody

# The route of each part is the same code on any Python.
pytestmark = pytest.mark.any_python

SECRET = "s3cret-of-the-gateway"
DECLARED = """
base_url = "{base_url}?api-version=2026-01-01&zone=a%20b"
[headers]
X-Tenant = "acme"
X-Gateway-Key = "Bearer $GATEWAY_KEY"
"""
FOREIGN = ROLES["foreign"]
PYTHON = frozenset({"tour", "schemathesis", "sdk"})


def guarded(fake: Fake, refused: list[str]) -> None:
    """Refuses each call without the headers and the query, as a gateway does."""

    @web.middleware
    async def gateway(request: web.Request, handler: Any) -> Any:
        headers = request.headers.get("x-tenant"), request.headers.get("x-gateway-key")
        query = request.query.get("api-version"), request.query.get("zone")
        if (headers, query) == (("acme", f"Bearer {SECRET}"), ("2026-01-01", "a b")):
            return await handler(request)
        refused.append(f"{request.method} {request.path_qs}")
        return web.Response(status=401, text=f"<p>Who are you?</p>\x1b[2J {request.headers.get('x-gateway-key')}")

    fake.middlewares.append(gateway)


@pytest.fixture
def refused() -> list[str]:
    return []


@pytest.fixture
def fake(refused: list[str]) -> Fake:
    fake = compose(rate_limit=None)
    guarded(fake, refused)
    return fake


@pytest.fixture
def file(fake: Fake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The target file of the fake behind the gateway."""
    for name, value in (KEYS | {"GATEWAY_KEY": SECRET}).items():
        monkeypatch.setenv(name, value)
    with serve(fake) as base_url:
        path = tmp_path / "target.toml"
        path.write_text(DECLARED.format(base_url=base_url))
        yield path


def test_every_part_sends_the_headers_and_the_query(file: Path, refused: list[str]) -> None:
    """The tour, schemathesis and the Python SDK."""
    run = Run(from_file(file), RunOptions(generators=PYTHON), lambda id: not id.startswith("rate/"))
    verdicts = run.judge().verdicts

    assert refused == []
    assert [each.requirement.id for each in verdicts if each.violations] == []


def test_a_script_sends_them_too(file: Path, fake: Fake, refused: list[str], run: Callable[..., Ran]) -> None:
    """The printed script names the variable of the secret, and the gateway lets its calls through."""

    async def refuse(_: Any) -> Any:
        raise MalformedRequest("Not now.")

    fake.handlers["getAssistant"] = refuse
    events = file.parent / "events.ndjson"
    run("--target", str(file), "--only", "retrieve/equals-created", "--events", str(events))
    verdicts = [each for each in map(json.loads, events.read_text().splitlines()) if each["event"] == "verdict"]
    script = verdicts[0]["evidence"][0]["curl"]
    done = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=False)

    assert ("$GATEWAY_KEY" in script, SECRET in script) == (True, False)
    assert ("Not now." in done.stdout, refused) == (True, [])


def test_the_command_that_deletes_what_is_left_sends_them_too(
    file: Path, fake: Fake, refused: list[str], run: Callable[..., Ran]
) -> None:
    """With the key of the organization that the assistant is in."""

    async def refuse(_: Any) -> Any:
        raise MalformedRequest("Not now.")

    before = everybody(fake)
    deletes, fake.handlers["deleteAssistant"] = fake.handlers["deleteAssistant"], refuse
    ran = run("--target", str(file), "--only", "org/others-look-unknown")
    fake.handlers["deleteAssistant"] = deletes
    commands = re.findall(r"Delete it with: (curl .*)", ran.out)
    subprocess.run(["sh", "-ec", "\n".join(commands)], capture_output=True, check=True)

    assert {name for name in KEYS if f"${name}" in "".join(commands)} >= {"ASSISTANTS_API_KEY", FOREIGN}
    assert (everybody(fake), refused) == (before, [])


def test_a_secret_of_a_header_is_masked_like_a_key(file: Path, run: Callable[..., Ran]) -> None:
    """The gateway repeats the secret with its refusal. The line quotes the refusal, without the secret."""
    file.write_text(file.read_text().replace("acme", "other"))
    ran = run("--target", str(file))

    assert (ran.code, ran.err.count("\n")) == (2, 1)
    assert "401 <p>Who are you?</p>" in ran.err
    assert "$GATEWAY_KEY" in ran.err
    assert [part for part in (SECRET, "\x1b") if part in ran.out + ran.err] == []


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ('headers = {Authorization = "x"}', "the suite itself sends authorization"),
        ('headers = {"a b" = "x"}', "no name of a header"),
        ('headers = {x = "a\\nb"}', "printable ASCII"),
        ("headers = {x = 1}", "printable ASCII"),
        ('headers = {x = "$NOT_THERE"}', "NOT_THERE is not set"),
        ('headers = "x"', "'headers' must be"),
        ('ca_file = "not-there.pem"', "not-there.pem is not there"),
        ("timeout = 0", "'timeout' is the seconds of one call"),
        ("timeout = 3601", "'timeout' is the seconds of one call"),
        ("timeout = true", "'timeout' must be a number"),
        ('timeout = "1"', "'timeout' must be a number"),
    ],
)
def test_a_mistake_in_the_file_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str, says: str
) -> None:
    """It says the file, the name and the reason."""
    monkeypatch.setenv("ASSISTANTS_API_KEY", KEYS["ASSISTANTS_API_KEY"])
    path = tmp_path / "target.toml"
    path.write_text(f'base_url = "http://127.0.0.1:9/v1"\n{line}')
    with pytest.raises(TargetError, match=f"{path}.*") as refused:
        from_file(path)

    assert says in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("path", "sent"),
    [("/assistants", "/assistants?a=1&b=%20"), ("/assistants?limit=2", "/assistants?limit=2&a=1&b=%20")],
)
def test_the_query_of_the_base_url_follows_the_query_of_a_call(path: str, sent: str) -> None:
    """As it stands in the base URL."""
    assert replace(Target("http://127.0.0.1:9/v1", {}), query="a=1&b=%20").with_query(path) == sent
