"""The garbage collection of a command. Almost all values that a run makes live until the end of the process."""

from __future__ import annotations

import atexit
import gc

# Python's own thresholds are 700, 10 and 10. A run makes some 300,000 values that the collector looks through.
THRESHOLDS = (50_000, 20, 50)


def collect_rarely() -> None:
    """To look through the same values again and again took a tenth of the time of a run. To look through them once more
    when the process ends took another tenth.
    """
    gc.set_threshold(*THRESHOLDS)
    atexit.unregister(gc.freeze)
    atexit.register(gc.freeze)
