"""Runs a server of the standard library in a thread."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from socketserver import TCPServer
from threading import Thread


@contextmanager
def listening(server: TCPServer) -> Iterator[str]:
    """Yields the base URL of a server that has a port on 127.0.0.1."""
    thread = Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/v1"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
