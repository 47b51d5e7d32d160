"""Masks API keys in logged texts. The cost depends on the text, not on the number of keys."""

import re
from collections.abc import Iterable, Mapping

from fake_server.domain.assistants import Key

# Characters at the start of a key by which its places in a text are found.
START = 8


class KeyMask:
    """Replaces each key in a text by its label in angle brackets.

    A regular expression, made of the characters that keys have at each place, finds where a key may start. A part of
    each length that keys have is looked up there, the longest first, because a key may be the start of a longer key.
    """

    def __init__(self, keys: Iterable[Key]) -> None:
        self._labels: Mapping[str, str] = {key.secret: key.label for key in keys}
        self._lengths = sorted({len(secret) for secret in self._labels}, reverse=True)
        start = min([START, *self._lengths])
        places = ("".join(sorted({secret[place] for secret in self._labels})) for place in range(start))
        self._starts = re.compile(f"(?={''.join(f'[{re.escape(each)}]' for each in places)})")

    def __call__(self, text: str) -> str:
        if not self._labels:
            return text
        parts, end = [], 0
        for found in self._starts.finditer(text):
            start = found.start()
            secret = self._secret_at(text, start) if start >= end else None
            if secret is not None:
                parts += [text[end:start], f"<{self._labels[secret]}>"]
                end = start + len(secret)
        return "".join(parts) + text[end:]

    def _secret_at(self, text: str, start: int) -> str | None:
        parts = (text[start : start + length] for length in self._lengths)
        return next((part for part in parts if part in self._labels), None)
