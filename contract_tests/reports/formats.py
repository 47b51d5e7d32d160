"""What others read of a run: each is made from its record alone, and judges nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from contract_tests.reports.badge import badge
from contract_tests.reports.events import Record
from contract_tests.reports.html import page
from contract_tests.reports.junit import junit
from contract_tests.reports.markdown import markdown

FORMATS: Mapping[str, tuple[Callable[[Record], str], str]] = {
    "html": (page, "A page for people: one file, offline."),
    "junit": (junit, "JUnit XML, as CI servers read it."),
    "markdown": (markdown, "A summary for a job or a comment."),
    "badge": (badge, "An SVG with the two numbers."),
}
