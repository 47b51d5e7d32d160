"""The event loop that serves: uvloop's, on which a request takes a tenth less time, or asyncio's own on Windows."""

import asyncio
import os
from collections.abc import Callable

STANDARD_STREAMS = (0, 1, 2)


def loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """None stands for the loop of asyncio, as in asyncio.Runner."""
    try:
        from uvloop import new_event_loop  # takes milliseconds, which --help and --version avoid
    except ImportError:  # there is no uvloop for Windows
        return None
    _open_standard_streams()
    return new_event_loop


def _open_standard_streams() -> None:
    """uvloop would get the number of a closed stream for a file, and aborts the process when it closes such a file."""
    for number in STANDARD_STREAMS:
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # gets the lowest number that is free
