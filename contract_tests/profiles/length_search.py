"""Finds the longest text that a server accepts, in few tries: first the usual maximums, then the lengths between."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import pairwise
from math import ceil, log2

# The unit is characters; for a body, bytes. Every server accepts the first length. The last length is the
# longest that is tried.
NAME = (64, 80, 100, 120, 128, 150, 160, 180, 200, 250, 255, 256, 300, 400, 500, 511, 512, 1000, 1024, 2000, 2048, 4096)
TEXTS: dict[str, Sequence[int]] = {
    "name": NAME,
    "description": (512, 1000, 1024, 2000, 2048, 4000, 4096, 5000, 8192, 10_000, 16_384),
    "instructions": (10_000, 16_384, 20_000, 30_000, 32_000, 32_768, 50_000, 65_535, 65_536, 100_000, 128_000, 131_072,
                     150_000, 200_000, 250_000, 256_000, 262_144, 300_000, 500_000, 512_000, 524_288, 1_000_000),
}  # fmt: skip
BODY = (65_536, 100_000, 102_400, 131_072, 200_000, 256_000, 262_144, 500_000, 512_000, 524_288, 1_000_000, 1_048_576,
        2_000_000, 2_097_152, 4_000_000, 4_194_304, 4_194_305)  # fmt: skip
HINTS = 2  # how many numbers of a refusal's text are tried

Refusal = Callable[[int], str | None]


def longest(refusal: Refusal, lengths: Sequence[int]) -> int:
    """The longest accepted length: the next length was refused, unless the result is the last of `lengths`.

    `refusal` tries a length, and gives the text of the refusal, or None if the length was accepted.
    """
    accepted, refused = lengths[0], lengths[-1]
    text = refusal(refused)
    if text is None:
        return refused
    for hint in _numbers(text):
        accepted, refused = _narrowed(refusal, accepted, refused, hint, hint + 1)
    while between := [each for each in lengths if accepted < each < refused]:
        accepted, refused = _narrowed(refusal, accepted, refused, between[len(between) // 2])
    accepted, refused = _narrowed(refusal, accepted, refused, accepted + 1, refused - 1)
    while refused - accepted > 1:
        accepted, refused = _narrowed(refusal, accepted, refused, (accepted + refused) // 2)
    if accepted == lengths[0]:
        refusal(accepted)
    return accepted


def at_the_most() -> int:
    """The most tries that all searches together can take."""
    return sum(
        2 + 2 * HINTS + ceil(log2(len(lengths))) + 2 + ceil(log2(max(b - a for a, b in pairwise(lengths))))
        for lengths in (*TEXTS.values(), BODY)
    )


def _narrowed(refusal: Refusal, accepted: int, refused: int, *lengths: int) -> tuple[int, int]:
    """Tries each length that lies between the two."""
    for length in lengths:
        if accepted < length < refused:
            accepted, refused = (length, refused) if refusal(length) is None else (accepted, length)
    return accepted, refused


def _numbers(text: str) -> list[int]:
    """The numbers in a refusal's text: hints at the maximum, to be tried."""
    return [int(each.replace(",", "")) for each in re.findall(r"\b\d{1,3}(?:,\d{3})+\b|\b\d{2,7}\b", text)][:HINTS]
