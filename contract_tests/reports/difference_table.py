"""A comparison of two servers on the terminal."""

from __future__ import annotations

from rich.console import Console

from contract_tests.dialect.differences import Comparison, Difference
from contract_tests.reports.console import line
from contract_tests.reports.summary import WORDS

KINDS = {"choice": "setting"}  # the word for people; the JSON keeps the kind
COLUMN = 24  # characters of an answer


def difference_table(found: Comparison, console: Console) -> None:
    """Prints the two servers, each difference with both answers, and the number of differences."""
    for letter, name in zip("AB", found.sides, strict=True):
        line(console, f"{letter}  {name}")
    names = [f"{KINDS.get(each.kind, each.kind.upper())} {each.concern}" for each in found.differences]
    if names:
        width = max(map(len, [*names, "difference in"]))
        line(console, "\n", (f"{'difference in':{width}} {'A':{COLUMN}} {'B':{COLUMN}}", "bold"))
    for name, each in zip(names, found.differences, strict=True):
        one, other = (_cut(text, COLUMN) for text in words(each))
        line(console, f"{name:{width}} {one:{COLUMN}} {other:{COLUMN}}".rstrip())
        line(console, f"  {_cut(each.call, 90)}" + f" and {each.times - 1} more like this" * (each.times > 1))
    number = f"{len(names) or 'No'} difference{'s' * (len(names) != 1)}"
    line(console, f"\n{number} in {found.together} calls; {found.alone} more calls went to one server only.")


def words(difference: Difference) -> tuple[str, str]:
    """The two answers of a difference, or the two verdicts in the words for people."""
    one, other = difference.one, difference.other
    if one in WORDS and other in WORDS:
        return WORDS[one], WORDS[other]
    return one, other


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"
