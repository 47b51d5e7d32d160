"""Nobody follows a redirect: the guard has not seen the other place, and no key belongs there."""

from __future__ import annotations

import contextlib
import socket

import openai
import pytest

from self_tests.doubles.socket_server import answering, says
from self_tests.route.parts import DEPRECATED, EVERY_PART, ask


@DEPRECATED
@EVERY_PART
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_no_part_follows_a_redirect(kind: str, status: int) -> None:
    """The other place receives nothing."""
    received: list[bytes] = []

    def elsewhere(connection: socket.socket) -> None:
        received.append(connection.recv(65536))

    with answering(elsewhere) as other:
        moved = f"HTTP/1.1 {status} Moved\nlocation: {other}\ncontent-length: 0\nconnection: close\n\n"
        with answering(says(moved)) as base_url, contextlib.suppress(openai.APIError, AssertionError):
            ask(kind, base_url)

    assert received == []
