"""Finds the longest that a server takes, in few tries: first what people commonly choose, then what lies between."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import pairwise
from math import ceil, log2

# The first of each is taken by every server, the last is the longest that is tried. Characters, and bytes of a body.
NAME = (64, 80, 100, 120, 128, 150, 160, 180, 200, 250, 255, 256, 300, 400, 500, 511, 512, 1000, 1024, 2000, 2048, 4096)
TEXTS: dict[str, Sequence[int]] = {
    "name": NAME,
    "description": (512, 1000, 1024, 2000, 2048, 4000, 4096, 5000, 8192, 10_000, 16_384),
    "instructions": (10_000, 16_384, 20_000, 30_000, 32_000, 32_768, 50_000, 65_535, 65_536, 100_000, 128_000, 131_072,
                     150_000, 200_000, 250_000, 256_000, 262_144, 300_000, 500_000, 512_000, 524_288, 1_000_000),
}  # fmt: skip
BODY = (65_536, 100_000, 102_400, 131_072, 200_000, 256_000, 262_144, 500_000, 512_000, 524_288, 1_000_000, 1_048_576,
        2_000_000, 2_097_152, 4_000_000, 4_194_304, 4_194_305)  # fmt: skip
HINTS = 2  # numbers in a refusal's text that are tried

Refusal = Callable[[int], str | None]


def longest(refusal: Refusal, tried: Sequence[int]) -> int:
    """The longest that was taken, in the end tried beside one that was refused, unless the longest tried is taken.

    `refusal` tries a length and gives what the refusal says, or None where it was taken.
    """
    taken, refused = tried[0], tried[-1]
    said = refusal(refused)
    if said is None:
        return refused
    for hint in _numbers(said):
        taken, refused = _narrowed(refusal, taken, refused, hint, hint + 1)
    while between := [each for each in tried if taken < each < refused]:
        taken, refused = _narrowed(refusal, taken, refused, between[len(between) // 2])
    taken, refused = _narrowed(refusal, taken, refused, taken + 1, refused - 1)
    while refused - taken > 1:
        taken, refused = _narrowed(refusal, taken, refused, (taken + refused) // 2)
    if taken == tried[0]:
        refusal(taken)
    return taken


def at_the_most() -> int:
    """How many tries all of them can take."""
    return sum(
        2 + 2 * HINTS + ceil(log2(len(tried))) + 2 + ceil(log2(max(b - a for a, b in pairwise(tried))))
        for tried in (*TEXTS.values(), BODY)
    )


def _narrowed(refusal: Refusal, taken: int, refused: int, *lengths: int) -> tuple[int, int]:
    """Tries those that are still in doubt."""
    for length in lengths:
        if taken < length < refused:
            taken, refused = (length, refused) if refusal(length) is None else (taken, length)
    return taken, refused


def _numbers(said: str) -> list[int]:
    """What a refusal says that the bound is: no more than a hint, until it was tried."""
    return [int(each.replace(",", "")) for each in re.findall(r"\b\d{1,3}(?:,\d{3})+\b|\b\d{2,7}\b", said)][:HINTS]
