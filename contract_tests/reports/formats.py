"""The reports that are files, by the name of their option. Each is rendered from the event record alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module

from contract_tests.reports.events import Record

# For each format: the help of its option, and the function of this package that renders a record.
FORMATS: Mapping[str, tuple[str, str]] = {
    "html": ("A page for people: one file, works offline.", "html.page"),
    "junit": ("JUnit XML for CI servers.", "junit.junit"),
    "markdown": ("A summary for a job page or a comment.", "markdown.markdown"),
    "badge": ("An SVG badge with the sums of the MUSTs.", "badge.badge"),
}


def render(name: str, record: Record) -> str:
    """The report of this format. Its module is imported only here, so a command that writes no report starts fast."""
    module, _, function = FORMATS[name][1].partition(".")
    renderer: Callable[[Record], str] = getattr(import_module(f"{__package__}.{module}"), function)
    return renderer(record)
