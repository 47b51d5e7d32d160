"""One connection to a target: opened, written to and read from within the deadline of a call.

Each wait on the socket gets the seconds that are left. So the deadline also ends an answer that arrives in drips: of
headers, of interim answers such as 100 and 103, of chunks, or of a body.
"""

from __future__ import annotations

import contextlib
import io
import re
import select
import socket
import ssl
import threading
import time
import zlib
from concurrent.futures import Future
from http.client import CONTINUE, OK, SWITCHING_PROTOCOLS, HTTPResponse
from typing import Any

from contract_tests.http.messages import Response

LARGEST = 16 * 1024 * 1024  # bytes; a longer answer is a fault
PIECE = 65536
FOLD = re.compile(r"[ \t]*\r?\n[ \t]*")  # in a header of several lines
GZIP_OR_ZLIB = 32 + zlib.MAX_WBITS


class SlowError(Exception):
    """The deadline of the call has passed."""


class LargeError(Exception):
    """The body is larger than the suite reads. The text says the bound."""

    def __init__(self) -> None:
        super().__init__(f"the answer is larger than {LARGEST >> 20} MB")


class StaleError(Exception):
    """A connection that an earlier call has used ended before the answer began: the server had closed it."""


class TunnelError(Exception):
    """The proxy refused to connect to the target."""


class Deadline:
    """The moment at which a call must be over. `fault` says that there was no answer until then."""

    def __init__(self, seconds: float) -> None:
        self.fault = f"no answer within {seconds:g} s"
        self._end = time.monotonic() + seconds

    def left(self) -> float:
        """The seconds that are left. Raises SlowError if there are none."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise SlowError
        return left


class Connection:
    """`was_used` is true if an earlier call has used the connection, `reusable` if a later call may."""

    def __init__(self, plain: socket.socket) -> None:
        self._socket = plain
        self.was_used = False
        self.reusable = False

    def encrypt(self, context: ssl.SSLContext, host: str, deadline: Deadline) -> None:
        """Raises SlowError, OSError, ssl.SSLError."""
        self._socket.settimeout(deadline.left())
        try:
            self._socket = context.wrap_socket(self._socket, server_hostname=host)
        except TimeoutError as fault:
            raise SlowError from fault

    def tunnel(self, request: bytes, deadline: Deadline) -> None:
        """Asks a proxy for a tunnel to the target. Raises SlowError, TunnelError, OSError, HTTPException."""
        self._write(request, deadline)
        answer = self._begin("CONNECT", deadline)
        if answer.status != OK:
            raise TunnelError(f"{answer.status} {answer.reason}")

    def exchange(self, method: str, request: bytes, deadline: Deadline) -> Response:
        """Raises SlowError, LargeError, StaleError, OSError, HTTPException."""
        self.reusable = False
        # A server may answer and close before it has read all. Then the answer is there to be read.
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            self._write(request, deadline)
        try:
            answer = self._begin(method, deadline)
        except ConnectionError as fault:
            if self.was_used:
                raise StaleError from fault
            raise
        headers = _joined(answer.headers.items())
        body = _decoded(_read(answer), headers.get("content-encoding", ""))
        self.was_used, self.reusable = True, not answer.will_close
        return Response(answer.status, headers, body)

    def is_quiet(self) -> bool:
        """False if the server has closed the connection, or has sent what nobody asked for."""
        try:
            return not select.select([self._socket], [], [], 0)[0]
        except ValueError:  # select cannot watch a descriptor above its bound; another connection is as good
            return False

    def close(self) -> None:
        """Ends the connection, also for a thread that waits for an answer."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    def _write(self, request: bytes, deadline: Deadline) -> None:
        rest = memoryview(request)
        while rest:
            self._socket.settimeout(deadline.left())
            try:
                rest = rest[self._socket.send(rest) :]
            except TimeoutError as fault:
                raise SlowError from fault

    def _begin(self, method: str, deadline: Deadline) -> HTTPResponse:
        source: Any = _Source(self._socket, deadline)
        answer = _FinalResponse(source, method=method)
        answer.begin()
        return answer


def connect(host: str, port: int, deadline: Deadline) -> Connection:
    """Tries each address of the host. Raises SlowError, OSError."""
    failed = OSError("the name has no address")
    for family, kind, protocol, _, address in _look_up(host, port, deadline):
        try:
            return Connection(_dial(socket.socket(family, kind, protocol), address, deadline))
        except TimeoutError as fault:
            raise SlowError from fault
        except OSError as fault:
            failed = fault
    raise failed


def _look_up(host: str, port: int, deadline: Deadline) -> list[Any]:
    """The addresses of a host, as `socket.getaddrinfo` gives them. No timeout ends its wait for a name server, so it
    waits in a thread, which is left behind at the deadline.
    """
    found: Future[list[Any]] = Future()

    def look_up() -> None:
        try:
            found.set_result(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        except Exception as fault:  # noqa: BLE001 - it is raised where the answer is waited for
            found.set_exception(fault)

    threading.Thread(target=look_up, daemon=True).start()
    try:
        return found.result(deadline.left())
    except TimeoutError as fault:
        raise SlowError from fault


def _dial(plain: socket.socket, address: Any, deadline: Deadline) -> socket.socket:
    try:
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        plain.settimeout(deadline.left())
        plain.connect(address)
    except BaseException:
        plain.close()
        raise
    return plain


class _Source(io.RawIOBase):
    """The bytes of a socket, until the deadline."""

    def __init__(self, plain: socket.socket, deadline: Deadline) -> None:
        self._socket = plain
        self._deadline = deadline

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._socket.settimeout(self._deadline.left())
        try:
            return self._socket.recv_into(buffer)
        except TimeoutError as fault:
            raise SlowError from fault

    def makefile(self, _: str) -> io.BufferedReader:
        return io.BufferedReader(self, PIECE)


class _FinalResponse(HTTPResponse):
    """Reads past each interim answer, such as 103. http.client itself reads past 100 alone."""

    def _read_status(self) -> tuple[str, int, str]:
        version, status, reason = super()._read_status()  # type: ignore[misc]  # http.client offers no public way
        interim = status < OK and status != SWITCHING_PROTOCOLS
        return version, CONTINUE if interim else status, reason


def _read(answer: HTTPResponse) -> bytes:
    """The body. Raises LargeError."""
    pieces, size = [], 0
    while piece := answer.read1(PIECE):
        pieces.append(piece)
        size += len(piece)
        if size > LARGEST:
            raise LargeError
    if answer.length:
        raise ConnectionResetError(f"{answer.length} bytes of the body did not come")
    return b"".join(pieces)


def _decoded(body: bytes, coding: str) -> bytes:
    """The body without its compression. Nobody asked for one, but some gateways compress all the same."""
    if coding.lower() not in ("gzip", "x-gzip", "deflate"):
        return body
    unpack = zlib.decompressobj(GZIP_OR_ZLIB)
    try:
        whole = unpack.decompress(body, LARGEST + 1)
    except zlib.error:
        return body
    if len(whole) > LARGEST:
        raise LargeError
    return whole


def _joined(headers: Any) -> dict[str, str]:
    """The headers by their names in lower case. Several of one name are one list, and several lines are one, as in
    HTTP."""
    joined: dict[str, str] = {}
    for name, text in headers:
        key, value = name.lower(), FOLD.sub(" ", text)
        joined[key] = f"{joined[key]}, {value}" if key in joined else value
    return joined
