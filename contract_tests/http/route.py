"""The route to a target: its proxy, the certificate authorities that are trusted, and new connections. Every part of
the suite goes this way: the client, schemathesis, and the SDK tests.

The environment variables are the usual ones. A URL on this machine has no proxy. Other URLs obey HTTPS_PROXY,
HTTP_PROXY, ALL_PROXY and NO_PROXY. SSL_CERT_FILE, REQUESTS_CA_BUNDLE or CURL_CA_BUNDLE name a file of certificate
authorities; the `ca_file` of a target comes before them.
"""

from __future__ import annotations

import base64
import os
import socket
import ssl
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from urllib.parse import unquote, urlsplit
from urllib.request import getproxies, proxy_bypass

from contract_tests.http.connection import Connection, Deadline, TunnelError, connect
from contract_tests.http.target import Target, TargetError, is_loopback

AUTHORITIES = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
PORTS = {"http": 80, "https": 443}
NO_TLS = ("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "RECORD_LAYER_FAILURE")  # OpenSSL's words for plain HTTP


class UnreachableError(Exception):
    """There is no connection to the target. The text is the reason. Nothing was sent."""


class CertificateError(TargetError):
    """The certificate of the target is not trusted."""


@dataclass(frozen=True)
class Proxy:
    """A proxy that is spoken to in plain HTTP. `url` has no password. `credentials` is the value of
    Proxy-Authorization, or empty."""

    url: str
    host: str
    port: int
    credentials: str

    @property
    def headers(self) -> dict[str, str]:
        return {"proxy-authorization": self.credentials} if self.credentials else {}


def proxy_url(base_url: str) -> str | None:
    """The URL of the proxy that the environment names for a base URL, with its password; None if there is none."""
    url = urlsplit(base_url)
    if is_loopback(base_url) or proxy_bypass(url.netloc) or proxy_bypass(url.hostname or ""):
        return None
    text = getproxies().get(url.scheme) or getproxies().get("all")
    return f"http://{text}" if text and "://" not in text else text or None


def find_proxy(base_url: str) -> Proxy | None:
    """The proxy for a base URL. Raises TargetError if the environment names one that the suite cannot use."""
    text = proxy_url(base_url)
    if text is None:
        return None
    try:
        url = urlsplit(text)
        host, port = url.hostname, url.port or PORTS["http"]
    except ValueError:
        host = None
    if not host or url.scheme != "http":
        variable = f"{urlsplit(base_url).scheme.upper()}_PROXY or ALL_PROXY"
        raise TargetError(
            f"{variable}: the suite can use a proxy such as http://proxy.example:3128, and no other kind."
        )
    user = f"{unquote(url.username)}:{unquote(url.password or '')}" if url.username else ""
    credentials = f"Basic {base64.b64encode(user.encode()).decode()}" if user else ""
    return Proxy(f"http://{url.netloc.rpartition('@')[2]}", host, port, credentials)


def trusted(target: Target) -> ssl.SSLContext:
    """The authorities that may vouch for the target. Raises TargetError if their file cannot be used."""
    variable = next((name for name in AUTHORITIES if os.environ.get(name)), "")
    name, file = ("ca_file", target.ca_file) if target.ca_file else (variable, os.environ.get(variable))
    try:
        is_folder = bool(file) and Path(str(file)).is_dir()
        return ssl.create_default_context(cafile=None if is_folder else file, capath=file if is_folder else None)
    except ssl.SSLError as fault:
        raise TargetError(f"{name}: {file} holds no certificate in PEM form.") from fault
    except OSError as fault:
        raise TargetError(f"{name}: {file} cannot be read ({fault.strerror}).") from fault


class Route:
    """`before_path` stands before each path in a request. `headers` are those that this route needs."""

    def __init__(self, target: Target) -> None:
        url = urlsplit(target.base_url)
        self._base_url = target.base_url
        self._host, self._port = _ascii(url.hostname or "", target.base_url), url.port or PORTS[url.scheme]
        self._proxy = find_proxy(target.base_url)
        self._context = trusted(target) if url.scheme == "https" else None
        host = f"[{self._host}]" if ":" in self._host else self._host
        authority = f"{host}:{url.port}" if url.port else host
        self.before_path, self.headers = url.path, {"host": authority}
        # A proxy needs the whole URL for plain HTTP. For https it is a tunnel.
        if self._proxy and not self._context:
            self.before_path = f"http://{authority}{url.path}"
            self.headers |= self._proxy.headers

    def open(self, deadline: Deadline) -> Connection:
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
        """Adds the tunnel through a proxy and the encryption, as far as the route has them."""
        if not self._context:
            return
        try:
            if self._proxy:
                connection.tunnel(_connect_request(f"{self._host}:{self._port}", self._proxy), deadline)
            connection.encrypt(self._context, self._host, deadline)
        except TunnelError as fault:
            raise TargetError(
                f"The proxy {self._proxy and self._proxy.url} refuses {self._base_url}: {fault}."
            ) from fault
        except ssl.SSLCertVerificationError as fault:
            raise CertificateError(_distrust(self._base_url, fault)) from fault
        except (OSError, HTTPException) as fault:
            if getattr(fault, "reason", "") in NO_TLS:
                plain = f"http{self._base_url.removeprefix('https')}"
                raise TargetError(f"{self._base_url}: this port speaks no TLS. For plain http give {plain}.") from fault
            raise UnreachableError(f"no secure connection ({type(fault).__name__})") from fault


def _ascii(host: str, base_url: str) -> str:
    try:
        return host.encode("idna").decode()
    except UnicodeError as fault:
        raise TargetError(f"{base_url}: '{host}' is not the name of a host.") from fault


def _connect_request(authority: str, proxy: Proxy) -> bytes:
    lines = [f"CONNECT {authority} HTTP/1.1", f"host: {authority}"]
    lines += [f"{name}: {value}" for name, value in proxy.headers.items()]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


def _distrust(base_url: str, fault: ssl.SSLCertVerificationError) -> str:
    """The reason, and the remedy if the reason is an authority that nobody knows."""
    text = f"{base_url} shows a certificate that is not trusted: {fault.verify_message.rstrip('.')}."
    issued = "self-signed" in fault.verify_message or "issuer" in fault.verify_message
    return f"{text} For an authority of your own set ca_file, or SSL_CERT_FILE, to its certificate." if issued else text
