"""The cost of the fake with more and more assistants: each kind of request, and the loading of its file."""

from __future__ import annotations

import json
from collections.abc import Iterable
from http.client import HTTPConnection
from itertools import product
from pathlib import Path

from rich.table import Table

from fake_server.storage import seed
from fake_server.storage.file_format import MARK, VERSION, Tables, render_tables
from self_tests.bench.servers import BODY, Numbers, answer, fake, free_port, running, seconds_of

SIZES = (100, 1_000, 10_000, 100_000)
WRITES, READS = 1_000, 300  # requests of each kind


def at_size(size: int, folder: Path) -> Numbers:
    """CPU time of each kind of request in microseconds; and the ms until the first answer, which include the loading of
    the file.
    """
    port = free_port()
    file = folder / f"{port}.json"
    file.write_text(render_tables(tables(size)))
    path, ids = "/v1/assistants", [f"asst-{number:024x}" for number in range(size)]
    with running(fake(port, "--data", str(file)), port, f"{path}/{ids[0]}") as (process, start):
        connection = HTTPConnection("127.0.0.1", port)

        def cost(calls: Iterable[tuple[str, str]]) -> float:
            calls, before = list(calls), seconds_of(process)
            for method, url in calls:
                answer(connection, method, url, BODY if method in ("POST", "PATCH") else None)
            return (seconds_of(process) - before) / len(calls) * 1e6

        some = [f"{path}/{ids[number * size // WRITES]}" for number in range(WRITES)]
        numbers = {"start ms": start, "MB": process.memory_info().rss / 1e6}
        numbers["retrieve"] = cost(("GET", url) for url in some)
        for order, cursor, place in product(("asc", "desc"), ("after", "before"), (0, size // 2, size - 1)):
            where = {0: "oldest", size // 2: "middle", size - 1: "newest"}[place]
            url = f"{path}?order={order}&{cursor}={ids[place]}"
            numbers[f"list {order}, {cursor} the {where}"] = cost([("GET", url)] * READS)
        numbers["modify"] = cost(("PATCH", url) for url in some)
        numbers["create"] = cost([("POST", path)] * WRITES)
        # The oldest are deleted first, because the store holds them before all others.
        numbers["delete"] = cost(("DELETE", f"{path}/{id}") for id in ids[: min(size, WRITES)])
    return numbers


def tables(size: int) -> Tables:
    organizations = {str(n): dict(vars(each)) for n, each in enumerate(seed.ORGANIZATIONS, 1)}
    keys = {str(n): dict(vars(each)) for n, each in enumerate(seed.KEYS, 1)}
    owner, born = seed.ORGANIZATIONS[0].id, 1_760_000_000
    texts = {"title": "Support Bot", "prompt": json.loads(BODY)["instructions"]}
    rows = {str(n + 1): {"id": f"{n:024x}", "organization": owner, **texts, "created_at": born} for n in range(size)}
    return {MARK: {"1": {"version": VERSION}}, "organizations": organizations, "keys": keys, "projects": rows}


def growth(found: dict[str, Numbers], title: str) -> Table:
    """A row for each number, and two columns for each size: the number, and its ratio to that of the first size."""
    table = Table("", title=title)
    for size in found:
        table.add_column(size, justify="right")
        table.add_column("x", justify="right")
    names = [name for name in next(iter(found.values())) if not name.startswith("x ")]
    for name in names:
        table.add_row(
            name, *(cell for each in found.values() for cell in (f"{each[name]:,.0f}", f"{each[f'x {name}']:.2f}"))
        )
    return table
