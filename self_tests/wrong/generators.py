"""`python -m self_tests.wrong.generators [--each N]`: runs each generator alone on the first N wrong servers of each
requirement, and prints how many of them each generator catches, and how many no other generator catches.

A run takes about 6 s of CPU for each server. A wrong limiter is left out, because the tour alone asks limiters.
"""

from __future__ import annotations

import argparse
import logging
import multiprocessing
import sys
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor

from rich.console import Console
from rich.progress import track
from rich.table import Table

from contract_tests.http import own_fake
from contract_tests.runs.full_run import Run
from contract_tests.runs.run_options import GENERATORS, RunOptions
from self_tests.wrong import SERVERS, first_of_each
from self_tests.wrong.mutants import WORKERS, judged

ORDER = ("tour", "schemathesis", "histories", "sdk")
EACH = 2


def main(words: list[str]) -> None:
    parser = argparse.ArgumentParser("python -m self_tests.wrong.generators")
    parser.add_argument("--each", type=int, default=EACH, help="wrong servers of each requirement (%(default)s)")
    places = [place for place in first_of_each(parser.parse_args(words).each) if not SERVERS[place].limited]
    found = list(track(all_caught(places), "Wrong servers", len(places), console=Console(stderr=True)))
    Console(width=None if sys.stdout.isatty() else 120).print(table(found))


def all_caught(places: list[int]) -> Iterable[frozenset[str]]:
    with ProcessPoolExecutor(WORKERS, multiprocessing.get_context("spawn"), logging.disable) as pool:
        yield from pool.map(caught_by, places)


def caught_by(place: int) -> frozenset[str]:
    """The generators that catch the server by the requirement that names its mistake, each in a run of its own."""
    server = SERVERS[place]
    runs = {generator: judged(server, generator)[0].verdicts for generator in GENERATORS}
    broken = {name: {each.requirement.id for each in verdicts if each.violations} for name, verdicts in runs.items()}
    return frozenset(name for name, requirements in broken.items() if server.meant in requirements)


def requests(generator: str) -> int:
    """The requests of a run of this generator on the fake."""
    with own_fake.fake() as target:
        run = Run(target, RunOptions(generators=frozenset({generator})), lambda id: not id.startswith("rate/"))
        return run.judge().requests


def table(found: list[frozenset[str]]) -> Table:
    rows = Table("generator", "requests", f"of {len(found)} caught", "which no other catches")
    for name in ORDER:
        alone = sum(each == {name} for each in found)
        rows.add_row(name, f"{requests(name):,}", str(sum(name in each for each in found)), str(alone))
    rows.add_row("none", "", str(sum(not each for each in found)), "")
    return rows


if __name__ == "__main__":
    main(sys.argv[1:])
