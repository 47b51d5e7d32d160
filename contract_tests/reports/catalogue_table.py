"""The catalogue on the terminal: every requirement."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table

from contract_tests.reports.console import table
from contract_tests.requirements import catalogue


def catalogue_table(console: Console) -> None:
    rows = Table("requirement", "level", "source", "statement", box=None, pad_edge=False, header_style="bold")
    for each in catalogue.requirements().values():
        rows.add_row(each.id, each.level, each.source, each.statement)
    table(console, rows)
