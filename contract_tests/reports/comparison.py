"""The page of a comparison: one HTML file that loads no other file."""

from __future__ import annotations

from contract_tests.dialect.differences import Comparison
from contract_tests.reports.difference_table import words
from contract_tests.reports.html import difference, template


def page(found: Comparison) -> str:
    """Everything that comes from a server is escaped."""
    return template("comparison.html.j2").render(found=found, difference=difference, words=words)
