"""`python -m self_tests.wrong.precision [NAME...]`: runs the whole suite on each server with one fault, and prints the
requirements that the suite names.

A NAME is a part of a fault's name. The exit code is 1 if a fault is not found, or if the suite names a requirement that
the fault does not violate.
"""

from __future__ import annotations

import logging
import multiprocessing
import sys
import time
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

from contract_tests.runs.full_run import Run
from contract_tests.runs.run_options import RunOptions
from self_tests.wrong.single_faults import FAULTS
from self_tests.wrong.wrong_server import WrongServer, serving

WORKERS = 2


@dataclass(frozen=True)
class Judged:
    """One fault: the requirements that the suite named, and the end of the run if it was cut short."""

    fault: WrongServer
    named: tuple[str, ...]
    not_tested: int
    requests: int
    seconds: float
    stopped: str

    @property
    def missed(self) -> bool:
        return self.fault.meant not in self.named

    @property
    def undeclared(self) -> list[str]:
        return [id for id in self.named if id not in self.fault.requirements]


def main(names: list[str]) -> int:
    chosen = [number for number, each in enumerate(FAULTS) if not names or any(name in each.name for name in names)]
    rows = []
    for row in judge_all(chosen):
        rows.append(row)
        print(describe(row), flush=True)
    exact = sum(not row.missed and not row.undeclared for row in rows)
    print(f"{exact} of {len(rows)} faults are named by the requirements that they violate, and by no other.")
    return int(exact < len(rows))


def judge_all(chosen: list[int]) -> Iterable[Judged]:
    with ProcessPoolExecutor(WORKERS, multiprocessing.get_context("spawn"), logging.disable) as pool:
        yield from pool.map(judge, chosen)


def judge(number: int) -> Judged:
    """Runs the whole suite, the SDK tests included."""
    fault, began = FAULTS[number], time.monotonic()
    with serving(fault.change) as target:
        run = Run(target, RunOptions(), lambda id: not id.startswith("rate/"))
        stopped = ""
        try:
            run.judge()
        except Exception as error:  # noqa: BLE001 - a suite that breaks on a faulty server is a finding of its own
            stopped = f"{type(error).__name__}: {error}"
    verdicts = run.result.verdicts
    named = tuple(each.requirement.id for each in verdicts if each.verdict in ("fail", "warn"))
    not_tested = sum(each.verdict == "unjudged" for each in verdicts)
    return Judged(fault, named, not_tested, run.result.requests, time.monotonic() - began, stopped)


def describe(row: Judged) -> str:
    """One line: `exact`, `missed`, or `also` with the requirements that the fault does not violate."""
    others = f"; also {' '.join(row.undeclared)}" if row.undeclared else ""
    state = "missed" if row.missed else "also" if row.undeclared else "exact"
    effort = f"[{row.not_tested} not tested, {row.requests} requests, {row.seconds:.0f} s]"
    return f"{state:6} {row.fault.name}: {row.fault.meant}{others} {row.stopped} {effort}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
