"""`python -m self_tests.wrong.mutants [NAME...]`: runs the whole tour on every wrong server, and shows the requirements
that caught it.

A NAME is a part of a wrong server's name, or of the requirement that it violates. Without a NAME the matrix is written
to MATRIX.md beside this file. The exit code is 1 if a wrong server survives, or if a requirement has none.
"""

from __future__ import annotations

import logging
import multiprocessing
import sys
import time
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from statistics import mean

from rich.console import Console
from rich.progress import track
from rich.table import Table

from contract_tests.requirements import catalogue
from contract_tests.runs.full_run import Run
from contract_tests.runs.result import Result
from contract_tests.runs.run_options import RunOptions
from self_tests.wrong import SERVERS
from self_tests.wrong.wrong_server import WrongServer, serving

MATRIX = Path(__file__).parent / "MATRIX.md"
HISTORIES = 25  # for the servers that the tour did not catch
WORKERS = 2


@dataclass(frozen=True)
class Kill:
    """The result of the suite on one wrong server: `by` is the part of the suite that caught it, `others` are further
    violated requirements.

    `first` is the number of the request that showed the violation. `stopped` is the reason if the run was cut short.
    """

    server: str
    meant: str
    by: str
    others: tuple[str, ...]
    first: int
    seconds: float
    stopped: str = ""


def main(names: list[str]) -> int:
    servers = [
        server for server in SERVERS if not names or any(name in f"{server.meant} {server.name}" for name in names)
    ]
    console = Console(width=None if sys.stdout.isatty() else 200)
    kills = list(track(killed(servers), "Wrong servers", len(servers), console=Console(stderr=True)))
    console.print(matrix(kills))
    console.print("\n".join(summary(kills)))
    if not names:
        MATRIX.write_text(markdown(kills), encoding="utf-8")
    return int(not servers or any(not kill.by for kill in kills) or (not names and unshown(servers) != []))


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


def matrix(kills: list[Kill]) -> Table:
    table = Table("wrong server", "meant", "caught by", "also broken", "request", "s")
    for kill in kills:
        by = kill.by or f"[red]survives[/] {kill.stopped}"
        table.add_row(kill.server, kill.meant, by, " ".join(kill.others), str(kill.first or ""), f"{kill.seconds:.1f}")
    return table


def summary(kills: list[Kill]) -> list[str]:
    caught = [kill for kill in kills if kill.by]
    lines = [f"{len(caught)} of {len(kills)} wrong servers caught by the requirement that names the mistake"]
    for level in ("must", "should"):
        all_ = [id for id, requirement in catalogue.requirements().items() if requirement.level == level]
        caught_ids = {kill.meant for kill in caught}.intersection(all_)
        lines.append(f"{len(caught_ids)} of {len(all_)} {level}s were shown to fail")
    seconds, requests = (mean(times or [0]) for times in ([kill.seconds for kill in kills], [k.first for k in caught]))
    return [*lines, f"{seconds:.1f} s each; {requests:.0f} requests until the mistake showed, on average"]


def markdown(kills: list[Kill]) -> str:
    """The matrix; the same servers and the same suite give the same text."""
    rows = [
        f"| {kill.server} | {kill.meant} | {kill.by or '**survives**'} | {' '.join(kill.others)} |" for kill in kills
    ]
    head = ["| wrong server | breaks | caught by | also broken |", "|---|---|---|---|"]
    text = ["# Wrong servers, and what catches them", "", "Written by `make mutants`.", "", *summary(kills)[:-1]]
    return "\n".join([*text, "", *head, *rows, ""])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
