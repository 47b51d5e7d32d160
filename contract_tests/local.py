"""Starts our own fake where no target is given: the one place in the suite that knows it, and only how to start it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from contract_tests.target import Target

QUICK = 60  # how many of its seconds pass in one of ours


@contextmanager
def fake(rate_limit: int = 0) -> Iterator[Target]:
    """A fresh fake in a thread, as a target. With a limiter its clock is made quick, else it is ours."""
    from fake_server import seed
    from fake_server.fake import compose
    from fake_server.local import serve

    now = quick_clock() if rate_limit else time.time
    with serve(compose(rate_limit=rate_limit or None, now=now)) as base_url:
        yield Target(
            base_url,
            keys={key.label: key.secret for key in seed.KEYS},
            bound_id=f"asst-{seed.KEYS[0].project}",
            expendable_id=f"asst-{seed.KEYS[1].project}",
            rate_limit=rate_limit,
            second=1 / QUICK if rate_limit else 1.0,
        )


def quick_clock() -> Callable[[], float]:
    born, wall = time.monotonic(), time.time()
    return lambda: wall + (time.monotonic() - born) * QUICK
