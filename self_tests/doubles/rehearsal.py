"""A fake that stands for a production: it has a limiter, many assistants of other people, and a fast clock."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiohttp import web

from contract_tests.http.ledger import load
from contract_tests.http.target import Clock, Target
from contract_tests.profiles import plan
from contract_tests.runs.planned_run import PlannedRun
from contract_tests.runs.result import Result
from contract_tests.runs.sweep import Sweep
from fake_server.compose import compose
from fake_server.domain.assistants import PREFIX
from fake_server.fake import Fake
from fake_server.http.server import serve
from fake_server.storage import seed

OTHERS = 498  # with the two assistants of the keys, as many as a target declares by default
LIMIT = 20
QUICK = 900.0  # seconds of the fake's clock for each real second
STEADY = 100.0  # the same, for tests whose calls must all fall within one minute


@dataclass(frozen=True)
class Production:
    """`began` is the time when the fake's clock and the real clock were equal. `watchers` are called before and after
    each call.
    """

    base_url: str
    began: float
    fake: Fake
    watchers: list[Callable[[str], None]]
    speed: float

    def target(self, expendable: bool = False) -> Target:
        return target(self.base_url, self.began, expendable, self.speed)


@contextmanager
def production(speed: float = QUICK, others: int = OTHERS) -> Iterator[Production]:
    """A fake with assistants of other people, by default 498. Every fifth has a name like ours."""
    began = time.time()
    fake = compose(rate_limit=LIMIT, now=quick(began, speed).now)
    for number in range(others):
        title = f"contract-1-abcdef {number:04}" if number % 5 == 0 else f"A customer's {number}"
        fake.store.add(seed.ORGANIZATIONS[0].id, title, "Theirs." if number % 2 else None)
    watchers: list[Callable[[str], None]] = []

    @web.middleware
    async def watched(request: web.Request, handler: Any) -> Any:
        for notify in watchers:
            notify("before")
        answer = await handler(request)
        for notify in watchers:
            notify("after")
        return answer

    fake.middlewares.append(watched)
    with serve(fake) as base_url:
        yield Production(base_url, began, fake, watchers, speed)


def target(base_url: str, began: float, expendable: bool, speed: float = QUICK) -> Target:
    keys = {key.label: key.secret for key in seed.KEYS}
    bound, other = (PREFIX + key.project for key in seed.KEYS[:2])
    return Target(base_url, keys, bound, other if expendable else None, LIMIT, clock=quick(began, speed))


def quick(began: float, speed: float = QUICK) -> Clock:
    return Clock(lambda: began + (time.time() - began) * speed, lambda seconds: time.sleep(max(0.0, seconds) / speed))


def run(given: Target, ledger: Path, *allowed: str, seed: int = 1) -> Result:
    """One run of the production profile."""
    planned = plan.make(plan.PRODUCTION, given, lambda _: True, allowed)
    return PlannedRun(given, planned, seed, lambda _: True, ledger).judge()


def sweep(ledger: Path, given: Target) -> list[str]:
    """Deletes what the run of the ledger has left; returns the ids that are still there."""
    return Sweep(ledger, load(ledger), given, lambda _: True, lambda _: None).run()


def run_to_be_killed(base_url: str, began: float, ledger: str, speed: float = QUICK) -> None:
    """A run in a process of its own. It writes its process id before it begins."""
    Path(ledger).with_suffix(".pid").write_text(str(os.getpid()))
    run(target(base_url, began, expendable=False, speed=speed), Path(ledger))
