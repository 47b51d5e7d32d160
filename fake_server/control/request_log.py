"""What was asked under /v1 and what was answered: the last calls, and whoever listens for the next; knows no HTTP."""

import asyncio
import json
from collections import deque
from collections.abc import Iterable
from typing import Any, NamedTuple

from fake_server.domain.assistants import Key

KEPT = 200
# Bytes kept of a body.
CUT = 16 * 1024
# Events that wait for one listener.
WAITING = 100


class Seen(NamedTuple):
    """One call. `at` in Unix seconds; `key` is its label; `status` is None where a fault left it without an answer."""

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
    asked: bytes | None
    answered: bytes | None


class Requests:
    def __init__(self) -> None:
        self.kept: deque[Seen] = deque(maxlen=KEPT)
        self.listeners: set[asyncio.Queue[str]] = set()
        self.number = 0

    def clear(self, organization: str | None = None) -> None:
        """Of one organization, or all."""
        left = [each for each in self.kept if organization not in (None, each.organization)]
        self.kept = deque(left, maxlen=KEPT)

    def of(self, organization: str | None) -> list[Seen]:
        """An organization's or all, newest first."""
        return [each for each in reversed(self.kept) if organization in (None, each.organization)]

    def tell(self, event: str, data: Any) -> None:
        """All who listen. Who is too slow is told to look at everything anew, in place of what he has missed."""
        text = written(event, data)
        for queue in self.listeners:
            if queue.full():
                while not queue.empty():
                    queue.get_nowait()
                queue.put_nowait(written("changed", {"what": "all"}))
            queue.put_nowait(text)

    def tell_changed(self, what: str) -> None:
        self.tell("changed", {"what": what})


def written(event: str, data: Any) -> str:
    return f"event: {event}\ndata: {json.dumps(data)}\n\n"


def shown(seen: Seen, keys: Iterable[Key]) -> dict[str, Any]:
    """As the schema Request of control.yaml has it, with no key in it anywhere."""
    bodies = [body for body in (seen.asked, seen.answered) if body is not None]
    return {
        "number": seen.number,
        "at": seen.at,
        "method": seen.method,
        "path": masked(seen.path, keys),
        "operation": seen.operation,
        "organization": seen.organization,
        "key": seen.key,
        "status": seen.status,
        "ms": round(seen.seconds * 1000, 2),
        "fault": seen.fault,
        "request_id": seen.request_id,
        "request_body": text(seen.asked, keys),
        "response_body": text(seen.answered, keys),
        "cut": any(len(body) > CUT for body in bodies),
    }


def text(body: bytes | None, keys: Iterable[Key]) -> str | None:
    return None if body is None else masked(body[:CUT].decode(errors="replace"), keys)


def masked(text: str, keys: Iterable[Key]) -> str:
    # One may be the beginning of another.
    for key in sorted(keys, key=lambda key: -len(key.secret)):
        text = text.replace(key.secret, f"<{key.label}>")
    return text
