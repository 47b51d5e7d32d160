"""`python -m self_tests.bench.kills [SEED]`: kills production runs beside 300 assistants of others, then sweeps.

50 runs are killed at random moments, and 20 while a create is under way that the server answers late. Prints what is
left of ours and what has changed of theirs. Exits with 1 if anything is.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import random
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex
from tempfile import TemporaryDirectory
from threading import Event

from contract_tests.http.operations import CREATE
from fake_server.fake import Answer, Call
from fake_server.storage import seed
from self_tests.doubles import rehearsal
from self_tests.doubles.rehearsal import Production

OTHERS, RANDOM, LATE = 300, 50, 20
LATEST = 10.0  # seconds of the server's clock that a late create takes; a sweep waits for 30
PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["self_tests.doubles.rehearsal"])


@dataclass
class Toll:
    """The numbers of killed runs, of runs that ended before their kill, and of assistants left or changed."""

    killed: int = 0
    ended: int = 0
    made: int = 0
    ours_left: int = 0
    theirs_changed: int = 0


def kill_at(place: Production, delay: float, folder: Path, toll: Toll) -> None:
    """Kills a run this many seconds after its first request, and sweeps by its ledger."""
    _kill(place, folder, toll, lambda: time.sleep(delay))


def kill_in_create(place: Production, number: int, seconds: float, folder: Path, toll: Toll) -> None:
    """Kills a run while the server works on its nth create. The create is made that many seconds later."""
    creates = iter(range(1, 100))
    began, old = Event(), place.fake.handlers[CREATE]

    async def late(call: Call) -> Answer:
        if next(creates) == number:
            began.set()
            await asyncio.sleep(seconds / place.speed)
        return await old(call)

    place.fake.handlers[CREATE] = late
    _kill(place, folder, toll, lambda: began.wait(30))
    place.fake.handlers[CREATE] = old


def _kill(place: Production, folder: Path, toll: Toll, wait: Callable[[], object]) -> None:
    ledger, before = folder / f"{token_hex(4)}.ledger", _everybody(place)
    first = Event()
    place.watchers.append(lambda _: first.set())
    child = PROCESSES.Process(
        target=rehearsal.run_to_be_killed, args=(place.base_url, place.began, str(ledger), place.speed)
    )
    child.start()
    first.wait(60)
    wait()
    child.kill()
    child.join()
    place.watchers.clear()
    if child.exitcode == 0:
        toll.ended += 1
        return
    toll.killed += 1
    toll.made += len(_everybody(place).keys() - before.keys())
    rehearsal.sweep(ledger, place.target())
    time.sleep(LATEST / place.speed)  # for a create that the sweep has not waited for
    after = _everybody(place)
    toll.ours_left += len(after.keys() - before.keys())
    toll.theirs_changed += sum(after.get(id) != project for id, project in before.items())


def _everybody(place: Production) -> dict[str, object]:
    return {project.id: project for each in seed.ORGANIZATIONS for project in place.fake.store.projects(each.id)}


def main(words: list[str]) -> int:
    dice, at_random, late = random.Random(int(words[0]) if words else 1), Toll(), Toll()
    with TemporaryDirectory() as folder, rehearsal.production(others=OTHERS) as place:
        began = time.monotonic()
        rehearsal.run(place.target(), Path(folder))
        takes = time.monotonic() - began
        while at_random.killed < RANDOM:
            kill_at(place, dice.uniform(0, takes), Path(folder), at_random)
    with TemporaryDirectory() as folder, rehearsal.production(rehearsal.STEADY, OTHERS) as place:
        for _ in range(LATE):
            kill_in_create(place, dice.randint(1, 4), dice.uniform(1, LATEST), Path(folder), late)
    print(f"at random moments: {at_random}")
    print(f"in a late create:  {late}")
    return int(any(each.ours_left + each.theirs_changed for each in (at_random, late)) or late.killed < LATE)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
