"""The consoles of a command, and the one way by which a line of text gets onto a console."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table
from rich.text import Text

from contract_tests.reports import escaping

UNBOUNDED = 10_000  # columns: more than any row needs


def stdout() -> Console:
    return Console(highlight=False, emoji=False)


def stderr() -> Console:
    return Console(highlight=False, emoji=False, stderr=True)


def line(console: Console, *parts: str | tuple[str, str]) -> None:
    """Prints the parts as one text, escaped, neither wrapped nor cut. A part may have a style: (text, style)."""
    styled = (part if isinstance(part, tuple) else (part, "") for part in parts)
    console.print(Text.assemble(*((escaping.terminal(text), style) for text, style in styled)), soft_wrap=True)


def table(console: Console, rows: Table) -> None:
    """Prints a table. On a narrow terminal no word is cut: the lines are longer than the terminal instead."""
    unbounded = console.options.update(width=UNBOUNDED)
    for column in rows.columns:
        cells = (column.header, *column.cells)
        column.min_width = max(console.measure(cell, options=unbounded).minimum for cell in cells)
    shown = console.width
    console.width = max(shown, console.measure(rows, options=unbounded).minimum)
    console.print(rows, crop=False)
    console.width = shown
