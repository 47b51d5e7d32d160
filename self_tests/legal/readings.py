"""`python -m self_tests.legal.readings [--seed N] [--number N] [--tour] [NAME...]`: judges legal servers by the whole
suite, or by the tour alone.

Each server is the fake with a random mixture of the free choices of the contract; the seed decides the mixtures. With a
NAME, a part of an alternative's name, each such alternative is judged alone. Prints each FAIL, and each WARN that no
choice of the server declares. The exit code is 1 if there is one.
"""

from __future__ import annotations

import argparse
import logging
import multiprocessing
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from random import Random

from contract_tests.http.own_fake import held_clock
from contract_tests.http.target import Target
from contract_tests.runs.full_run import Run
from contract_tests.runs.run_options import GENERATORS, RunOptions
from fake_server.compose import compose
from fake_server.domain.assistants import PREFIX
from fake_server.http.server import serve
from fake_server.storage import seed as fake_seed
from self_tests.legal import CHOICES, Alternative
from self_tests.legal.choices import find

MIXTURES = 60
HISTORIES = 10
WORKERS = 2
RATE_LIMIT = 20
TOUR = frozenset({"tour"})
# The choices of a limiter, which only the run of rate/* can see.
LIMITERS: tuple[dict[str, object], ...] = (
    {},
    {"limiter.per": "ip"},
    {"limiter.window": "fixed"},
    {"limiter.per": "ip", "limiter.before_auth": True},
)
Mixture = tuple[Alternative, ...]


@dataclass(frozen=True)
class Judged:
    """`named` are the requirements that the suite names though the server keeps them."""

    name: str
    named: dict[str, str]
    stopped: str
    requests: int
    seconds: float

    @property
    def accused(self) -> bool:
        return bool(self.named or self.stopped)


def mix(seed: int, number: int) -> Mixture:
    """One alternative for about half of the choices."""
    dice = Random(f"{seed}/{number}")
    return tuple(dice.choice(each.alternatives) for each in CHOICES.values() if dice.random() < 0.5)


@contextmanager
def serving(mixture: Mixture, rate_limit: int = 0) -> Iterator[Target]:
    """The fake with these choices, as a target with a clock of its own."""
    clock = held_clock()
    dialect = {name: value for each in mixture for name, value in each.dialect.items()}
    fake = compose(rate_limit=rate_limit or None, now=clock.now, dialect=dialect)
    for each in mixture:
        each.change(fake)
    keys = fake_seed.KEYS
    with serve(fake) as base_url:
        yield Target(
            base_url,
            keys={key.label: key.secret for key in keys},
            bound_id=PREFIX + keys[0].project,
            expendable_id=PREFIX + keys[1].project,
            rate_limit=rate_limit,
            clock=clock,
        )


def judge(mixture: Mixture, name: str, seed: int = 1, generators: frozenset[str] = GENERATORS) -> Judged:
    """The verdicts of one run without a limiter, and of one run that judges the limiter."""
    began, requests = time.monotonic(), 0
    named: dict[str, str] = {}
    stopped = ""
    limiter = Alternative("", LIMITERS[seed % len(LIMITERS)])
    for limit, some in ((0, generators), (RATE_LIMIT, TOUR)):
        with serving((*mixture, limiter) if limit else mixture, limit) as target:
            run = Run(target, RunOptions(seed, HISTORIES, generators=some), partial(_belongs, bool(limit)))
            try:
                run.judge()
            except Exception as error:  # noqa: BLE001 - a suite that breaks on a legal server accuses it as well
                stopped = f"{type(error).__name__}: {error}"
        named |= _undeclared(run, mixture)
        if run.result.remains:
            stopped = stopped or f"left behind: {', '.join(run.result.remains)}"
        requests += run.result.requests
    return Judged(name, named, stopped, requests, time.monotonic() - began)


def _belongs(limited: bool, requirement: str) -> bool:
    return requirement.startswith("rate/") == limited


def _undeclared(run: Run, mixture: Mixture) -> dict[str, str]:
    """Each FAIL, each WARN that is not declared, and each must that was not tested; with the reason."""
    declared = {id for each in mixture for id in each.warns}
    bad = [
        each
        for each in run.result.verdicts
        if each.verdict == "fail"
        or (each.verdict == "warn" and each.requirement.id not in declared)
        or (each.verdict == "unjudged" and each.requirement.level == "must")
    ]
    return {each.requirement.id: f"{each.verdict}: {each.reason}" for each in bad}


def _judge_mixture(generators: frozenset[str], seed: int, number: int) -> Judged:
    mixture = mix(seed, number)
    name = f"mixture {seed}/{number}: {'; '.join(each.name for each in mixture)}"
    return judge(mixture, name, number, generators)


def _judge_alone(generators: frozenset[str], name: str) -> Judged:
    (alone,) = (each for each in find(name) if each.name == name)
    return judge((alone,), name, generators=generators)


def main(words: Sequence[str]) -> int:
    given = _parse(words)
    unknown = [name for name in given.names if not find(name)]
    if unknown:
        print(f"readings: no free choice has '{unknown[0]}' in its name.", file=sys.stderr)
        return 1
    rows = []
    for row in judge_all(given):
        rows.append(row)
        print(describe(row), flush=True)
    accused = sum(row.accused for row in rows)
    print(f"{len(rows)} legal servers, {accused} of them accused.")
    return int(accused > 0)


def _parse(words: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m self_tests.legal.readings")
    parser.add_argument("--seed", type=int, default=1, help="decides the mixtures (%(default)s)")
    parser.add_argument("--number", type=int, default=MIXTURES, help="mixtures (%(default)s)")
    parser.add_argument("--tour", action="store_true", help="the tour alone, not every generator")
    parser.add_argument("names", nargs="*", metavar="NAME", help="a part of an alternative's name")
    return parser.parse_args(words)


def judge_all(given: argparse.Namespace) -> Iterable[Judged]:
    """Runs in separate processes, because each holds a server and its client."""
    generators = TOUR if given.tour else GENERATORS
    alone = list(dict.fromkeys(each.name for name in given.names for each in find(name)))
    with ProcessPoolExecutor(WORKERS, multiprocessing.get_context("spawn"), logging.disable) as pool:
        if alone:
            yield from pool.map(partial(_judge_alone, generators), alone)
        else:
            yield from pool.map(partial(_judge_mixture, generators, given.seed), range(1, given.number + 1))


def describe(row: Judged) -> str:
    """A line for the server, and below it a line for each requirement that was named."""
    state = "accused" if row.accused else "right"
    lines = [f"{state:7} {row.name} [{row.requests} requests, {row.seconds:.0f} s]"]
    lines += [f"        {id} {why}" for id, why in row.named.items()]
    return "\n".join([*lines, *([f"        {row.stopped}"] if row.stopped else [])])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
