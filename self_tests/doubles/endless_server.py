"""A server whose answers have no end: each connection gets a beginning, and then the same piece again and again."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from socketserver import BaseRequestHandler, ThreadingTCPServer
from typing import Any

from self_tests.doubles.server_thread import listening

OK = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"
CHUNKED = OK + b"transfer-encoding: chunked\r\n\r\n"


@dataclass(frozen=True)
class Endless:
    """`pause` is the seconds between two pieces."""

    beginning: bytes
    piece: bytes
    pause: float = 0.01


ANSWERS = {
    "nothing": Endless(b"", b""),
    "a status line in drips": Endless(b"HTTP/1.1 200 ", b"O"),
    "a header in drips": Endless(OK + b"x-long: ", b"x"),
    "interim answers": Endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "interim answers at full speed": Endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 100, 0),
    "other interim answers": Endless(b"", b"HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n"),
    "the extension of a chunk": Endless(CHUNKED + b"1;", b"x"),
    "chunks": Endless(CHUNKED, b"1\r\nx\r\n"),
    "trailers": Endless(CHUNKED + b"0\r\n", b"x-trailer: x\r\n"),
    "a body in drips": Endless(OK + b"content-length: 1000000\r\n\r\n", b"x"),
}
FLOODS = {
    "a body without a length": Endless(OK + b"connection: close\r\n\r\n", b"x" * 65536, 0),
    "a body in chunks": Endless(CHUNKED, b"10000\r\n%b\r\n" % (b"x" * 65536), 0),
}


class _Handler(BaseRequestHandler):
    def handle(self) -> None:
        server: Any = self.server
        answer: Endless = server.answer
        with suppress(OSError):
            self.request.recv(65536)
            self.request.sendall(answer.beginning)
            while not server.over:
                self.request.sendall(answer.piece)
                time.sleep(answer.pause)


class _Server(ThreadingTCPServer):
    daemon_threads = True
    over = False

    def __init__(self, answer: Endless) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answer = answer


@contextmanager
def endless(answer: Endless) -> Iterator[str]:
    """The base URL of a server that gives this answer to each request."""
    server = _Server(answer)
    with listening(server) as base_url:
        try:
            yield base_url
        finally:
            server.over = True
