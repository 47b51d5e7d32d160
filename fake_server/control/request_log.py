"""The request log: the last calls under /v1, and the listeners for new calls. Knows no HTTP."""

import asyncio
import json
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from fake_server.control.header_mask import mask_header

MOST_REQUESTS = 200
# More bytes of a body are not kept.
MOST_BODY_BYTES = 16 * 1024
# More headers of a request are not kept.
MOST_HEADERS = 64
# Events that can wait for one listener.
QUEUE_SIZE = 100


# Pairs of name and value, as sent.
RawHeaders = Sequence[tuple[bytes, bytes]]


class LoggedRequest(NamedTuple):
    """One call. `at` is in Unix seconds, `key` is the label, and `status` is None if a fault prevented the answer."""

    number: int
    at: float
    method: str
    path: str
    operation: str | None
    organization: str | None
    key: str | None
    status: int | None
    seconds: float
    fault: str | None
    request_id: str | None
    request_headers: RawHeaders
    request_body: bytes | None
    response_body: bytes | None


class RequestLog:
    def __init__(self) -> None:
        self.latest: deque[LoggedRequest] = deque(maxlen=MOST_REQUESTS)
        self.listeners: set[asyncio.Queue[str]] = set()
        self.number = 0

    def clear(self, organization: str | None = None) -> None:
        """Forget the calls of one organization, or all calls."""
        left = [each for each in self.latest if organization not in (None, each.organization)]
        self.latest = deque(left, maxlen=MOST_REQUESTS)

    def of(self, organization: str | None) -> list[LoggedRequest]:
        """The calls of one organization, or all calls, newest first."""
        return [each for each in reversed(self.latest) if organization in (None, each.organization)]

    def publish(self, event: str, data: Any) -> None:
        """Send an event to all listeners. A slow listener loses its waiting events and must load everything again."""
        text = _render_event(event, data)
        for queue in self.listeners:
            if queue.full():
                while not queue.empty():
                    queue.get_nowait()
                queue.put_nowait(_render_event("changed", {"what": "all"}))
            queue.put_nowait(text)

    def publish_change(self, what: str) -> None:
        self.publish("changed", {"what": what})


def _render_event(event: str, data: Any) -> str:
    return f"event: {event}\ndata: {json.dumps(data)}\n\n"


def render_request(logged: LoggedRequest, mask: Callable[[str], str]) -> dict[str, Any]:
    """The schema Request of control.yaml. `mask` hides the keys of a text."""
    bodies = [body for body in (logged.request_body, logged.response_body) if body is not None]
    return {
        "number": logged.number,
        "at": logged.at,
        "method": logged.method,
        "path": mask(logged.path),
        "operation": logged.operation,
        "organization": logged.organization,
        "key": logged.key,
        "status": logged.status,
        "ms": round(logged.seconds * 1000, 2),
        "fault": logged.fault,
        "request_id": logged.request_id,
        "request_headers": _render_headers(logged.request_headers, mask),
        "request_body": _render_body(logged.request_body, mask),
        "response_body": _render_body(logged.response_body, mask),
        "cut": any(len(body) > MOST_BODY_BYTES for body in bodies),
    }


def keep_headers(headers: RawHeaders) -> RawHeaders:
    """The first headers, up to MOST_HEADERS. aiohttp limits the length of each."""
    return headers if len(headers) <= MOST_HEADERS else headers[:MOST_HEADERS]


def _render_headers(headers: RawHeaders, mask: Callable[[str], str]) -> list[dict[str, str]]:
    decoded = [(name.decode(errors="replace"), value.decode(errors="replace")) for name, value in headers]
    return [{"name": name, "value": mask_header(name, value, mask)} for name, value in decoded]


def _render_body(body: bytes | None, mask: Callable[[str], str]) -> str | None:
    return None if body is None else mask(body[:MOST_BODY_BYTES].decode(errors="replace"))
