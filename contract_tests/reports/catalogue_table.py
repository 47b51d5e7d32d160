"""The catalogue on the terminal: every requirement."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table

from contract_tests.requirements import catalogue


def catalogue_table(console: Console) -> None:
    table = Table("requirement", "level", "source", "statement", box=None, pad_edge=False, header_style="bold")
    for each in catalogue.requirements().values():
        table.add_row(each.id, each.level, each.source, each.statement)
    console.print(table)
