"""Who may come in to the control side: it can do everything, and a browser may be sent to it by any page."""

from hmac import compare_digest
from ipaddress import ip_address
from urllib.parse import urlsplit

from aiohttp import web

from fake_server.domain.errors import Forbidden, Unauthenticated


def admit(request: web.BaseRequest, host: str, token: str | None, secured: bool) -> None:
    """Raises Forbidden and Unauthenticated."""
    headers = request.headers
    ours = headers.get("Host", "")
    # A page whose name was made to mean this machine cannot know the token.
    if token is None and not is_name_of_ours(ours, host):
        raise Forbidden(f"The fake is not called '{ours:.100}'. Ask an IP address or localhost, or say so by --host.")
    if "Origin" in headers and host_of(headers["Origin"]) != ours:
        raise Forbidden(f"Only the fake's own page may ask this, not one of {headers['Origin']:.100}.")
    if headers.get("Sec-Fetch-Site") in ("cross-site", "same-site") and not is_visit(request):
        raise Forbidden("Only the fake's own page may ask this, not one of another site.")
    if secured and token is not None and not compare_digest(bearer(request).encode(), token.encode()):
        message = "This fake was started with --control-token: send it as 'Authorization: Bearer <token>'."
        raise Unauthenticated(message, headers={"www-authenticate": "Bearer"})


def is_name_of_ours(asked: str, host: str) -> bool:
    try:
        name = urlsplit(f"//{asked}").hostname or ""
        if name in ("localhost", host.lower()) or name.endswith(".localhost"):
            return True
        return bool(ip_address(name))
    except ValueError:
        return False


def host_of(origin: str) -> str:
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return ""


def is_visit(request: web.BaseRequest) -> bool:
    """A person followed a link to here: no script reads what comes."""
    return request.method == "GET" and request.headers.get("Sec-Fetch-Dest") == "document"


def bearer(request: web.BaseRequest) -> str:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token if scheme.lower() == "bearer" else ""
