"""The connections of the suite: a server may close them at any time between two calls, and may answer large pages."""

from __future__ import annotations

import gzip
import socket
import socketserver
from collections.abc import Iterator
from typing import Any

import pytest

from contract_tests.http import connection
from contract_tests.http.client import Client
from contract_tests.http.operations import COLLECTION, create, list_, raw_path
from contract_tests.http.target import Target, TargetError
from contract_tests.http.transport import Transport
from contract_tests.runs.full_run import Run
from fake_server.fake import Fake
from fake_server.storage import seed
from self_tests.doubles.server_thread import listening
from self_tests.doubles.socket_server import answering, says
from self_tests.suite.test_right_servers import TOUR, broken
from self_tests.wrong.wrong_server import serving

ANSWERS = {"GET": b'{"data":[]}', "PATCH": b"{}", "POST": b'{"id":"asst-x"}'}


class OneAnswer(socketserver.BaseRequestHandler):
    """Answers the first request of a connection. Reads the second one, and then ends the connection without a word."""

    def handle(self) -> None:
        server: Any = self.server
        for first in (True, False):
            method = self.request.recv(65536).partition(b" ")[0].decode()
            if method:
                server.received.append(method)
            if method and first:
                body = ANSWERS[method]
                self.request.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%b" % (len(body), body))


class Counting(socketserver.ThreadingTCPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), OneAnswer)
        self.received: list[str] = []


@pytest.fixture
def counting() -> Counting:
    return Counting()


@pytest.fixture
def url(counting: Counting) -> Iterator[str]:
    with listening(counting) as url:
        yield url


@pytest.mark.parametrize(
    ("method", "path"), [("GET", COLLECTION), ("PATCH", raw_path("asst-x")), ("POST", raw_path("x"))]
)
def test_a_call_on_a_connection_that_ended_is_sent_once_more(
    counting: Counting, url: str, method: str, path: str
) -> None:
    """The second call meets the end of its connection, and is answered on another one."""
    calls = Transport(Target(url, {}))
    statuses = [calls.send(method, path, None, {}).status for _ in range(2)]

    assert statuses == [200, 200]
    assert counting.received == [method] * 3


def test_a_create_has_a_new_connection_where_connections_end_early(counting: Counting, url: str) -> None:
    """No create is sent twice after the first early end."""
    calls = Transport(Target(url, {}))
    for method in ("GET", "GET", "POST", "POST"):
        assert calls.send(method, COLLECTION, None, {}).status == 200

    assert counting.received == ["GET"] * 3 + ["POST"] * 2


def test_a_create_that_met_an_early_end_is_looked_for(counting: Counting, url: str) -> None:
    """The client sends it again. The first one may have arrived, so it stays pending until the clean-up has looked."""
    client = Client(Target(url, {"primary": "sk-test"}))
    client.send(list_())
    answered = client.send(create({"name": "x"}))

    assert answered.response.accepted
    assert counting.received == ["GET", "POST", "POST"]
    assert client.pending == [answered.request]


OK = "HTTP/1.1 200 OK\n"


@pytest.mark.parametrize(
    "answer",
    [
        "",
        "\n",
        "no HTTP\n\n",
        "HTTP/1.1 abc OK\n\n",
        "HTTP/1.1 99999 OK\n\n",
        "HTTP/9.9 200 OK\n\n",
        f"{OK}{'x: y' * 20_000}\n\n",
        OK + "x: y\n" * 200 + "\n",
        f"{OK}content-length: 9\n\nshort",
        f"{OK}transfer-encoding: chunked\n\n-5\nabc",
        f"{OK}transfer-encoding: chunked\n\nzz\nabc",
        f"{OK}transfer-encoding: chunked\n\nffffffffffffffffffffffff\nabc",
    ],
)
def test_an_answer_that_is_no_http_is_a_fault(answer: str) -> None:
    """The transport raises nothing, whatever comes."""
    with answering(says(answer)) as base_url:
        answered = Transport(Target(base_url, {}, timeout=5)).send("GET", COLLECTION, None, {})

    assert (answered.status, answered.fault != "") == (0, True)


def test_the_lines_of_a_header_are_one() -> None:
    """Several headers of one name are a list, and a header may go on in the next line."""
    with answering(says(f"{OK}X-A: 1\nx-a: 2\n  3\ncontent-length: 0\nconnection: close\n\n")) as base_url:
        answered = Transport(Target(base_url, {})).send("GET", COLLECTION, None, {})

    assert answered.headers["x-a"] == "1, 2 3"


@pytest.mark.parametrize("unpacked", [b"[1]", b" " * 4096])
def test_an_answer_that_a_gateway_has_compressed_is_read(monkeypatch: pytest.MonkeyPatch, unpacked: bytes) -> None:
    """Nobody asked for it. The limit of the size is that of the unpacked answer."""
    monkeypatch.setattr(connection, "LARGEST", 1024)
    packed = gzip.compress(unpacked)

    def answer(plain: socket.socket) -> None:
        plain.recv(65536)
        plain.sendall(b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: %d\r\n\r\n" % len(packed) + packed)

    with answering(answer) as base_url:
        answered = Transport(Target(base_url, {})).send("GET", COLLECTION, None, {})

    assert (answered.body == unpacked, answered.too_large) == (len(unpacked) <= 1024, len(unpacked) > 1024)


def fill(fake: Fake) -> None:
    for number in range(110):
        fake.store.add(seed.ORGANIZATIONS[0].id, f"A customer's {number}", "x" * 2000)


def add_a_large_one(fake: Fake) -> None:
    fake.store.add(seed.ORGANIZATIONS[0].id, "Large", "x" * 2**21)


def test_a_page_that_is_too_large_is_walked_in_smaller_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page of 100 is larger than the suite reads. The run finds a limit that it can read, and accuses nobody."""
    monkeypatch.setattr(connection, "LARGEST", 150_000)
    with serving(fill) as target:
        run = Run(target, TOUR, lambda id: id.startswith(("list/", "create/"))).judge()

    assert (broken(run.verdicts), run.left_behind) == ({}, {})


def test_an_assistant_that_is_too_large_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """If even a page of one cannot be read, one line says the size."""
    monkeypatch.setattr(connection, "LARGEST", 2**20)
    with (
        serving(add_a_large_one) as target,
        pytest.raises(TargetError, match="with limit=1, the answer is larger than 1 MB"),
    ):
        Run(target, TOUR, lambda id: id == "list/envelope").judge()
