"""A server under measurement: it runs on a core of its own, gets requests over loopback, and the system reports its
cost.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path

import psutil

from fake_server.storage import seed

BODY = json.dumps({"name": "Support Bot", "instructions": "Respond concisely, and only from the files."})
HEADERS = {"Authorization": f"Bearer {seed.KEYS[0].secret}", "Content-Type": "application/json"}

Numbers = dict[str, float]


def fake(port: int, *options: str) -> list[str]:
    # This limit is never reached. The limiter counts all the same, because counting has a cost.
    return [sys.executable, "-m", "fake_server", "--port", str(port), "--rate-limit", "999999999", *options]


@contextmanager
def running(command: list[str], port: int, path: str) -> Iterator[tuple[psutil.Process, float]]:
    """The server on its core, and the ms until its first answer."""
    began = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        pin(process.pid, 0)
        try:
            while not answers(port, path):
                if process.poll() is not None:
                    raise SystemExit(f"{' '.join(command)} ended with {process.returncode} before it answered.")
                time.sleep(0.001)
            yield psutil.Process(process.pid), (time.perf_counter() - began) * 1000
        finally:
            process.terminate()


def pin(process: int, core: int) -> None:
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(process, {core % (os.cpu_count() or 1)})


def answers(port: int, path: str) -> bool:
    try:
        answer(HTTPConnection("127.0.0.1", port, timeout=10), "GET", path)
    except OSError:
        return False
    return True


def answer(connection: HTTPConnection, method: str, path: str, body: str | None = None) -> bytes:
    connection.request(method, path, body, HEADERS)
    return connection.getresponse().read()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


def seconds_of(process: psutil.Process) -> float:
    return sum(map(on_cpu, [process, *process.children(recursive=True)]))


def on_cpu(process: psutil.Process) -> float:
    """The CPU time by Linux's counter of each thread, in nanoseconds. The usual counter has hundredths of a second,
    which is too coarse.
    """
    threads = list(Path(f"/proc/{process.pid}/task").glob("*/schedstat"))
    if threads:
        return sum(int(each.read_text().split()[0]) for each in threads) / 1e9
    times = process.cpu_times()
    return times.user + times.system
