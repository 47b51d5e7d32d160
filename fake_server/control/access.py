"""Access checks of the Control API. It can change everything, and any web page can make a browser call it."""

from collections.abc import Collection
from hmac import compare_digest
from ipaddress import ip_address
from typing import NamedTuple

from aiohttp import web

from fake_server.domain.errors import Forbidden, Unauthenticated
from fake_server.domain.web_names import WebNameError, check_host_name, matches, split_host


class AllowedHosts(NamedTuple):
    """Names in lower case: `own` is where the fake listens, and `others` (see web_names.matches) lead to it."""

    own: Collection[str] = ()
    others: Collection[str] = ()


def check_access(request: web.BaseRequest, hosts: AllowedHosts, token: str | None, secured: bool) -> None:
    """Raises Forbidden and Unauthenticated."""
    headers = request.headers
    host = headers.get("Host", "")
    # DNS rebinding: another site's name can point to this machine. With a token this is harmless.
    if token is None and not _is_own_name(host, hosts):
        raise Forbidden(_unknown_host(host))
    if "Origin" in headers and not _is_own_origin(headers["Origin"], host, hosts.others):
        message = f"Only the fake's own page may call this, not a page of {headers['Origin']:.100}."
        raise Forbidden(f"{message} If this is its address behind a proxy, start the fake with --allow-host.")
    if headers.get("Sec-Fetch-Site") in ("cross-site", "same-site") and not _is_navigation(request):
        raise Forbidden("Only the fake's own page may call this, not a page of another site.")
    if secured and token is not None and not compare_digest(_encode(_bearer_token(request)), _encode(token)):
        message = "This fake was started with --control-token: send it as 'Authorization: Bearer <token>'."
        raise Unauthenticated(message, headers={"www-authenticate": "Bearer"})


def _is_own_name(host: str, hosts: AllowedHosts) -> bool:
    try:
        name, _ = split_host(host)
        if matches(name, ("localhost", "*.localhost", *hosts.own, *hosts.others)):
            return True
        return bool(ip_address(name.strip("[]")))
    except ValueError:
        return False


def _unknown_host(host: str) -> str:
    try:
        name = check_host_name(split_host(host)[0])
    except (WebNameError, ValueError):
        name = "NAME"
    message = f"The host '{host:.100}' is not allowed, because any site can name this machine."
    return f"{message} Start the fake with --allow-host {name:.100}, or use localhost or an IP address."


def _is_own_origin(origin: str, host: str, others: Collection[str]) -> bool:
    """The origin is the host that was called, or one of the allowed names, if a proxy has changed the host."""
    scheme, _, place = origin.partition("://")
    try:
        name, port = split_host(place, scheme)
        return matches(name, others) or (bool(name) and (name, port) == split_host(host, scheme))
    except ValueError:
        return False


def _is_navigation(request: web.BaseRequest) -> bool:
    """A person opened this URL with a link, so no script can read the answer."""
    return request.method == "GET" and request.headers.get("Sec-Fetch-Dest") == "document"


def _bearer_token(request: web.BaseRequest) -> str:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token if scheme.lower() == "bearer" else ""


def _encode(token: str) -> bytes:
    # Bytes that are not UTF-8 become lone surrogates, in a header and on a command line.
    return token.encode(errors="surrogatepass")
