"""Access checks of the Control API. It can change everything, and any web page can make a browser call it."""

from hmac import compare_digest
from ipaddress import ip_address
from urllib.parse import urlsplit

from aiohttp import web

from fake_server.domain.errors import Forbidden, Unauthenticated


def check_access(request: web.BaseRequest, host: str, token: str | None, secured: bool) -> None:
    """Raises Forbidden and Unauthenticated."""
    headers = request.headers
    host_header = headers.get("Host", "")
    # DNS rebinding: another site's name can point to this machine. With a token this is harmless.
    if token is None and not _is_own_name(host_header, host):
        message = f"The host '{host_header:.100}' is not allowed. Use an IP address or localhost, or set --host."
        raise Forbidden(message)
    if "Origin" in headers and _host_of(headers["Origin"]) != host_header:
        raise Forbidden(f"Only the fake's own page may call this, not a page of {headers['Origin']:.100}.")
    if headers.get("Sec-Fetch-Site") in ("cross-site", "same-site") and not _is_navigation(request):
        raise Forbidden("Only the fake's own page may call this, not a page of another site.")
    if secured and token is not None and not compare_digest(_bearer_token(request).encode(), token.encode()):
        message = "This fake was started with --control-token: send it as 'Authorization: Bearer <token>'."
        raise Unauthenticated(message, headers={"www-authenticate": "Bearer"})


def _is_own_name(host_header: str, host: str) -> bool:
    try:
        name = urlsplit(f"//{host_header}").hostname or ""
        if name in ("localhost", host.lower()) or name.endswith(".localhost"):
            return True
        return bool(ip_address(name))
    except ValueError:
        return False


def _host_of(origin: str) -> str:
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return ""


def _is_navigation(request: web.BaseRequest) -> bool:
    """A person opened this URL with a link, so no script can read the answer."""
    return request.method == "GET" and request.headers.get("Sec-Fetch-Dest") == "document"


def _bearer_token(request: web.BaseRequest) -> str:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token if scheme.lower() == "bearer" else ""
