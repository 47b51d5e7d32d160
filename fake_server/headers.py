"""The headers that every answer carries, and a preflight's; knows no HTTP library."""

import re
from secrets import token_hex

EXPOSED = "x-request-id, retry-after, x-ratelimit-limit, x-ratelimit-remaining, x-ratelimit-reset"
HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")


def common_headers() -> dict[str, str]:
    """A request id of its own for each answer, and leave for pages of any origin to read it all."""
    return {**closed_headers(), "access-control-allow-origin": "*"}


def closed_headers() -> dict[str, str]:
    """The same without leave for anybody's page."""
    return {"x-request-id": f"req_{token_hex(12)}", "access-control-expose-headers": EXPOSED}


def preflight_headers(asked: str) -> dict[str, str]:
    """Leave for each header that the page asks for, whatever the SDK's next release sends (browser/preflight)."""
    return {
        "access-control-allow-methods": "GET, POST, PATCH, DELETE, OPTIONS",
        "access-control-allow-headers": ", ".join(HEADER_NAME.findall(asked)) or "authorization, content-type",
        "access-control-max-age": "7200",
    }
