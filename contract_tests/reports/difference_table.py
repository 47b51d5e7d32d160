"""A comparison of two servers on the terminal. No width of the terminal cuts a line."""

from __future__ import annotations

from rich.console import Console

from contract_tests.dialect.differences import Comparison, Difference
from contract_tests.reports.console import line
from contract_tests.reports.summary import WORDS

KINDS = {"choice": "setting"}  # the word for people; the JSON keeps the kind
LONGEST = 100  # characters of a call; the JSON and the page have the whole call


def difference_table(found: Comparison, console: Console) -> None:
    """Prints the two servers, each difference as a sentence, and the number of differences."""
    for letter, name in zip("AB", found.sides, strict=True):
        line(console, f"{letter}  {name}")
    for each in found.differences:
        line(console, f"\n{each.sentence}")
        more = f" and {each.times - 1} more like this" * (each.times > 1)
        line(console, f"  {KINDS.get(each.kind, each.kind.upper())} {each.concern}")
        line(console, f"  {_shorten(each.call)}{more}")
    number = len(found.differences)
    differences = f"{number or 'No'} difference{'s' * (number != 1)}"
    line(console, f"\n{differences} in {found.together} calls; {found.alone} more calls went to one server only.")


def words(difference: Difference) -> tuple[str, str]:
    """The two answers of a difference, or the two verdicts in the words for people."""
    one, other = difference.one, difference.other
    if one in WORDS and other in WORDS:
        return WORDS[one], WORDS[other]
    return one, other


def _shorten(call: str) -> str:
    return call if len(call) <= LONGEST else call[: LONGEST - 1] + "…"
