"""The log of a running fake on stderr. A thread writes the lines, so that a reader who does not read stops nobody."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import select
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache

# Seconds between two writes of the log. To write many lines at once is much cheaper than to write each alone.
DELAY = 0.05
# Lines that wait for a reader. More are dropped.
MOST_WAITING = 10_000
# Time, method, path as sent, status, seconds, label of the key.
Logged = tuple[float, str, str, int, float, str]


def _text_line(at: float, method: str, path: str, status: int, seconds: float, label: str) -> str:
    return f"{_clock_text(int(at))} {method} {_without_query(path)} {status} {seconds * 1000:.1f} ms {label}"


@lru_cache(2)  # many lines are of the same second
def _clock_text(at: int) -> str:
    return time.strftime("%H:%M:%S", time.localtime(at))


def _json_line(at: float, method: str, path: str, status: int, seconds: float, label: str) -> str:
    line = {"at": round(at, 3), "method": method, "path": _without_query(path), "status": status}
    return json.dumps({**line, "ms": round(seconds * 1000, 1), "key": label})


# Each renders one line of the log.
RENDERERS: Mapping[str, Callable[[float, str, str, int, float, str], str]] = {"text": _text_line, "json": _json_line}


def _without_query(path: str) -> str:
    # A query may contain a key.
    return path.partition("?")[0][:200]


class LineWriter:
    """Writes lines to a file descriptor (None: nowhere) from a thread, which starts with the first line.

    If more than MOST_WAITING lines wait, new lines are dropped; the reader gets their number when the reader reads on.
    """

    def __init__(self, file: int | None) -> None:
        self._file = file
        self._waiting: list[str] = []
        self._dropped = 0
        self._changed = threading.Condition()
        self._idle = True
        self._thread: threading.Thread | None = None

    def write(self, lines: Sequence[str]) -> None:
        if self._file is None:
            return
        with self._changed:
            room = max(0, MOST_WAITING - len(self._waiting))
            self._waiting += lines[:room]
            self._dropped += len(lines[room:])
            self._idle = False
            self._changed.notify_all()
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, args=(self._file,), daemon=True)
            self._thread.start()

    def flush(self, seconds: float) -> None:
        """Wait until all lines are written, for so long at most."""
        with self._changed:
            self._changed.wait_for(lambda: self._idle, seconds)

    def _run(self, file: int) -> None:
        while True:
            with self._changed:
                self._idle = not self._waiting
                self._changed.notify_all()
                self._changed.wait_for(lambda: self._waiting)
                lines, dropped = self._waiting, self._dropped
                self._waiting, self._dropped = [], 0
            if dropped:
                lines.append(f"{dropped} lines of this log were dropped, because nobody read the lines before them.")
            _write_all(file, "".join(f"{line}\n" for line in lines).encode(errors="backslashreplace"))


def _write_all(file: int, data: bytes) -> None:
    """`sys.stderr` is not used: Python would wait for a write of this thread when it ends."""
    while data:
        try:
            data = data[os.write(file, data) :]
        except BlockingIOError:
            select.select([], [file], [])
        except OSError:
            return  # the reader is gone


class Log:
    """Writes one line for each call (see Fake.log), in one of RENDERERS."""

    def __init__(self, format: str, writer: LineWriter) -> None:
        self._render_line = RENDERERS[format]
        self._writer = writer
        self._waiting: list[Logged] = []

    def __call__(self, method: str, path: str, status: int, seconds: float, label: str) -> None:
        if not self._waiting:
            asyncio.get_running_loop().call_later(DELAY, self._write)
        self._waiting.append((time.time(), method, path, status, seconds, label))

    def _write(self) -> None:
        self._writer.write([self._render_line(*each) for each in self._waiting])
        self._waiting.clear()


class Handler(logging.Handler):
    """Sends the warnings of the fake itself to the same writer."""

    def __init__(self, writer: LineWriter) -> None:
        super().__init__(logging.WARNING)
        self._writer = writer

    def emit(self, record: logging.LogRecord) -> None:
        self._writer.write(self.format(record).split("\n"))


def stderr_writer() -> LineWriter:
    try:
        return LineWriter(sys.stderr.fileno())
    # stderr is closed, or it is no file.
    except (AttributeError, OSError):
        return LineWriter(None)
