"""The headers that every answer carries, and a preflight's; knows no HTTP library."""

import re
from random import Random

EXPOSED = "x-request-id, retry-after, x-ratelimit-limit, x-ratelimit-remaining, x-ratelimit-reset"
# Nobody needs to be kept from guessing it, and the system's own random source costs twice as much.
BITS = Random().getrandbits
HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")


def common_headers() -> dict[str, str]:
    """A request id of its own for each answer, and leave for pages of any origin to read it all."""
    return {
        "x-request-id": f"req_{BITS(96):024x}",
        "access-control-allow-origin": "*",
        "access-control-expose-headers": EXPOSED,
    }


def preflight_headers(asked: str) -> dict[str, str]:
    """Leave for each header that the page asks for, whatever the SDK's next release sends (browser/preflight)."""
    return {
        "access-control-allow-methods": "GET, POST, PATCH, DELETE, OPTIONS",
        "access-control-allow-headers": ", ".join(HEADER_NAME.findall(asked)) or "authorization, content-type",
        "access-control-max-age": "7200",
    }
