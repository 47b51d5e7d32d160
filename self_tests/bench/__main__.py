"""`python -m self_tests.bench`: compares the cost of the fake with bare aiohttp and with the installed mock servers.

Each server runs alone on one core, and the load on the other, over loopback, in turns. Each number is the median of the
rounds.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from threading import Thread

import psutil
from rich.console import Console
from rich.progress import track
from rich.table import Table

from self_tests.bench import scale
from self_tests.bench.growth import SIZES, at_size, growth
from self_tests.bench.servers import BODY, HEADERS, Numbers, answer, fake, free_port, pin, running, seconds_of
from self_tests.doubles.bare_server import ASSISTANT

ROUNDS, GROWTH_ROUNDS = 5, 3
SECONDS = 1  # the length of the load for each number
CONNECTIONS = 8
CREATED = 100  # assistants that are created before the measurement
MOCKS = Path(sys.prefix, "mocks", "node_modules", ".bin")
SPEC = Path(__file__).parents[2] / "openapi.yaml"
# The script sends one request over and over, and prints the results as a line of JSON. Times are in ms.
WRK = """
wrk.method = %r
wrk.body = %r
done = function(summary, latency)
  print(string.format('{"requests": %%d, "rps": %%f, "p50": %%f, "p99": %%f, "bad": %%d}', summary.requests,
    summary.requests / summary.duration * 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
    summary.errors.status + summary.errors.read + summary.errors.timeout))
end
"""
# Name, title, sizes, and the function that measures one size.
GROWTHS: list[tuple[str, str, Sequence[int], Callable[[int, Path], Numbers]]] = [
    ("Assistants", "With --data, by the number of assistants: CPU in µs a request", SIZES, at_size),
    ("Seeds", "Seed files, by the number of organizations or assistants: CPU in ms", scale.SEED_SIZES, scale.seeds),
    ("Control API", "By the number of organizations: CPU in µs a call", scale.ORGANIZATIONS, scale.control),
    ("Connections", "By the number of idle connections: CPU in µs a request", scale.IDLE, scale.idle),
]


@dataclass(frozen=True)
class Server:
    """The command that starts a server on a port, and the path of its assistants."""

    command: Callable[[int], list[str]]
    path: str = "/v1/assistants"


def main() -> None:
    console, quiet = Console(width=None if sys.stdout.isatty() else 150), Console(stderr=True)
    # Processes that start from here stay on this core, except the servers.
    pin(os.getpid(), 1)
    with TemporaryDirectory() as temporary:
        folder = Path(temporary)
        known = servers(folder)
        rounds = [
            beside_first({name: measured(server, folder) for name, server in known.items()})
            for _ in track(range(ROUNDS), "Servers", console=quiet)
        ]
        console.print(comparison(medians(rounds)))
        if shutil.which("wrk") is None:
            console.print("Without wrk a Python client made the load, and is itself what limits the requests a second.")
        for name, title, sizes, measure in GROWTHS:
            grown = [
                beside_first({f"{size:,}": measure(size, folder) for size in sizes})
                for _ in track(range(GROWTH_ROUNDS), name, console=quiet)
            ]
            console.print(growth(medians(grown), f"{title}; x: beside the fewest"))


def servers(folder: Path) -> dict[str, Server]:
    """The installed servers by name. The others are compared with the first one."""
    database, data = folder / "db.json", str(folder / "{}.json")
    database.write_text(json.dumps({"assistants": [ASSISTANT]}))
    known = {
        "bare aiohttp": Server(lambda port: [sys.executable, "-m", "self_tests.doubles.bare_server", str(port)]),
        "fake": Server(lambda port: fake(port)),
        "fake --no-control": Server(lambda port: fake(port, "--no-control")),
        "fake --data": Server(lambda port: fake(port, "--data", data.format(port))),
        "fake --data --durable": Server(lambda port: fake(port, "--data", data.format(port), "--durable")),
        "json-server": Server(lambda port: mock("json-server", port, "--quiet", str(database)), "/assistants"),
        "Prism": Server(lambda port: mock("prism", port, "mock", "--host", "127.0.0.1", str(SPEC)), "/assistants"),
        "Mockoon": Server(lambda port: mock("mockoon-cli", port, "start", "--data", str(SPEC))),
    }
    return {name: server for name, server in known.items() if Path(server.command(0)[0]).exists()}


def mock(name: str, port: int, *options: str) -> list[str]:
    return [str(MOCKS / name), *options, "--port", str(port)]


def measured(server: Server, folder: Path) -> Numbers:
    port = free_port()
    with running(server.command(port), port, f"{server.path}/{ASSISTANT['id']}") as (process, start):
        connection = HTTPConnection("127.0.0.1", port)
        for _ in range(CREATED):
            answer(connection, "POST", server.path, BODY)
        url = f"http://127.0.0.1:{port}{server.path}"
        get = loaded(process, "GET", f"{url}/{ASSISTANT['id']}", folder)
        memory = process.memory_info().rss / 1e6
        create = loaded(process, "POST", url, folder)
    both = {f"{verb} {key}": value for verb, kind in (("get", get), ("create", create)) for key, value in kind.items()}
    return {"start": start, "memory": memory, **both}


def loaded(process: psutil.Process, method: str, url: str, folder: Path) -> Numbers:
    """The results of the load. `cpu` is the CPU time of the server and its children, in microseconds a request."""
    load = with_wrk if shutil.which("wrk") else with_python
    before = seconds_of(process)
    numbers = load(method, url, folder)
    if numbers["bad"]:
        raise SystemExit(f"{method} {url}: {numbers['bad']:.0f} answers were refusals, or did not come.")
    return {**numbers, "cpu": (seconds_of(process) - before) / numbers["requests"] * 1e6}


def with_wrk(method: str, url: str, folder: Path) -> Numbers:
    script = folder / "load.lua"
    script.write_text(WRK % (method, BODY if method == "POST" else ""))
    options = ["-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}", "-s", str(script)]
    headers = [part for name, value in HEADERS.items() for part in ("-H", f"{name}: {value}")]
    done = subprocess.run(["wrk", *options, *headers, url], check=True, capture_output=True, text=True)
    numbers: Numbers = json.loads(done.stdout.splitlines()[-1])
    return numbers


def with_python(method: str, url: str, _: Path) -> Numbers:
    host, path = url.removeprefix("http://").split("/", 1)
    times: list[float] = []

    def call() -> None:
        connection = HTTPConnection(host)
        while time.perf_counter() < end:
            began = time.perf_counter()
            answer(connection, method, f"/{path}", BODY if method == "POST" else None)
            times.append((time.perf_counter() - began) * 1000)

    end = time.perf_counter() + SECONDS
    callers = [Thread(target=call) for _ in range(CONNECTIONS)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    times.sort()
    count = len(times)
    p50, p99 = times[count // 2], times[count * 99 // 100]
    return {"requests": count, "rps": count / SECONDS, "p50": p50, "p99": p99, "bad": 0}


def beside_first(found: dict[str, Numbers]) -> dict[str, Numbers]:
    """Adds to each number its ratio to that of the first server, measured in the same minute: `x ...`."""
    first = next(iter(found.values()))
    return {
        name: numbers | {f"x {key}": value / first[key] for key, value in numbers.items() if first[key]}
        for name, numbers in found.items()
    }


def medians(rounds: list[dict[str, Numbers]]) -> dict[str, Numbers]:
    return {
        name: {key: median(each[name][key] for each in rounds) for key in numbers}
        for name, numbers in rounds[0].items()
    }


def comparison(found: dict[str, Numbers]) -> Table:
    table = Table("server", title=f"{CONNECTIONS} connections; CPU in µs a request; x: beside bare aiohttp")
    for verb in ("get", "create"):
        for column in (f"{verb}s/s", "p50 ms", "p99 ms", "CPU", "x"):
            table.add_column(column, justify="right")
    for column in ("start ms", "x", "MB"):
        table.add_column(column, justify="right")
    for name, each in found.items():
        cells = [name]
        for verb in ("get", "create"):
            rps, p50, p99, cpu, x = (
                each[key.format(verb)] for key in ("{} rps", "{} p50", "{} p99", "{} cpu", "x {} cpu")
            )
            cells += [f"{rps:,.0f}", f"{p50:.2f}", f"{p99:.2f}", f"{cpu:.0f}", f"{x:.2f}"]
        table.add_row(*cells, f"{each['start']:.0f}", f"{each['x start']:.2f}", f"{each['memory']:.0f}")
    return table


if __name__ == "__main__":
    main()
