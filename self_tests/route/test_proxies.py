"""One policy of proxies for the client and the SDKs: no proxy for this machine, the proxy of the environment beyond."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import openai
import pytest

from contract_tests.http.target import Target, TargetError
from contract_tests.http.transport import Transport
from self_tests.command_run import KEYS, Ran
from self_tests.doubles.socket_server import EMPTY, answering
from self_tests.route.parts import DEPRECATED, EVERY_PART, KEY, ask

BEYOND = "http://assistants.example/v1"
VARIABLES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")


@pytest.fixture(autouse=True)
def no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.fixture
def received() -> list[bytes]:
    return []


@pytest.fixture
def proxy(received: list[bytes]) -> Iterator[str]:
    """A proxy that answers every request itself, and keeps what it has received."""

    def answer(connection: socket.socket) -> None:
        received.append(connection.recv(65536))
        connection.sendall(EMPTY.replace("\n", "\r\n").encode())

    with answering(answer) as address:
        yield address.removesuffix("/v1")


@DEPRECATED
@EVERY_PART
@pytest.mark.parametrize("variable", ["HTTP_PROXY", "ALL_PROXY"])
def test_no_call_to_this_machine_goes_to_a_proxy(
    monkeypatch: pytest.MonkeyPatch, proxy: str, received: list[bytes], base_url: str, kind: str, variable: str
) -> None:
    """No key of a server on this machine reaches a proxy."""
    monkeypatch.setenv(variable, proxy)
    with suppress(openai.AuthenticationError):  # the fake does not know the key
        ask(kind, base_url)

    assert received == []


@DEPRECATED
@EVERY_PART
def test_a_call_beyond_this_machine_goes_to_the_proxy(
    monkeypatch: pytest.MonkeyPatch, proxy: str, received: list[bytes], kind: str
) -> None:
    """A proxy needs the whole URL of a plain call."""
    monkeypatch.setenv("HTTP_PROXY", proxy)
    ask(kind, BEYOND)

    assert received[0].startswith(f"GET {BEYOND}/assistants".encode())


@DEPRECATED
@EVERY_PART
def test_a_proxy_with_a_password_gets_the_password(
    monkeypatch: pytest.MonkeyPatch, proxy: str, received: list[bytes], kind: str
) -> None:
    """As a header of the proxy alone."""
    monkeypatch.setenv("HTTP_PROXY", proxy.replace("://", "://user:pass%40word@"))
    ask(kind, BEYOND)

    assert b"proxy-authorization: basic dxnlcjpwyxnzqhdvcmq=" in received[0].lower()


@pytest.mark.parametrize("exception", ["assistants.example", ".example", "*", "assistants.example:80"])
def test_an_exception_is_obeyed(
    monkeypatch: pytest.MonkeyPatch, proxy: str, received: list[bytes], exception: str
) -> None:
    """NO_PROXY names hosts that have no proxy."""
    monkeypatch.setenv("HTTP_PROXY", proxy)
    monkeypatch.setenv("NO_PROXY", exception)
    url = "http://assistants.example:80/v1"
    answered = Transport(Target(url, KEY, timeout=2)).send("GET", "/assistants", None, {})

    assert (answered.status, received) == (0, [])


def test_a_call_by_https_asks_the_proxy_for_a_tunnel(monkeypatch: pytest.MonkeyPatch) -> None:
    """The proxy sees the host and the port, and no key. Its refusal is one line."""
    received: list[bytes] = []

    def refuse(connection: socket.socket) -> None:
        received.append(connection.recv(65536))
        connection.sendall(b"HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n")

    with answering(refuse) as address:
        monkeypatch.setenv("HTTPS_PROXY", address.removesuffix("/v1"))
        with pytest.raises(TargetError, match="407 Proxy Authentication Required"):
            Transport(Target("https://assistants.example/v1", KEY)).send("GET", "/assistants", None, {"a": "sk-b"})

    assert received == [b"CONNECT assistants.example:443 HTTP/1.1\r\nhost: assistants.example:443\r\n\r\n"]


@pytest.mark.parametrize(
    ("proxy_url", "says"),
    [
        ("http://127.0.0.1:9", "the proxy http://127.0.0.1:9 accepts no connection"),
        ("socks5://127.0.0.1:9", "HTTPS_PROXY or ALL_PROXY"),
        ("http://127.0.0.1:port", "HTTPS_PROXY or ALL_PROXY"),
    ],
)
def test_a_proxy_that_cannot_be_used_is_said(
    monkeypatch: pytest.MonkeyPatch, run: Callable[..., Ran], tmp_path: Path, proxy_url: str, says: str
) -> None:
    """The fault is the proxy's, not the target's."""
    monkeypatch.setenv("HTTPS_PROXY", proxy_url)
    ran = run("https://assistants.example/v1", "--profile", "read-only", "--ledger", str(tmp_path))

    assert (ran.code, ran.err.count("\n")) == (2, 1)
    assert says in ran.err
    assert not any(key in ran.err for key in KEYS.values())
