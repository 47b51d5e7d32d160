"""Targets that the suite refuses, and targets that do not answer: the user sees one line, and exit 2."""

from __future__ import annotations

import os
import re
import signal
import socket
import ssl
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import trustme
from aiohttp import web

from contract_tests.generators.scenario import Scenario
from contract_tests.generators.session import Session
from contract_tests.generators.steps import Step
from contract_tests.http import client, connection, operations
from contract_tests.http.target import Target
from contract_tests.http.transport import Transport
from contract_tests.profiles import plan
from fake_server.domain.errors import MalformedRequest, TooManyRequests
from fake_server.fake import Answer, Call, Fake
from fake_server.http.server import serve
from self_tests.command_run import KEYS, Ran
from self_tests.doubles.socket_server import EMPTY, answering, hang, says

BEYOND = "https://assistants.example/v1"
PRODUCTION = ("--profile", "production")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ((BEYOND,), "--profile production or read-only"),
        (("http://assistants.example/v1", *PRODUCTION), "use https"),
        (("http://assistants.example/v1", "--allow-fuzzing"), "use https"),
        (PRODUCTION, "a profile is for a service"),
        ((BEYOND, "--profile", "read-only", "--ask-self-delete"), "goes with --profile production"),
        ((BEYOND, "--probe-rate-limit", "--allow-fuzzing"), "goes with --profile production"),
        (("https://sk-abc@assistants.example/v1", *PRODUCTION), "Put keys into the environment"),
        (("--only", KEYS["ASSISTANTS_API_KEY"]), "Put keys into the environment"),
        (("http://127.0.0.1:9/v1", "--only", "KEY=sk-live-1234"), "Put keys into the environment"),
    ],
)
def test_a_run_that_could_do_harm_does_not_start(run: Callable[..., Ran], words: tuple[str, ...], says: str) -> None:
    """One line, exit 2, and nothing is sent: names of hosts are not even looked up."""
    ran = run(*words)

    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)
    assert says in ran.err
    assert re.search(r"\bsk-", ran.err) is None


KEY = KEYS["ASSISTANTS_API_KEY"]


@pytest.mark.parametrize(
    "words",
    [
        ("run", BEYOND, "sk-live-1234"),
        ("run", BEYOND, "sk-live)1234", KEY),
        ("plan", BEYOND, KEY),
        ("learn", "--from", "sk-live-1234"),
        ("compare", BEYOND, BEYOND, KEY),
        ("list", KEY),
        ("explain", "sk-live-1234"),
        ("report", "events.ndjson", KEY),
        ("sweep", "ledger.ndjson", KEY),
        (KEY,),
    ],
)
def test_a_mistake_on_the_line_shows_no_key(command: Callable[..., Ran], words: tuple[str, ...]) -> None:
    """The message of each command masks a key of the line, and says where a key belongs."""
    ran = command(*words)

    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)
    assert re.search(f"1234|{KEY}", ran.err) is None
    assert ran.err.endswith("Put keys into the environment: every user of this machine can read a command line.\n")


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "127.8.9.10"])
def test_this_machine_needs_no_profile(run: Callable[..., Ran], host: str) -> None:
    """Nobody listens there, but it is tried."""
    ran = run(f"http://{host}:9/v1")

    assert "accepts no connection" in ran.err


def test_a_redirect_is_not_followed(run: Callable[..., Ran], tmp_path: Path) -> None:
    """The key goes nowhere else; the line says where to look."""
    elsewhere = "HTTP/1.1 301 Moved\nlocation: https://elsewhere.example/v1\ncontent-length: 0\nconnection: close\n\n"
    with answering(says(elsewhere)) as base_url:
        ran = run(base_url, *PRODUCTION, "--ledger", str(tmp_path))

    assert (ran.code, ran.err.count("\n")) == (2, 1)
    assert "redirects to https://elsewhere.example/v1" in ran.err


def test_a_target_that_hangs_is_given_up(run: Callable[..., Ran], tmp_path: Path) -> None:
    """Every wait ends."""
    target = tmp_path / "target.toml"
    with answering(hang) as base_url:
        target.write_text(f'base_url = "{base_url}"\ntimeout = 0.2')
        ran = run("--target", str(target), *PRODUCTION, "--ledger", str(tmp_path))

    assert (ran.code, ran.err.count("\n")) == (2, 1)
    assert "does not answer: no answer within 0.2 s" in ran.err


def test_an_answer_without_an_end_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """A response that is too slow or too large is given up."""
    monkeypatch.setattr(connection, "LARGEST", 1000)
    endless = f"HTTP/1.1 200 OK\ncontent-length: 5000000\n\n{'x' * 200_000}"
    with answering(says(endless)) as base_url:
        answered = Transport(Target(base_url, {})).send("GET", "/assistants", None, {})

    assert (answered.status, answered.too_large) == (0, True)


def test_a_target_that_closes_connections_is_given_up(run: Callable[..., Ran], tmp_path: Path) -> None:
    """At the first call it is no verdict on anything."""
    with answering(says("")) as base_url:
        ran = run(base_url, *PRODUCTION, "--ledger", str(tmp_path))

    assert (ran.code, ran.err.count("\n")) == (2, 1)
    assert "the connection broke" in ran.err


def test_three_faults_in_a_row_end_a_run(run: Callable[..., Ran], tmp_path: Path) -> None:
    """Once it has answered, and then no more: the run stops and says so, in place of failing call after call."""
    answers = iter([EMPTY] * 3)  # to the reads of the opening

    def once(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(next(answers, "").replace("\n", "\r\n").encode())

    with answering(once) as base_url:
        ran = run(base_url, *PRODUCTION, "--ledger", str(tmp_path))

    assert (ran.code, ran.err.count("\n")) == (2, 1)
    assert "is gone: 4 calls in a row failed" in ran.err


def test_a_certificate_of_an_unknown_authority_is_not_trusted(
    run: Callable[..., Ran], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Until the user says by SSL_CERT_FILE that he knows who issued it."""
    authority, context = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    with answering(says(EMPTY), context) as base_url:
        distrusted = run(base_url, *PRODUCTION, "--ledger", str(tmp_path))
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
        trusted = run(base_url, "--profile", "read-only")

    assert (distrusted.code, distrusted.err.count("\n")) == (2, 1)
    assert "a certificate that is not trusted" in distrusted.err
    assert "list/envelope" not in trusted.out
    assert "requests" in trusted.out


def test_a_limit_that_never_lets_go_is_given_up(
    run: Callable[..., Ran], fake: Fake, base_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three waits as it asked for them, and then the run stops; a 429 is never a verdict."""

    def refuse(_: str) -> None:
        raise TooManyRequests("Never.", headers={"retry-after": "60"})

    fake.limiter.count_call = refuse  # type: ignore[assignment,method-assign]  # it is what is wrong
    monkeypatch.setattr(client.Client, "rest", lambda *_: None)
    ran = run(base_url, *PRODUCTION, "--ledger", str(tmp_path))

    assert (ran.code, ran.err.count("\n")) == (2, 1)
    assert "keeps answering 429" in ran.err


def test_a_proxy_of_the_environment_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """For what is not on this machine; a plain call is given to it whole."""
    asked: list[bytes] = []

    def proxy(connection: socket.socket) -> None:
        asked.append(connection.recv(65536))
        connection.sendall(EMPTY.replace("\n", "\r\n").encode())

    with answering(proxy) as address:
        monkeypatch.setenv("HTTP_PROXY", address.removesuffix("/v1"))
        monkeypatch.setenv("http_proxy", address.removesuffix("/v1"))
        answered = Transport(Target("http://assistants.example/v1", {})).send("GET", "/assistants", None, {})

    assert answered.status == 200
    assert asked[0].startswith(b"GET http://assistants.example/v1/assistants HTTP/1.1")


def test_no_key_is_in_anything_that_a_run_writes(run: Callable[..., Ran], fake: Fake, tmp_path: Path) -> None:
    """Not in the events, the ledger, or either stream, though the service repeats the key in whatever it answers."""

    @web.middleware
    async def telling(request: web.Request, handler: Any) -> Any:
        response = await handler(request)
        response.headers["x-told"] = request.headers.get("Authorization", "")
        if response.status >= 400:
            told = {"error": {"message": request.headers.get("Authorization"), "type": 7}}
            return web.json_response(told, status=response.status)
        return response

    async def refuse(_: Call) -> Answer:
        raise MalformedRequest("Not now.")

    fake.middlewares.append(telling)
    fake.handlers["deleteAssistant"] = refuse  # so the ledger stays
    with serve(fake) as base_url:
        ran = run(base_url, *PRODUCTION, "--events", str(tmp_path / "events.ndjson"))
    everything = ran.out + ran.err + "".join(path.read_text() for path in tmp_path.iterdir())

    assert ran.code == 1
    assert len(list(tmp_path.iterdir())) == 2
    assert [key for key in KEYS.values() if key in everything] == []
    assert '_API_KEY"' in everything


def test_a_target_does_not_show_its_keys() -> None:
    """Not even in a traceback."""
    assert "sk-canary" not in repr(Target(BEYOND, {"primary": "sk-canary"}))


def test_an_assistant_that_could_not_be_deleted_is_exit_4_with_the_command(
    command: Callable[..., Ran], fake: Fake, base_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Interrupted, where every delete is refused; once that is mended, the printed command finishes the job."""
    before, delete = list(fake.store.projects("org-acme")), fake.handlers["deleteAssistant"]

    async def refuse(_: Call) -> Answer:
        raise MalformedRequest("Not now.")

    def interrupted(session: Session) -> None:
        fake.handlers["deleteAssistant"] = refuse
        session.client.send(operations.create({"name": session.unique_text()}))
        raise KeyboardInterrupt

    step = Step(interrupted, ("create/name-suffices",), requests=1)
    monkeypatch.setattr(plan, "SCENARIOS", {plan.PRODUCTION: Scenario((step,))})
    ledger = tmp_path / "run.ledger"
    stopped = command("run", base_url, *PRODUCTION, "--ledger", str(ledger))
    fake.handlers["deleteAssistant"] = delete
    swept = command("sweep", str(ledger))

    assert (stopped.code, f"assistants-contract sweep {ledger}" in stopped.out) == (4, True)
    assert (swept.code, list(fake.store.projects("org-acme"))) == (0, before)


def _listen_to_signals() -> None:
    """A shell without job control starts a job in the background with SIGINT ignored, and children inherit that."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_a_run_that_cleans_up(fake: Fake, tmp_path: Path, number: int) -> None:
    """In the middle of it: exit 130, a line of the clean-up and one of the end, and nothing is left."""
    before, calls = list(fake.store.projects("org-acme")), iter(range(1000))

    @web.middleware
    async def signalling(request: web.Request, handler: Any) -> Any:
        if next(calls) == 20:
            process.send_signal(number)
        return await handler(request)

    fake.middlewares.append(signalling)
    with serve(fake) as base_url:
        words = (sys.executable, "-m", "contract_tests", "run", base_url, *PRODUCTION, "--ledger", str(tmp_path))
        process = subprocess.Popen(
            words, env=os.environ | KEYS, stderr=subprocess.PIPE, text=True, preexec_fn=_listen_to_signals
        )
        _, said = process.communicate(timeout=60)

    assert process.returncode == 130
    assert re.fullmatch(r"Interrupted: deleting \d; Ctrl-C again to stop.\nassistants-contract: Interrupted.\n", said)
    assert list(fake.store.projects("org-acme")) == before


@pytest.mark.parametrize("text", ["", "{}\n", '{"ledger": 2}\n', "PK\n", '{"ledger": 1, "base_url": "http://x/v1"}\n'])
def test_a_sweep_without_a_valid_ledger_is_refused(command: Callable[..., Ran], tmp_path: Path, text: str) -> None:
    """One line, and nothing is removed."""
    (tmp_path / "a.ledger").write_text(text)
    ran = command("sweep", str(tmp_path / "a.ledger"))

    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)


def test_a_plan_is_made_without_a_request(command: Callable[..., Ran]) -> None:
    """Which requirements, how many requests and creates, how long; of a host that is not even there."""
    ran = command("plan", BEYOND, *PRODUCTION)

    assert (ran.code, ran.err) == (0, "")
    assert all(words in ran.out for words in ("At most ", " requests: ", "creates", "Waits of", "delete/self-refused"))
