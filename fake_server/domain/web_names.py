"""Origins and host names as options give them, and as browsers and clients send them. Knows no HTTP library."""

import re
from collections.abc import Iterable

ORIGIN = re.compile(
    r"(?P<scheme>[a-z][a-z0-9+.-]*)://(?P<host>[^/?#@\s:\[\]]+|\[[0-9a-f:.]+\])(:(?P<port>\*|\d{1,5}))?"
)
HOST_NAME = re.compile(r"(\*\.)?[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*")
EXAMPLE = "such as http://localhost:3000"
DEFAULT_PORTS = {"http": 80, "https": 443}


class WebNameError(ValueError):
    """The text is not an origin or a host name; the message gives the reason."""


def origin_pattern(text: str) -> str:
    """A regular expression for the Origin header of these pages. The port may be *. Raises WebNameError."""
    if text == "null":
        return text
    found = ORIGIN.fullmatch(text.lower())
    if found is None:
        raise WebNameError(f"'{text}' is not an origin: {_reason(text)}")
    scheme, host, port = found["scheme"], found["host"], found["port"]
    if scheme == "file":
        raise WebNameError("A page of file:// has the origin null. Give null.")
    if "*" in host or not host.isascii():
        raise WebNameError(f"'{text}' is not an origin: * may only be the port, and other scripts need xn--.")
    if port == "*":
        return re.escape(f"{scheme}://{host}") + "(:[0-9]{1,5})?"
    if port is not None and not 0 < int(port) < 65_536:
        raise WebNameError(f"'{text}' is not an origin: a port is from 1 to 65535.")
    # A browser sends no default port.
    shown = "" if port is None or int(port) == DEFAULT_PORTS.get(scheme) else f":{int(port)}"
    return re.escape(f"{scheme}://{host}{shown}")


def _reason(text: str) -> str:
    scheme, separator, rest = text.partition("://")
    if not separator or not scheme:
        return f"it starts with a scheme, {EXAMPLE}."
    if re.search("[/?#]", rest):
        return f"it has no path, {EXAMPLE}."
    return f"it is a scheme, a host and perhaps a port, {EXAMPLE}."


def check_host_name(text: str) -> str:
    """The name in lower case, perhaps with *. in front for all names below it. Raises WebNameError."""
    name = text.lower().rstrip(".")
    if not HOST_NAME.fullmatch(name):
        raise WebNameError(f"'{text}' is not a host name. Give a name without a port, such as fake or *.example.net.")
    return name


def matches(host: str, names: Iterable[str]) -> bool:
    """True if one of the names, or a name with *. in front, covers the host."""
    return any(host.endswith(name[1:]) if name.startswith("*.") else host == name for name in names)


def split_host(text: str, scheme: str = "http") -> tuple[str, int]:
    """The name in lower case and the port of a Host header, or of an origin behind its scheme. Raises ValueError."""
    found = re.fullmatch(r"(\[[^\]@/]*\]|[^:@/\[\]]*)(?::(\d{0,5}))?", text, re.ASCII)
    if found is None:
        raise ValueError(text)
    return found[1].lower().rstrip("."), int(found[2] or DEFAULT_PORTS.get(scheme, 80))
