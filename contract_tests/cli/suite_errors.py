"""An error of the suite itself: one line, and a traceback for those who ask for it."""

from __future__ import annotations

import traceback


def describe_error(fault: Exception) -> str:
    text = f"{type(fault).__name__}: {fault}".splitlines()[0]
    return f"An error of the suite, not of the target. {text}"


def render_traceback(fault: Exception) -> str:
    return "".join(traceback.format_exception(fault))
