"""The headers of every answer, and the headers of the answer to a preflight. Knows no HTTP library."""

import re

from fake_server.domain.ids import random_id

EXPOSED = "x-request-id, retry-after, x-ratelimit-limit, x-ratelimit-remaining, x-ratelimit-reset"
HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")


def common_headers() -> dict[str, str]:
    """A new request id, and the permission for pages of any origin to read the answer."""
    return {
        "x-request-id": f"req_{random_id('')}",
        "access-control-allow-origin": "*",
        "access-control-expose-headers": EXPOSED,
    }


def preflight_headers(requested: str) -> dict[str, str]:
    """Allow each header that the page requests, so that a new release of an SDK works too (browser/preflight)."""
    return {
        "access-control-allow-methods": "GET, POST, PATCH, DELETE, OPTIONS",
        "access-control-allow-headers": ", ".join(HEADER_NAME.findall(requested)) or "authorization, content-type",
        "access-control-max-age": "7200",
    }
