"""The open connections of a fake. Their number is bounded, so that idle ones cannot use up all file descriptors."""

from __future__ import annotations

import os
from typing import Protocol

# Without a request for so many seconds, a connection is closed. Proxies and clients keep theirs for 60 at most.
IDLE_SECONDS = 75
MOST_CONNECTIONS = 10_000
# File descriptors that the fake may open later, beside its connections: files, and its listening sockets.
OTHER_FILES = 12
TURNS = 6
# Connections that the system holds until they are accepted.
WAITING_CONNECTIONS = 4_096


class Closable(Protocol):
    def is_idle(self) -> bool: ...

    def drop(self) -> None: ...


class Connections:
    """If there are more than `most`, the connection that was opened first is closed: an idle one, if there is one.

    An idle connection costs its client only a new connection.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self.open: dict[Closable, None] = {}

    def add(self, connection: Closable) -> None:
        self.open[connection] = None
        if len(self.open) > self.most:
            first = next((each for each in self.open if each.is_idle()), next(iter(self.open)))
            # It is removed at once, because its end comes later than more connections.
            self.remove(first)
            first.drop()

    def remove(self, connection: Closable) -> None:
        self.open.pop(connection, None)


def most_connections() -> tuple[int, int]:
    """The most connections, and the most that are accepted at once.

    A quarter of the file descriptors stays free: for OTHER_FILES, and for connections that asyncio has accepted or has
    to close, which takes it some turns of its loop. Where few descriptors are allowed, those in use count too.
    """
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return MOST_CONNECTIONS, 100
    limit, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if limit == resource.RLIM_INFINITY:
        limit = 2 * MOST_CONNECTIONS
    free = limit - _descriptors_in_use() - OTHER_FILES
    most = max(1, min(MOST_CONNECTIONS, limit * 3 // 4, free - TURNS))
    return most, max(1, min(100, (free - most) // TURNS))


def _descriptors_in_use() -> int:
    """The lowest free number. A process has hardly any gap below it."""
    free = os.open(os.devnull, os.O_RDONLY)
    os.close(free)
    return free
