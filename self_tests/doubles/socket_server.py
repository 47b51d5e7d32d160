"""A server that does one thing with each connection."""

from __future__ import annotations

import contextlib
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Thread

LIST = '{"object": "list", "data": [], "has_more": false}'
EMPTY = f"HTTP/1.1 200 OK\ncontent-type: application/json\nconnection: close\ncontent-length: {len(LIST)}\n\n{LIST}"


@contextmanager
def answering(answer: Callable[[socket.socket], None], context: ssl.SSLContext | None = None) -> Iterator[str]:
    """A server that does this with each connection, and then closes it."""
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(0.05)
    over = False

    def serve() -> None:
        while not over:
            with contextlib.suppress(TimeoutError, OSError), listener.accept()[0] as plain:
                plain.settimeout(2)
                with context.wrap_socket(plain, server_side=True) if context else plain as connection:
                    answer(connection)

    thread = Thread(target=serve)
    thread.start()
    try:
        yield f"{'https' if context else 'http'}://127.0.0.1:{listener.getsockname()[1]}/v1"
    finally:
        over = True
        thread.join()
        listener.close()


def says(text: str) -> Callable[[socket.socket], None]:
    def answer(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(text.replace("\n", "\r\n").encode())

    return answer


def hang(connection: socket.socket) -> None:
    """Until the caller gives up."""
    while connection.recv(65536):
        pass
