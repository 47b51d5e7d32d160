"""HTTP itself: sends a request to one target, and returns an answer or a fault. Certificates are verified. A redirect
is returned like any other answer."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Mapping
from http.client import BadStatusLine, HTTPException
from urllib.parse import quote
from weakref import finalize

from contract_tests.http.connection import Connection, Deadline, LargeError, SlowError, StaleError
from contract_tests.http.messages import Response
from contract_tests.http.operations import COLLECTION, CREATE, METHODS
from contract_tests.http.route import Route, UnreachableError
from contract_tests.http.target import Target

IDLE = 1.0  # seconds; a server may close a connection that is idle longer, at the moment when we write
NO_BODY = ("GET", "HEAD", "DELETE", "TRACE", "OPTIONS", "CONNECT")  # any other method says that its body is empty
TLS_ALERT = "\x15\x03"  # the first bytes that a TLS port answers to plain HTTP
VISIBLE = "".join(map(chr, range(0x21, 0x7F)))  # the characters that stay as they are in a path


class Transport:
    """The connections to one target. Threads can share them.

    A server may close a connection that rests, at the moment when we write. The call is then sent once more on a new
    connection. Only a create is not, because it might create twice. After the first such end, each call gets a new
    connection.

    Each call is over within the target's `timeout`, from the first packet to the last byte.
    """

    def __init__(self, target: Target) -> None:
        self._target = target
        self._route = Route(target)
        self._idle: deque[Connection] = deque()
        finalize(self, _close_all, self._idle)
        self._busy: set[Connection] = set()
        self._used = 0.0
        self._closes_early = False

    def send(self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]) -> Response:
        """The answer, or a response with status 0 and the fault. `path` is sent with the query of the base URL behind
        it; only letters beyond ASCII and blanks are percent-encoded. Raises TargetError if no call to this target can
        succeed."""
        creates = (method, path) == (METHODS[CREATE], COLLECTION)
        if time.monotonic() - self._used > IDLE or self._closes_early:
            _close_all(self._idle)
        self._used = time.monotonic()
        request, deadline = self._serialize(method, path, body, headers), Deadline(self._target.timeout)
        response = self._try(method, request, deadline)
        if response.stale:
            self._closes_early = True
            _close_all(self._idle)
            response = response if creates else self._try(method, request, deadline)
        return response

    def close(self) -> None:
        """Ends every call that waits, and closes all connections."""
        for connection in tuple(self._busy):
            connection.close()
        _close_all(self._idle)

    def _serialize(self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]) -> bytes:
        all_ = {**self._route.headers, "accept-encoding": "identity", **headers}
        if "transfer-encoding" in all_:
            body = b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body) if body else b"0\r\n\r\n"
        elif body is not None or method not in NO_BODY:
            all_.setdefault("content-length", str(len(body or b"")))
        place = quote(self._target.with_query(path), safe=VISIBLE)  # an id of the target may have any letters
        lines = [f"{method} {self._route.before_path}{place} HTTP/1.1"]
        lines += [f"{name}: {value}" for name, value in all_.items()]
        if any("\r" in line or "\n" in line for line in lines):
            raise ValueError("a header of a request holds the end of a line")
        return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + (body or b"")

    def _try(self, method: str, request: bytes, deadline: Deadline) -> Response:
        try:
            connection = self._rested() or self._route.open(deadline)
        except SlowError:
            return Response(0, fault=deadline.fault, hung=True, unreachable=True)
        except UnreachableError as fault:
            return Response(0, fault=str(fault), unreachable=True)
        self._busy.add(connection)
        try:
            return connection.exchange(method, request, deadline)
        except SlowError:
            return Response(0, fault=deadline.fault, hung=True)
        except LargeError as fault:
            return Response(0, fault=str(fault), too_large=True)
        except StaleError:
            return Response(0, fault="the server closed the connection", stale=True)
        except (OSError, HTTPException, ValueError) as fault:  # ValueError: of a number that is none
            return Response(0, fault=_describe(fault))
        finally:
            self._busy.discard(connection)
            self._keep(connection)

    def _keep(self, connection: Connection) -> None:
        if connection.reusable:
            self._idle.append(connection)
        else:
            connection.close()

    def _rested(self) -> Connection | None:
        """A connection that an earlier call has used; None if there is none that a call can use."""
        while self._idle:
            connection = self._idle.pop()
            if connection.is_quiet():
                return connection
            connection.close()
        return None


def _close_all(idle: deque[Connection]) -> None:
    while idle:
        idle.pop().close()


def _describe(fault: Exception) -> str:
    if isinstance(fault, BadStatusLine) and str(fault.args[0]).startswith(TLS_ALERT):
        return "the port speaks TLS: use https"
    return f"the connection broke ({type(fault).__name__})"
