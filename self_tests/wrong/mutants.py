"""`python -m self_tests.wrong.mutants [NAME...]`: runs the whole tour on every wrong server, and shows the requirements
that caught it.

A NAME is a part of a wrong server's name, or of the requirement that it violates. The rows of these servers in
MATRIX.md, beside this file, are written anew. The exit code is 1 if a wrong server survives, if a NAME fits no wrong
server, or, without a NAME, if a requirement has no wrong server.
"""

from __future__ import annotations

import logging
import multiprocessing
import sys
import time
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from statistics import mean

from rich.console import Console
from rich.progress import track
from rich.table import Table

from contract_tests.requirements import catalogue
from contract_tests.runs.full_run import Run
from contract_tests.runs.result import Result
from contract_tests.runs.run_options import RunOptions
from self_tests.wrong import SERVERS
from self_tests.wrong.kill_matrix import MATRIX, Kill, merged, totals
from self_tests.wrong.wrong_server import WrongServer, serving

HISTORIES = 25  # for the servers that the tour did not catch
WORKERS = 2


def main(names: list[str]) -> int:
    for name in names:
        if not any(_fits(server, name) for server in SERVERS):
            print(f"mutants: no wrong server has '{name}' in its name or in its requirement.", file=sys.stderr)
            return 1
    servers = [server for server in SERVERS if not names or any(_fits(server, name) for name in names)]
    console = Console(width=None if sys.stdout.isatty() else 200)
    kills = list(track(killed(servers), "Wrong servers", len(servers), console=Console(stderr=True)))
    console.print(table(kills))
    console.print("\n".join([*totals(kills), costs(kills)]))
    MATRIX.write_text(merged(MATRIX.read_text(encoding="utf-8") if names else "", kills), encoding="utf-8")
    return int(any(not kill.by for kill in kills) or (not names and unshown(servers) != []))


def _fits(server: WrongServer, name: str) -> bool:
    return name in f"{server.meant} {server.name}"


def killed(servers: list[WrongServer]) -> Iterable[Kill]:
    """Runs in separate processes, because each holds a server and its client. The logs of crashes are dropped."""
    with ProcessPoolExecutor(WORKERS, multiprocessing.get_context("spawn"), logging.disable) as pool:
        yield from pool.map(kill, [SERVERS.index(server) for server in servers])


def kill(index: int) -> Kill:
    """Runs the tour, and the histories if the tour does not catch the server."""
    server, began = SERVERS[index], time.monotonic()
    others: dict[str, None] = {}
    by, first, requests, why = "", 0, 0, ""
    for generator in ("tour", "histories"):
        result, stopped = judged(server, generator)
        broken = {each.requirement.id: each.violations for each in result.verdicts if each.verdict in ("fail", "warn")}
        why = why or stopped
        others |= dict.fromkeys(id for id in broken if id != server.meant)
        if server.meant in broken:
            by, first = generator, requests + min(each.exchanges[-1].number for each in broken[server.meant])
            break
        requests += result.requests
    return Kill(server.name, server.meant, by, tuple(others), first, time.monotonic() - began, why)


def judged(server: WrongServer, generator: str, only: tuple[str, ...] = ()) -> tuple[Result, str]:
    """The result of a run, and the reason if it was cut short. For a limiter only the area of the limiter is judged."""
    choice = RunOptions(histories=HISTORIES, only=only, generators=frozenset({generator}))
    with serving(server.change, server.limited) as target:
        run = Run(target, choice, lambda id: choice.includes(id) and id.startswith("rate/") == server.limited)
        try:
            return run.judge(), ""
        except Exception as error:  # noqa: BLE001 - a suite that breaks on a wrong server has not caught it
            return run.result, f"{type(error).__name__}: {error}"


def unshown(servers: Iterable[WrongServer]) -> list[str]:
    """The requirements without a wrong server."""
    return [id for id in catalogue.requirements() if id not in {server.meant for server in servers}]


def table(kills: list[Kill]) -> Table:
    rows = Table("wrong server", "meant", "caught by", "also broken", "request", "s")
    for kill in kills:
        by = kill.by or f"[red]survives[/] {kill.stopped}"
        rows.add_row(kill.server, kill.meant, by, " ".join(kill.others), str(kill.first or ""), f"{kill.seconds:.1f}")
    return rows


def costs(kills: list[Kill]) -> str:
    """The mean time of a server, and the mean number of requests until its mistake showed."""
    seconds = mean(kill.seconds for kill in kills)
    requests = mean([kill.first for kill in kills if kill.by] or [0])
    return f"{seconds:.1f} s each; {requests:.0f} requests until the mistake showed, on average"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
