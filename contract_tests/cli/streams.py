"""Standard output and standard error of a command, on any console.

A console may lack a character, be closed, be full, or end early as `head` does. None of that may end a run, because the
run has assistants to delete and reports to write. The first error is kept, and all later text is dropped.
"""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import TextIOWrapper
from typing import Any, TextIO


class SafeStream:
    """A text stream whose writes never fail. `fault` is the first error of a write; None if there was none."""

    def __init__(self, inner: TextIO) -> None:
        self._inner = inner
        self.fault: OSError | None = None

    def write(self, text: str) -> int:
        if not self.fault:
            try:
                self._inner.write(text)
            except OSError as fault:
                self._give_up(fault)
        return len(text)

    def flush(self) -> None:
        if not self.fault:
            try:
                self._inner.flush()
            except OSError as fault:
                self._give_up(fault)

    def __getattr__(self, name: str) -> Any:
        if name == "buffer":  # click would write UTF-8 past an ASCII stream, and past this one
            raise AttributeError(name)
        return getattr(self._inner, name)

    @property
    def is_lost(self) -> bool:
        """True if text was lost. A reader that has read enough, such as `head`, loses nothing."""
        return self.fault is not None and self.fault.errno != errno.EPIPE

    def _give_up(self, fault: OSError) -> None:
        """Python writes the rest of its buffer when it ends, and would fail again: the rest goes to nobody."""
        self.fault = fault
        with suppress(OSError, ValueError):
            nobody = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nobody, self._inner.fileno())
            os.close(nobody)


@contextmanager
def safe_streams() -> Iterator[SafeStream | None]:
    """Replaces both standard streams by safe ones. Gives standard output; None if it was closed before the start."""
    before = sys.stdout, sys.stderr
    _fill_closed()
    for stream in before:
        if isinstance(stream, TextIOWrapper):  # a character that the encoding lacks is shown as its escape
            stream.reconfigure(errors="backslashreplace")
    out, err = (SafeStream(stream) if stream else None for stream in before)
    sys.stdout, sys.stderr = out, err
    try:
        yield out
    finally:
        for safe in (out, err):
            if safe:
                safe.flush()
        sys.stdout, sys.stderr = before


def _fill_closed() -> None:
    """Opens the descriptors 0 to 2 if they are closed: otherwise the first file that a run opens would get one."""
    while (descriptor := os.open(os.devnull, os.O_RDWR)) <= 2:
        pass
    os.close(descriptor)
