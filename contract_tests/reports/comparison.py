"""The page of a comparison: one HTML file with all that it needs in it."""

from __future__ import annotations

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from contract_tests.comparison import Comparison
from contract_tests.reports.page import difference


def page(found: Comparison) -> str:
    """Everything that comes from a server is escaped."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    return environment.get_template("comparison.html.j2").render(found=found, difference=difference)
