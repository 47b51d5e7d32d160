"""HTTP itself: sends a request, and returns an answer or a fault. Knows urllib3, proxies and certificates.

Certificates are verified. A redirect is returned like any other answer. The usual environment variables are obeyed:
HTTPS_PROXY, HTTP_PROXY and NO_PROXY; SSL_CERT_FILE, REQUESTS_CA_BUNDLE or CURL_CA_BUNDLE for a certificate authority.
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from http.client import CONTINUE, SWITCHING_PROTOCOLS, HTTPException, HTTPResponse
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError, NewConnectionError, SSLError, TimeoutError

from contract_tests.http.messages import Response
from contract_tests.http.operations import COLLECTION, CREATE, METHODS
from contract_tests.http.target import TargetError, is_loopback

CONNECT, READ, WHOLE = 5.0, 10.0, 30.0  # seconds: to connect, to the next byte, to the last one
INTERIM = 100  # 1xx answers before an answer
LARGEST = 16 * 1024 * 1024  # bytes; a longer answer is a fault
IDLE = 1.0  # seconds; a server may close a connection that is idle longer, at the moment when we write
AUTHORITIES = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")


class FinalResponse(HTTPResponse):
    """Reads past each interim answer, such as 103. http.client itself reads past 100 alone."""

    interim = 0

    def _read_status(self) -> tuple[str, int, str]:
        version, status, reason = super()._read_status()  # type: ignore[misc]  # http.client offers no public way
        if status >= 200 or status == SWITCHING_PROTOCOLS:
            return version, status, reason
        self.interim += 1
        if self.interim > INTERIM:
            raise HTTPException("no end of interim answers")
        return version, CONTINUE, reason


class StaleError(ConnectionError):
    """A connection that an earlier call has used ended before the answer began: the server had closed it."""


class Watched(HTTPConnection):
    """A connection that tells if an earlier call has used it."""

    response_class = FinalResponse
    was_used = False

    def request(self, *request: Any, **options: Any) -> None:
        self.was_used = self.sock is not None
        super().request(*request, **options)

    def getresponse(self) -> Any:
        try:
            return super().getresponse()
        except ConnectionError as fault:
            if self.was_used:
                raise StaleError from fault
            raise


class PlainConnection(Watched): ...


class EncryptedConnection(Watched, HTTPSConnection): ...


class CertificateError(TargetError):
    """The certificate of the target is not trusted."""


class Transport:
    """The connections to one target. Threads can share them.

    A server may close a connection that rests, at the moment when we write. The call is then sent once more on a new
    connection. Only a create is not, because it might create twice: after the first such end, each create gets a new
    connection.
    """

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url
        self._base = urlsplit(base_url)
        self._proxy = _proxy(base_url)
        self._used = 0.0
        self._closes_early = False
        self._pool = self._open()

    def send(self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]) -> Response:
        """The answer, or a response with status 0 and the fault. `path` is sent unchanged. Raises CertificateError."""
        creates = (method, path) == (METHODS[CREATE], COLLECTION)
        if time.monotonic() - self._used > IDLE or (creates and self._closes_early):
            self._reopen()
        self._used = time.monotonic()
        response = self._try(method, path, body, headers)
        if response.stale:
            self._closes_early = True
            self._reopen()
            response = response if creates else self._try(method, path, body, headers)
        return response

    def _reopen(self) -> None:
        self._pool.close()
        self._pool = self._open()

    def _try(self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]) -> Response:
        try:
            return self._answer(method, path, body, headers)
        except NewConnectionError as fault:
            return Response(0, fault=f"it accepts no connection: {_reason(fault)}", unreachable=True)
        except SSLError as fault:
            raise CertificateError(
                f"{self.base_url} shows a certificate that is not trusted: {_reason(fault)}. "
                "For an authority of your own set SSL_CERT_FILE to its certificate."
            ) from fault
        except TimeoutError:
            return Response(0, fault=f"no answer within {READ:g} s", hung=True)
        except HTTPError as fault:
            stale = any(isinstance(each, StaleError) for each in fault.args)
            return Response(0, fault=f"the connection broke ({type(fault).__name__})", stale=stale)

    def _answer(self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]) -> Response:
        # A proxy needs the whole URL for plain HTTP. For https it is a tunnel.
        forwarded = self._proxy and self._base.scheme == "http"
        raw = self._pool.urlopen(
            method,
            (f"http://{self._base.netloc}" if forwarded else "") + self._base.path + path,
            body=body,
            headers=headers,
            redirect=False,
            retries=False,
            timeout=urllib3.Timeout(connect=CONNECT, read=READ),
            assert_same_host=False,
            preload_content=False,
        )
        try:
            return Response(raw.status, dict(raw.headers), _receive(raw))
        except _SlowError:
            return Response(0, dict(raw.headers), fault=f"the answer did not end within {WHOLE:g} s", hung=True)
        except _LargeError:
            return Response(0, dict(raw.headers), fault=f"the answer is larger than {LARGEST >> 20} MB", too_large=True)

    def _open(self) -> urllib3.HTTPConnectionPool:
        authority = _authority()
        if self._proxy:
            manager: urllib3.PoolManager = urllib3.ProxyManager(self._proxy, maxsize=16, ca_certs=authority)
        else:
            manager = urllib3.PoolManager(maxsize=16, ca_certs=authority)
        pool = manager.connection_from_url(self.base_url)
        pool.ConnectionCls = EncryptedConnection if self._base.scheme == "https" else PlainConnection
        return pool


class _SlowError(Exception): ...


class _LargeError(Exception): ...


def _receive(raw: urllib3.BaseHTTPResponse) -> bytes:
    """The body. Raises _SlowError and _LargeError."""
    pieces, size, began = [], 0, time.monotonic()
    while piece := raw.read1(65536):
        pieces.append(piece)
        size += len(piece)
        if size > LARGEST or time.monotonic() - began > WHOLE:
            raw.close()
            raise _LargeError if size > LARGEST else _SlowError
    raw.release_conn()
    return b"".join(pieces)


def _proxy(base_url: str) -> str | None:
    """The proxy that the environment names for this URL; None for a URL on this machine."""
    url = urlsplit(base_url)
    if is_loopback(base_url) or proxy_bypass(url.hostname or ""):
        return None
    return getproxies().get(url.scheme) or getproxies().get("all")


def _authority() -> str | None:
    return next((os.environ[name] for name in AUTHORITIES if os.environ.get(name)), None)


def _reason(fault: Exception) -> str:
    return str(fault).rpartition(": ")[2].rstrip(".") or type(fault).__name__
