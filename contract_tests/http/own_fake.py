"""Starts our own fake if the user gives no target. This is the only module of the suite that imports the fake."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from contract_tests.http import editions
from contract_tests.http.target import Clock, Target


@contextmanager
def fake(rate_limit: int = 0) -> Iterator[Target]:
    """A new fake of the chosen edition in a thread, as a target. Its clock is ours, so a wait for the limiter takes no
    time."""
    from fake_server.compose import compose
    from fake_server.http.server import serve
    from fake_server.storage import seed

    clock = held_clock()
    served = compose(rate_limit=rate_limit or None, now=clock.now, edition=editions.chosen())
    bound, expendable = (served.edition.assistant_id(key.project) for key in seed.KEYS[:2])
    with serve(served) as base_url:
        yield Target(
            base_url,
            keys={key.label: key.secret for key in seed.KEYS},
            bound_id=bound,
            expendable_id=expendable,
            rate_limit=rate_limit,
            clock=clock,
        )


def held_clock() -> Clock:
    """A clock that runs like the system's. A rest only moves the clock forward, and returns at once."""
    leapt = 0.0

    def rest(seconds: float) -> None:
        nonlocal leapt
        leapt += seconds

    return Clock(lambda: time.time() + leapt, rest)
