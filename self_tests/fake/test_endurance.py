"""Nothing that callers or readers do stops the fake: a log that nobody reads, and connections that nobody uses."""

from __future__ import annotations

import gc
import json
import os
import resource
import select
import ssl
import struct
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from http.client import HTTPConnection, HTTPSConnection
from pathlib import Path
from socket import SHUT_WR, SO_LINGER, SOL_SOCKET, create_connection
from typing import Any
from urllib.parse import urlsplit

import pytest
import trustme

from fake_server import log
from fake_server.compose import compose
from fake_server.http.connections import Connections
from fake_server.http.server import serve
from fake_server.log import LineWriter

COMMAND = [sys.executable, "-m", "fake_server", "--port", "0", "--json", "--rate-limit", "off"]
HEADERS = {"Authorization": "Bearer sk-fake-primary"}
PIPE_SIZE = 4_096  # bytes, with room for 70 lines
FILES, FEW_FILES = 128, 32  # file descriptors of the fake
IDLE = 160  # connections
RESET = struct.pack("ii", 1, 0)  # closes a connection without a goodbye


@contextmanager
def running(
    *options: str, files: int = FILES, closed: Sequence[int] = ()
) -> Iterator[tuple[subprocess.Popen[bytes], str, int]]:
    """The process of the command, with few file descriptors and a short pipe, and its host and port. `closed` are the
    standard streams that are closed.
    """

    def limit_files() -> None:
        resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))
        for stream in closed:
            os.close(stream)

    given: Any = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "pipesize": PIPE_SIZE}
    with subprocess.Popen([*COMMAND, *options], **given, preexec_fn=limit_files) as process:
        try:
            assert process.stdout is not None
            address = urlsplit(json.loads(process.stdout.readline())["url"])
            yield process, str(address.hostname), int(address.port or 0)
        finally:
            process.kill()


@pytest.fixture(scope="module")
def fake_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, int]]:
    """A fake with a data file. Nobody reads its log."""
    with running("--data", str(tmp_path_factory.mktemp("data") / "data.json")) as (_, host, port):
        yield host, port


def statuses(address: tuple[str, int], calls: int) -> set[int]:
    with closing(HTTPConnection(*address, timeout=20)) as connection:
        return {call(connection) for _ in range(calls)}


def call(connection: HTTPConnection) -> int:
    connection.request("POST", "/v1/assistants", b'{"name": "a"}', HEADERS)
    response = connection.getresponse()
    response.read()
    return response.status


def test_a_log_that_nobody_reads_stops_nobody(fake_address: tuple[str, int]) -> None:
    """Many more calls are answered than the pipe of the log has room for."""
    assert statuses(fake_address, 500) == {200}


def test_a_log_without_a_reader_ends() -> None:
    """The reader of stderr is gone: calls are answered, and the fake ends with 0."""
    with running() as (process, host, port):
        assert process.stderr is not None
        process.stderr.close()
        answered = statuses((host, port), 3)
        process.terminate()
        process.wait(timeout=20)

    assert (answered, process.returncode) == ({200}, 0)


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    """The end to read and the end to write."""
    ends = os.pipe()
    yield ends
    for each in ends:
        os.close(each)


def test_dropped_lines_are_counted(pipe: tuple[int, int], monkeypatch: pytest.MonkeyPatch) -> None:
    """When the reader reads on, the reader gets the lines that waited, and the number of the dropped lines."""
    monkeypatch.setattr(log, "MOST_WAITING", 100)
    writer = LineWriter(pipe[1])
    writer.write(["x" * 100_000])
    # The thread has taken the first line, so the room for waiting lines is known.
    assert select.select([pipe[0]], [], [], 20)[0]
    writer.write([f"line {number}" for number in range(100)])
    writer.write(["dropped"] * 7)
    text = b""
    while not text.endswith(b"before them.\n"):
        text += os.read(pipe[0], 65_536)
    writer.flush(20)

    lines = text.decode().splitlines()
    assert lines[1:101] == [f"line {number}" for number in range(100)]
    assert lines[101].startswith("7 lines")
    assert len(lines) == 102


def test_a_reader_that_does_not_block_gets_all(pipe: tuple[int, int]) -> None:
    """A parent process may have set its pipe to not block."""
    os.set_blocking(pipe[1], False)
    writer = LineWriter(pipe[1])
    writer.write(["x" * 200_000, "é \udcff"])
    text = b""
    while not text.endswith(b"\\udcff\n"):
        text += os.read(pipe[0], 65_536)

    assert len(text) == 200_000 + len("\né \\udcff\n".encode())


def test_a_closed_stderr_is_no_error() -> None:
    """A writer without a file writes nothing."""
    writer = LineWriter(None)
    writer.write(["a"])

    assert writer._thread is None


HEAD = b"POST /v1/assistants HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer sk-fake-primary\r\n"
INCOMPLETE = {"nothing": b"", "half a head": HEAD, "half a body": HEAD + b"Content-Length: 9\r\n\r\n{"}


@pytest.mark.parametrize("sent", INCOMPLETE.values(), ids=INCOMPLETE)
def test_idle_connections_deafen_nobody(fake_address: tuple[str, int], sent: bytes) -> None:
    """More connections without a complete request than the fake has file descriptors: calls are answered and kept."""
    with ExitStack() as stack:
        for _ in range(IDLE):
            idle = stack.enter_context(create_connection(fake_address, timeout=20))
            idle.sendall(sent)

        assert statuses(fake_address, 3) == {200}


@pytest.mark.parametrize("data", [False, True], ids=["memory", "data"])
def test_few_file_descriptors_are_enough(data: bool, tmp_path: Path) -> None:
    """A fake with very few file descriptors answers a call beside idle connections."""
    options = ("--data", str(tmp_path / "data.json")) if data else ()
    with running(*options, files=FEW_FILES) as (_, host, port), ExitStack() as stack:
        for _ in range(2 * FEW_FILES):
            stack.enter_context(create_connection((host, port), timeout=20))

        assert statuses((host, port), 3) == {200}


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with a certificate and its key."""
    file = tmp_path_factory.mktemp("certificate") / "both.pem"
    trustme.CA().issue_cert("localhost").private_key_and_cert_chain_pem.write_to_path(file)
    return file


@pytest.fixture
def tls() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def test_idle_tls_connections_deafen_nobody(certificate: Path, tls: ssl.SSLContext) -> None:
    """More TLS connections without a request than the fake has file descriptors: a call is answered."""
    with running("--tls-cert", str(certificate)) as (_, host, port), ExitStack() as stack:
        for _ in range(IDLE):
            plain = stack.enter_context(create_connection((host, port), timeout=20))
            stack.enter_context(tls.wrap_socket(plain))
        with closing(HTTPSConnection(host, port, timeout=20, context=tls)) as connection:
            assert call(connection) == 200


LISTEN = b"GET /_fake/events HTTP/1.1\r\nHost: localhost\r\n\r\n"


def test_a_listener_that_resets_is_no_error() -> None:
    """A listener of the request log who resets the connection is no error of the fake: the log has no line about it."""
    with running("--quiet") as (process, host, port):
        for _ in range(10):
            with create_connection((host, port), timeout=20) as connection:
                connection.setsockopt(SOL_SOCKET, SO_LINGER, RESET)
                connection.sendall(LISTEN)
        process.terminate()
        _, said = process.communicate(timeout=20)

    assert said == b""


def test_a_tls_listener_that_leaves_is_no_error(certificate: Path, tls: ssl.SSLContext) -> None:
    """A listener who ends TLS as a browser does, before the answer has ended, is no error: the log has no line."""
    with running("--quiet", "--tls-cert", str(certificate)) as (process, host, port):
        connection = tls.wrap_socket(create_connection((host, port), timeout=20))
        connection.sendall(LISTEN)
        connection.recv(1)
        with closing(connection), suppress(ssl.SSLError):
            connection.unwrap()
        process.terminate()
        _, said = process.communicate(timeout=20)

    assert said == b""


def test_a_closed_standard_stream_is_no_error() -> None:
    """A fake that is started without stdin, as some supervisors do, ends with 0."""
    with running(closed=[0]) as (process, host, port):
        status = statuses((host, port), 1)
        process.terminate()

        assert (status, process.wait(20)) == ({200}, 0)


def test_requests_in_a_row_are_answered_after_a_half_close(fake_address: tuple[str, int]) -> None:
    """A caller may send several requests and close its sending half: every request is answered."""
    request = b"GET /v1/assistants HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer sk-fake-primary\r\n\r\n"
    with create_connection(fake_address, timeout=20) as connection:
        connection.sendall(100 * request)
        connection.shutdown(SHUT_WR)
        answers = b"".join(iter(lambda: connection.recv(65_536), b""))

    assert answers.count(b"HTTP/1.1 200 OK\r\n") == 100


class Client:
    def __init__(self, idle: bool) -> None:
        self.idle = idle
        self.closed = False

    def is_idle(self) -> bool:
        return self.idle

    def drop(self) -> None:
        self.closed = True


def test_the_oldest_idle_connection_makes_room() -> None:
    """A connection with a request is closed only if none is idle; a closed one counts no more."""
    clients = [Client(idle) for idle in (False, True, True, False, False, False)]
    connections = Connections(2)
    for client in clients:
        connections.add(client)
    connections.remove(clients[0])

    assert [client.closed for client in clients] == [True, True, True, True, False, False]
    assert list(connections.open) == clients[4:]


def test_a_connection_at_the_last_moment_is_closed(recwarn: pytest.WarningsRecorder) -> None:
    """The fake closes what it has accepted when it stops, so no test of a user ends with the warning of an open
    socket.
    """
    for _ in range(20):
        with serve(compose(rate_limit=None)) as base_url:
            address = urlsplit(base_url).netloc.split(":")
            callers = [create_connection((address[0], int(address[1]))) for _ in range(3)]
        for each in callers:
            each.close()
    gc.collect()

    assert [str(each.message) for each in recwarn if issubclass(each.category, ResourceWarning)] == []
