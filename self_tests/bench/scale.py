"""The cost of large seeds, of idle connections, and of the Control API with many organizations."""

from __future__ import annotations

import json
import resource
from contextlib import ExitStack
from http.client import HTTPConnection
from pathlib import Path
from socket import create_connection
from time import process_time
from typing import Any

import yaml

from fake_server.compose import compose
from fake_server.storage.seed_file import load_seed_file
from self_tests.bench.servers import Numbers, answer, fake, free_port, running, seconds_of

SEED_SIZES = (1_000, 10_000, 100_000)
ORGANIZATIONS = (2, 100, 10_000)
IDLE = (0, 100, 700)
CALLS = 300  # of each kind


def organizations(size: int) -> dict[str, Any]:
    """A seed of so many organizations with three keys each."""
    labels = [{"label": label} for label in ("primary", "sibling", "third")]
    return {"organizations": [{"id": f"org-{number}", "keys": labels} for number in range(size)]}


def assistants(size: int) -> dict[str, Any]:
    """A seed of one organization with so many assistants."""
    texts = {"instructions": "Respond concisely, and only from the files."}
    listed = [{"name": f"Bot {number}", **texts} for number in range(size)]
    return {"organizations": [{"id": "org-acme", "keys": [{"label": "primary"}], "assistants": listed}]}


def seeds(size: int, folder: Path) -> Numbers:
    """CPU time in milliseconds until a fake has the content of a seed file."""
    numbers: Numbers = {}
    for kind, build in (("organizations", organizations), ("assistants", assistants)):
        for format, render in (("JSON", json.dumps), ("YAML", _render_yaml)):
            file = folder / "seed"
            file.write_text(render(build(size)))
            before = process_time()
            compose(rate_limit=None, seed=load_seed_file(file, 0))
            numbers[f"{kind}, {format}"] = (process_time() - before) * 1_000
    return numbers


def _render_yaml(value: Any) -> str:
    # Without this PyYAML writes aliases, which the fake refuses.
    dumper: Any = type("Dumper", (yaml.CSafeDumper,), {"ignore_aliases": lambda *_: True})
    return str(yaml.dump(value, Dumper=dumper))


def control(size: int, folder: Path) -> Numbers:
    """CPU time of the fake in microseconds for each call of the Control API with so many organizations."""
    port, seed = free_port(), folder / "seed.json"
    seed.write_text(json.dumps(organizations(size)))
    command = fake(port, "--seed-file", str(seed))
    with running(command, port, "/_fake/health") as (process, start):
        connection = HTTPConnection("127.0.0.1", port)
        for _ in range(CALLS):
            answer(connection, "GET", "/v1/assistants")

        def cost(method: str, path: str, body: str | None = None) -> float:
            before = seconds_of(process)
            for _ in range(CALLS):
                answer(connection, method, path, body)
            return (seconds_of(process) - before) / CALLS * 1e6

        found = {"start ms": start, "MB": process.memory_info().rss / 1e6}
        found["log of 200 requests"] = cost("GET", "/_fake/requests?limit=200")
        with create_connection(("127.0.0.1", port)) as listener:
            listener.sendall(b"GET /_fake/events HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            listener.recv(1_000)
            found["request with a listener"] = cost("GET", "/v1/assistants")
        found["new organization"] = cost("POST", "/_fake/organizations", "{}")
        found["reset of an organization"] = cost("POST", "/_fake/reset", '{"organization": "org-0"}')
        found["its snapshot"] = cost("PUT", "/_fake/snapshots/one", '{"organization": "org-0"}')
    return found


def idle(size: int, _folder: Path) -> Numbers:
    """CPU time of the fake in microseconds for a request while so many other connections are open, and its memory."""
    port = free_port()
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    with running(fake(port), port, "/_fake/health") as (process, _start), ExitStack() as stack:
        before = process.memory_info().rss
        for _ in range(size):
            stack.enter_context(create_connection(("127.0.0.1", port)))
        connection = HTTPConnection("127.0.0.1", port)
        answer(connection, "GET", "/v1/assistants")
        began = seconds_of(process)
        for _ in range(CALLS):
            answer(connection, "GET", "/v1/assistants")
        cpu = (seconds_of(process) - began) / CALLS * 1e6
        return {"request": cpu, "MB for the connections": (process.memory_info().rss - before) / 1e6}
