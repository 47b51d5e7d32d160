"""Starts our own fake where no target is given: the one place in the suite that knows it, and only how to start it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from contract_tests.http.target import Clock, Target


@contextmanager
def fake(rate_limit: int = 0) -> Iterator[Target]:
    """A fresh fake in a thread, as a target. We hold its clock, so that the limiter's minutes pass in no time."""
    from fake_server.compose import compose
    from fake_server.http.server import serve
    from fake_server.storage import seed

    clock = held_clock()
    with serve(compose(rate_limit=rate_limit or None, now=clock.now)) as base_url:
        yield Target(
            base_url,
            keys={key.label: key.secret for key in seed.KEYS},
            bound_id=f"asst-{seed.KEYS[0].project}",
            expendable_id=f"asst-{seed.KEYS[1].project}",
            rate_limit=rate_limit,
            clock=clock,
        )


def held_clock() -> Clock:
    """A clock that goes as ours does, and on which a rest is a leap."""
    leapt = 0.0

    def rest(seconds: float) -> None:
        nonlocal leapt
        leapt += seconds

    return Clock(lambda: time.time() + leapt, rest)
