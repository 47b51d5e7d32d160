"""A comparison of two servers on the terminal."""

from __future__ import annotations

from rich.console import Console

from contract_tests.dialect.differences import Comparison
from contract_tests.reports.terminal import line

WORDS = {"choice": "setting"}  # for people; the JSON has the kind as it is
COLUMN = 24  # characters of an answer


def difference_table(found: Comparison, console: Console) -> None:
    """The two servers, each difference with what either answered, and the sum."""
    for letter, name in zip("AB", found.sides, strict=True):
        line(console, f"{letter}  {name}")
    names = [f"{WORDS.get(each.kind, each.kind.upper())} {each.concern}" for each in found.differences]
    if names:
        width = max(map(len, [*names, "difference in"]))
        console.print(f"\n[bold]{'difference in':{width}} {'A':{COLUMN}} {'B':{COLUMN}}[/]", soft_wrap=True)
    for name, each in zip(names, found.differences, strict=True):
        one, other = _cut(each.one, COLUMN), _cut(each.other, COLUMN)
        line(console, f"{name:{width}} {one:{COLUMN}} {other:{COLUMN}}".rstrip())
        line(console, f"  {_cut(each.call, 90)}" + f" and {each.times - 1} more like this" * (each.times > 1))
    number = f"{len(names) or 'No'} difference{'s' * (len(names) != 1)}"
    line(console, f"\n{number} in {found.together} calls; {found.alone} more calls went to one server only.")


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"
