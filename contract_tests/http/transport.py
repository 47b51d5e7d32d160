"""HTTP itself: sends a request to one target, and returns an answer or a fault. Certificates are verified. A redirect
is returned like any other answer."""

from __future__ import annotations

import socket
import ssl
import time
from collections import deque
from collections.abc import Mapping
from http.client import BadStatusLine, HTTPException
from urllib.parse import urlsplit
from weakref import finalize

from contract_tests.http import connection as connections
from contract_tests.http import route
from contract_tests.http.connection import Connection, Deadline, LargeError, SlowError, StaleError, TunnelError, connect
from contract_tests.http.messages import Response
from contract_tests.http.operations import COLLECTION, CREATE, METHODS
from contract_tests.http.route import Proxy
from contract_tests.http.target import Target, TargetError

IDLE = 1.0  # seconds; a server may close a connection that is idle longer, at the moment when we write
PORTS = {"http": 80, "https": 443}
NO_BODY = ("GET", "HEAD", "DELETE", "TRACE", "OPTIONS", "CONNECT")  # any other method says that its body is empty
NO_TLS = ("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "RECORD_LAYER_FAILURE")  # OpenSSL's words for plain HTTP
TLS_ALERT = "\x15\x03"  # the first bytes that a TLS port answers to plain HTTP


class UnreachableError(Exception):
    """There is no connection to the target. The text is the reason. Nothing was sent."""


class CertificateError(TargetError):
    """The certificate of the target is not trusted."""


class Transport:
    """The connections to one target. Threads can share them.

    A server may close a connection that rests, at the moment when we write. The call is then sent once more on a new
    connection. Only a create is not, because it might create twice: after the first such end, each create gets a new
    connection.

    Each call is over within the target's `timeout`, from the first packet to the last byte.
    """

    def __init__(self, target: Target) -> None:
        self._target = target
        url = urlsplit(target.base_url)
        self._encrypted = url.scheme == "https"
        self._host, self._port = _ascii(url.hostname or "", target), url.port or PORTS[url.scheme]
        self._authority = (f"[{self._host}]" if ":" in self._host else self._host) + (
            f":{url.port}" if url.port else ""
        )
        self._proxy = route.find_proxy(target.base_url)
        self._context = route.trusted(target) if self._encrypted else None
        # A proxy needs the whole URL for plain HTTP. For https it is a tunnel.
        forwarded = self._proxy and not self._encrypted
        self._before_path = (f"http://{self._authority}" if forwarded else "") + url.path
        of_proxy = self._proxy.headers if self._proxy and forwarded else {}
        self._headers = {"host": self._authority, "accept-encoding": "identity", **of_proxy, **target.sent_headers}
        self._idle: deque[Connection] = deque()
        finalize(self, _close_all, self._idle)
        self._busy: set[Connection] = set()
        self._used = 0.0
        self._closes_early = False

    def send(self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]) -> Response:
        """The answer, or a response with status 0 and the fault. `path` is sent unchanged, with the query of the base
        URL behind it. Raises TargetError if no call to this target can succeed."""
        creates = (method, path) == (METHODS[CREATE], COLLECTION)
        if time.monotonic() - self._used > IDLE or (creates and self._closes_early):
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
        all_ = {**self._headers, **headers}
        if "transfer-encoding" in all_:
            body = b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body) if body else b"0\r\n\r\n"
        elif body is not None or method not in NO_BODY:
            all_.setdefault("content-length", str(len(body or b"")))
        lines = [f"{method} {self._before_path}{self._target.with_query(path)} HTTP/1.1"]
        lines += [f"{name}: {value}" for name, value in all_.items()]
        if any("\r" in line or "\n" in line for line in lines):
            raise ValueError("a header of a request holds the end of a line")
        return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + (body or b"")

    def _try(self, method: str, request: bytes, deadline: Deadline) -> Response:
        try:
            connection = self._rested() or self._open(deadline)
        except SlowError:
            return _too_slow(deadline, unreachable=True)
        except UnreachableError as fault:
            return Response(0, fault=str(fault), unreachable=True)
        self._busy.add(connection)
        try:
            return connection.exchange(method, request, deadline)
        except SlowError:
            return _too_slow(deadline)
        except LargeError:
            return Response(0, fault=f"the answer is larger than {connections.LARGEST >> 20} MB", too_large=True)
        except StaleError:
            return Response(0, fault="the server closed the connection", stale=True)
        except (OSError, HTTPException) as fault:
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

    def _open(self, deadline: Deadline) -> Connection:
        """A new connection. Raises UnreachableError, SlowError, TargetError."""
        host, port = (self._proxy.host, self._proxy.port) if self._proxy else (self._host, self._port)
        listener = f"the proxy {self._proxy.url}" if self._proxy else "it"
        try:
            connection = connect(host, port, deadline)
        except socket.gaierror as fault:
            raise UnreachableError(f"the name {host} is not known") from fault
        except OSError as fault:
            raise UnreachableError(f"{listener} accepts no connection: {fault.strerror or fault}") from fault
        try:
            self._secure(connection, deadline)
        except BaseException:
            connection.close()
            raise
        return connection

    def _secure(self, connection: Connection, deadline: Deadline) -> None:
        """Adds the tunnel through a proxy and the encryption, as far as this target has them."""
        if not self._context:
            return
        base_url, proxy = self._target.base_url, self._proxy
        try:
            if proxy:
                connection.tunnel(_connect_request(f"{self._host}:{self._port}", proxy), deadline)
            connection.encrypt(self._context, self._host, deadline)
        except TunnelError as fault:
            raise TargetError(f"The proxy {proxy and proxy.url} refuses {base_url}: {fault}.") from fault
        except ssl.SSLCertVerificationError as fault:
            raise CertificateError(_distrust(base_url, fault)) from fault
        except (OSError, HTTPException) as fault:
            if getattr(fault, "reason", "") in NO_TLS:
                plain = f"http{base_url.removeprefix('https')}"
                raise TargetError(f"{base_url}: this port speaks no TLS. For plain http give {plain}.") from fault
            raise UnreachableError(f"no secure connection: {_describe(fault)}") from fault


def _connect_request(authority: str, proxy: Proxy) -> bytes:
    lines = [f"CONNECT {authority} HTTP/1.1", f"host: {authority}"]
    lines += [f"{name}: {value}" for name, value in proxy.headers.items()]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


def _close_all(idle: deque[Connection]) -> None:
    while idle:
        idle.pop().close()


def _ascii(host: str, target: Target) -> str:
    try:
        return host.encode("idna").decode()
    except UnicodeError as fault:
        raise TargetError(f"{target.base_url}: '{host}' is not the name of a host.") from fault


def _too_slow(deadline: Deadline, *, unreachable: bool = False) -> Response:
    return Response(0, fault=f"no answer within {deadline.seconds:g} s", hung=True, unreachable=unreachable)


def _distrust(base_url: str, fault: ssl.SSLCertVerificationError) -> str:
    """The reason, and the remedy if the reason is an authority that nobody knows."""
    text = f"{base_url} shows a certificate that is not trusted: {fault.verify_message.rstrip('.')}."
    issued = "self-signed" in fault.verify_message or "issuer" in fault.verify_message
    return f"{text} For an authority of your own set ca_file, or SSL_CERT_FILE, to its certificate." if issued else text


def _describe(fault: OSError | HTTPException) -> str:
    if isinstance(fault, BadStatusLine) and str(fault.args[0]).startswith(TLS_ALERT):
        return "the port speaks TLS: use https"
    return f"the connection broke ({type(fault).__name__})"
