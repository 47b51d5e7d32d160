"""The bounds of an answer to the SDK: a deadline for the whole call, and a size.

httpx has a timeout for each read, but none for a call: an answer in drips would have no end. asyncio can bound the
calls of the async clients. Here is the same for the sync clients.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from contract_tests.http import connection
from contract_tests.http.connection import Deadline, LargeError, SlowError
from sdk_tests.versions import httpx

Running = Callable[[], Deadline]  # the deadline of the call that is running


class TooLargeError(httpx.DecodingError):
    """The body is larger than the suite reads."""


class Body:
    """The pieces of a body, as long as they are no larger than the suite reads."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self._size = 0

    @property
    def whole(self) -> bytes:
        return b"".join(self._pieces)

    def add(self, piece: bytes, request: httpx.Request) -> None:
        """Raises TooLargeError."""
        self._pieces.append(piece)
        self._size += len(piece)
        if self._size > connection.LARGEST:
            raise TooLargeError(str(LargeError()), request=request)


def limit(client: Any, running: Running) -> None:
    """Ends each call of a sync client of httpx at its deadline."""
    for transport in (client._transport, *client._mounts.values()):  # httpx offers no public way
        if transport:
            transport._pool._network_backend = _Backend(transport._pool._network_backend, running)


class _Backend:
    """Opens connections whose waits end at the deadline."""

    def __init__(self, backend: Any, running: Running) -> None:
        self._backend = backend
        self._running = running

    def connect_tcp(self, **options: Any) -> _Stream:
        stream = self._backend.connect_tcp(**options | {"timeout": _left(self._running)})
        return _Stream(stream, self._running)

    def sleep(self, seconds: float) -> None:
        self._backend.sleep(seconds)


class _Stream:
    """The bytes of one connection. The timeout that httpx gives for each wait is left out: it is the same for each."""

    def __init__(self, stream: Any, running: Running) -> None:
        self._stream = stream
        self._running = running

    def read(self, max_bytes: int, **_: Any) -> bytes:
        return bytes(self._stream.read(max_bytes, _left(self._running)))

    def write(self, buffer: bytes, **_: Any) -> None:
        self._stream.write(buffer, _left(self._running))

    def start_tls(self, **options: Any) -> _Stream:
        return _Stream(self._stream.start_tls(**options | {"timeout": _left(self._running)}), self._running)

    def close(self) -> None:
        self._stream.close()

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _left(running: Running) -> float:
    deadline = running()
    try:
        return deadline.left()
    except SlowError as fault:
        raise httpx.ReadTimeout(deadline.fault) from fault
