"""The pace of a client: the declared limit, and the waits that a server asks for."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest
from aiohttp import web

from contract_tests.http.client import PLAIN, Client
from contract_tests.http.target import Clock, Target
from fake_server.fake import Fake
from fake_server.http.server import serve
from fake_server.storage import seed

KEY = {"primary": seed.KEYS[0].secret}
NOW = 1_760_000_000.0


class Rests:
    """A clock that stands still. `waits` has the seconds of each rest, and `faults` an exception for each, or None."""

    def __init__(self, *faults: BaseException | None) -> None:
        self.waits: list[float] = []
        self._faults: Iterator[BaseException | None] = iter(faults)
        self.clock = Clock(lambda: NOW, self._rest)

    def _rest(self, seconds: float) -> None:
        self.waits.append(seconds)
        if fault := next(self._faults, None):
            raise fault


def test_an_interrupted_wait_keeps_within_the_limit(base_url: str) -> None:
    """After Ctrl-C during a wait for the limiter, the clean-up waits too."""
    rests = Rests(KeyboardInterrupt())
    client = Client(Target(base_url, KEY, rate_limit=1, clock=rests.clock))
    client.send(PLAIN)
    with pytest.raises(KeyboardInterrupt):
        client.send(PLAIN)
    client.send(PLAIN)

    assert rests.waits == [61.0, 61.0]


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("0", 1.0),
        ("7", 7.0),
        ("100000", 120.0),
        ("Thu, 09 Oct 2025 08:53:50 GMT", 30.0),
        ("Thu, 09 Oct 2025 08:00:00 GMT", 1.0),
        ("soon", 60.0),
        ("-5", 60.0),
        ("1.5", 60.0),
    ],
)
def test_a_wait_is_as_long_as_the_server_says(fake: Fake, header: str, seconds: float) -> None:
    """In seconds or by a date, two minutes at most; a minute if the header is odd."""
    calls, rests = count(), Rests()

    @web.middleware
    async def refuse(request: web.Request, handler: Any) -> Any:
        return await handler(request) if next(calls) else web.Response(status=429, headers={"retry-after": header})

    fake.middlewares.append(refuse)
    with serve(fake) as base_url:
        Client(Target(base_url, KEY, clock=rests.clock)).send(PLAIN)

    assert rests.waits == [seconds]
