"""Any text as characters that every reader shows and no reader obeys.

ESC moves a cursor, U+202E turns a line around, and a lone surrogate fits into no file. Each of them is shown as its
escape, such as \\x1b. Spaces of any width stay.
"""

from __future__ import annotations

import unicodedata


def escape(text: str, keep: str = "") -> str:
    """The text with each character that cannot be printed as its escape. The characters of `keep` stay."""
    if text.isprintable():
        return text
    return "".join(char if char in keep or _is_shown(char) else _escaped(char) for char in text)


def _is_shown(char: str) -> bool:
    return char.isprintable() or unicodedata.category(char) == "Zs"


def _escaped(char: str) -> str:
    return char.encode("unicode_escape").decode("ascii")
