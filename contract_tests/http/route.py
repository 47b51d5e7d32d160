"""The route to a target: its proxy, and the certificate authorities that are trusted. Every part of the suite goes this
way: the client, schemathesis, and the SDK tests.

The environment variables are the usual ones. A URL on this machine has no proxy. Other URLs obey HTTPS_PROXY,
HTTP_PROXY and NO_PROXY. SSL_CERT_FILE, REQUESTS_CA_BUNDLE or CURL_CA_BUNDLE name a file of certificate authorities; the
`ca_file` of a target comes before them.
"""

from __future__ import annotations

import base64
import os
import ssl
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit
from urllib.request import getproxies, proxy_bypass

from contract_tests.http.target import Target, TargetError, is_loopback

AUTHORITIES = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
PROXY_PORT = 80


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
        host, port = url.hostname, url.port or PROXY_PORT
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
