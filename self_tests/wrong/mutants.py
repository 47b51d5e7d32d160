"""`python -m self_tests.wrong.mutants [--whole] [--shard K/N] [--edition E] [NAME...]`: runs the tour and the profile
production on every wrong server, and shows the requirements that caught it. The profile has too few requests to catch
each.

`--whole` runs the whole suite as well, with every generator and the SDK tests: about 8 s of CPU for each server.
`--shard 2/8` takes every eighth server, beginning with the second. `--edition openai` takes the servers of that
edition.

A NAME is a part of a wrong server's name, or of the requirement that it violates. The rows of these servers in
MATRIX.md, beside this file, are written anew. The exit code is 1 if a wrong server survives, if the suite names a
requirement that a wrong server does not declare, if a NAME fits no wrong server, or, without a NAME, if a requirement
has no wrong server.
"""

from __future__ import annotations

import argparse
import logging
import multiprocessing
import sys
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from functools import partial
from pathlib import Path
from statistics import mean
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.progress import track
from rich.table import Table

from contract_tests.http import editions
from contract_tests.http.target import TargetError
from contract_tests.profiles import plan
from contract_tests.requirements import catalogue
from contract_tests.requirements.findings import Violation
from contract_tests.requirements.selection import Selection
from contract_tests.runs.full_run import Run
from contract_tests.runs.planned_run import PlannedRun
from contract_tests.runs.result import Result
from contract_tests.runs.run_options import GENERATORS as ALL
from contract_tests.runs.run_options import RunOptions
from self_tests.wrong import SERVERS
from self_tests.wrong.kill_matrix import MATRIX, Kill, merged, totals
from self_tests.wrong.wrong_server import WrongServer, serving

WORKERS = 2
TOUR, HISTORY = frozenset({"tour"}), frozenset({"histories"})
GENERATORS = (TOUR, HISTORY)


def main(words: list[str]) -> int:
    given = _parse(words)
    names: list[str] = given.names
    for name in names:
        if not any(_fits(server, name) for server in SERVERS):
            print(f"mutants: no wrong server has '{name}' in its name or in its requirement.", file=sys.stderr)
            return 1
    fitting = [server for server in SERVERS if not names or any(_fits(server, name) for name in names)]
    fitting = [server for server in fitting if given.edition in (None, server.edition)]
    first, step = given.shard
    servers = fitting[first - 1 :: step]
    is_all = not names and step == 1 and not given.edition
    console = Console(width=None if sys.stdout.isatty() else 200)
    kills = []
    for each in track(killed(servers, given.whole), "Wrong servers", len(servers), console=Console(stderr=True)):
        kills.append(each)
        if fault := describe(each):
            print(fault, flush=True)  # at once: a run takes minutes
    console.print(table(kills))
    console.print("\n".join([*totals(kills), costs(kills)]))
    MATRIX.write_text(merged(MATRIX.read_text(encoding="utf-8"), kills), encoding="utf-8")
    return int(any(map(describe, kills)) or (is_all and unshown(servers) != []))


def _parse(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m self_tests.wrong.mutants")
    parser.add_argument("--whole", action="store_true", help="the whole suite, too")
    parser.add_argument("--shard", type=_shard, default=(1, 1), metavar="K/N", help="the Kth of N parts")
    parser.add_argument("--edition", choices=editions.names(), help="the wrong servers of one edition")
    parser.add_argument("names", nargs="*", metavar="NAME", help="a part of a name, or of a requirement")
    return parser.parse_args(words)


def _shard(text: str) -> tuple[int, int]:
    number, of = map(int, text.split("/"))
    if not 0 < number <= of:
        raise ValueError
    return number, of


def _fits(server: WrongServer, name: str) -> bool:
    return name in f"{server.meant} {server.name}"


def killed(servers: list[WrongServer], whole: bool) -> Iterable[Kill]:
    """Runs in separate processes, because each holds a server and its client. The logs of crashes are dropped."""
    with ProcessPoolExecutor(WORKERS, multiprocessing.get_context("spawn"), logging.disable) as pool:
        yield from pool.map(partial(kill, whole), [SERVERS.index(server) for server in servers])


def kill(whole: bool, index: int) -> Kill:
    """Runs the tour, the histories if the tour does not catch the server, the profile production, and the whole suite
    if it is wanted.
    """
    server, began = SERVERS[index], time.monotonic()
    others: dict[str, None] = {}
    by, first, requests, why = "", 0, 0, ""
    for some in GENERATORS:
        result, stopped = judged(server, *some)
        broken = violated(result)
        why = why or stopped
        others |= dict.fromkeys(id for id in broken if id != server.meant)
        if server.meant in broken:
            by = " ".join(some)
            first = requests + min(each.exchanges[-1].number for each in broken[server.meant])
            break
        requests += result.requests
    production = () if server.limited else named_in_production(server)
    named = None
    if whole:
        result, stopped = judged(server, *ALL)
        named, why = tuple(violated(result)), why or stopped
    return Kill(server.name, server.meant, by, tuple(others), production, named, first, time.monotonic() - began, why)


def violated(result: Result) -> dict[str, Sequence[Violation]]:
    return {each.requirement.id: each.violations for each in result.verdicts if each.verdict in ("fail", "warn")}


def judged(server: WrongServer, *generators: str, only: tuple[str, ...] = ()) -> tuple[Result, str]:
    """The result of a run, and the reason if it was cut short. For a limiter only the area of the limiter is judged."""
    choice = RunOptions(selection=Selection(only), generators=frozenset(generators))
    with editions.use(server.edition), serving(server.change, server.limited) as target:
        run = Run(target, choice, lambda id: choice.includes(id) and id.startswith("rate/") == server.limited)
        try:
            return run.judge(), ""
        except Exception as error:  # noqa: BLE001 - a suite that breaks on a wrong server has not caught it
            return run.result, f"{type(error).__name__}: {error}"


def named_in_production(server: WrongServer) -> tuple[str, ...]:
    """The requirements that a run with the profile production names. It names none if it refuses the target."""
    with editions.use(server.edition), serving(server.change) as target, TemporaryDirectory() as folder:
        planned = plan.make(plan.PRODUCTION, target, _is_no_limiters)
        run = PlannedRun(target, planned, 1, _is_no_limiters, Path(folder))
        with suppress(TargetError):
            run.judge()
    return tuple(violated(run.result))


def _is_no_limiters(id: str) -> bool:
    return not id.startswith("rate/")


def unshown(servers: Iterable[WrongServer]) -> list[str]:
    """The requirements without a wrong server. In another edition than the page's, only the new ones need one."""
    meant = {server.meant for server in servers}
    return [id for edition in editions.names() for id in _requirements(edition) if id not in meant]


def _requirements(edition: str) -> list[str]:
    with editions.use(edition):
        return list(catalogue.requirements())


def describe(kill: Kill) -> str:
    """The fault of the suite on a wrong server as one line: a miss, or an accusation that is not declared. Empty if
    there is none.
    """
    faults = [] if kill.by else [f"survives {kill.stopped}"]
    if kill.whole is not None and kill.meant not in kill.whole:
        faults.append(f"survives the whole suite {kill.stopped}")
    also = {
        "": kill.undeclared,
        " by the profile production": kill.undeclared_in_production,
        " by the whole suite": kill.undeclared_by_the_whole,
    }
    faults += [f"also named{where}, and not declared: {' '.join(named)}" for where, named in also.items() if named]
    return f"{kill.server} ({kill.meant}): {'; '.join(faults)}" if faults else ""


def table(kills: list[Kill]) -> Table:
    rows = Table("wrong server", "meant", "caught by", "also broken", "production", "whole", "request", "s")
    for kill in kills:
        by = kill.by or f"[red]survives[/] {kill.stopped}"
        named = map(" ".join, (kill.others, kill.production, kill.whole or ()))
        rows.add_row(kill.server, kill.meant, by, *named, str(kill.first or ""), f"{kill.seconds:.1f}")
    return rows


def costs(kills: list[Kill]) -> str:
    """The mean time of a server, and the mean number of requests until its mistake showed."""
    seconds = mean(kill.seconds for kill in kills)
    requests = mean([kill.first for kill in kills if kill.by] or [0])
    return f"{seconds:.1f} s each; {requests:.0f} requests until the mistake showed, on average"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
