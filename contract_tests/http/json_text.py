"""JSON by our own rules, which are checked before a library recurses too deep or fails on a value.

The rules are the same on every interpreter: at most `DEPTH` levels of lists and objects, no number
beyond a double. A lone surrogate becomes U+FFFD, in requests and in answers, because many libraries cannot copy a lone
surrogate, and no UTF-8 file can hold one.
"""

from __future__ import annotations

import json
import math
import re
from array import array
from itertools import accumulate
from typing import Any, NoReturn

DEPTH = 100
REPLACEMENT = "\ufffd"
STRING = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"?', re.DOTALL)
SURROGATE = re.compile("[\ud800-\udfff]")
ESCAPED_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")  # a half of a pair, too
# An opening bracket is a step of 1 and a closing one of -1, as signed bytes.
_STEPS = bytes.maketrans(b"[{]}", b"\x01\x01\xff\xff")
_NO_BRACKETS = bytes(byte for byte in range(256) if byte not in b"[{]}")


class JsonError(ValueError):
    """The text breaks one of the rules of this module. Its grammar may be correct."""


def parse(text: str) -> Any:
    """The value of a JSON text. Raises JsonError, or json.JSONDecodeError if the grammar is wrong."""
    check_depth(text)
    value = _DECODER.decode(text)
    return replace_surrogates(value) if ESCAPED_SURROGATE.search(text) else value


def check_depth(text: str, strings: re.Pattern[str] = STRING) -> None:
    """Raises JsonError for more than `DEPTH` levels of brackets. Brackets in a match of `strings` do not count."""
    if text.count("[") + text.count("{") <= DEPTH:
        return
    brackets = strings.sub("", text).encode(errors="replace").translate(_STEPS, _NO_BRACKETS)
    if max(accumulate(array("b", brackets)), default=0) > DEPTH:
        raise JsonError(f"nested deeper than {DEPTH} levels")


def check_value(value: Any, depth: int = 0) -> None:
    """Raises JsonError for a value of another format, such as TOML, that JSON does not have: too deep, a date, or a
    number that is not finite."""
    if depth > DEPTH:
        raise JsonError(f"nested deeper than {DEPTH} levels")
    if isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            check_value(item, depth + 1)
    elif not isinstance(value, str | int | float | None) or (isinstance(value, float) and not math.isfinite(value)):
        raise JsonError(f"{value} is a value that JSON does not have")


def replace_surrogates(value: Any) -> Any:
    """The value with U+FFFD for each lone surrogate. If two keys become equal, the last one counts."""
    if isinstance(value, str):
        return value if _is_unicode(value) else SURROGATE.sub(REPLACEMENT, value)
    if isinstance(value, list):
        return [replace_surrogates(item) for item in value]
    if isinstance(value, dict):
        return {replace_surrogates(key): replace_surrogates(item) for key, item in value.items()}
    return value


def _is_unicode(text: str) -> bool:
    """True without a lone surrogate. To encode a long text is ten times as fast as to search it."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def has_equal_keys(text: str) -> bool:
    """True if an object has two equal keys: parsers differ on which one counts. `text` is one that `parse` accepts."""
    found = False

    def note(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        nonlocal found
        found = found or len({key for key, _ in pairs}) < len(pairs)
        return dict(pairs)

    json.loads(text, object_pairs_hook=note)
    return found


def _refuse_constant(name: str) -> NoReturn:
    raise json.JSONDecodeError(f"{name} is not a number in JSON", name, 0)


def _finite(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        raise JsonError(f"a number is too large: {digits:.20}…")
    return number


def _integer(digits: str) -> int:
    # int() refuses thousands of digits, with a bound that depends on the interpreter.
    _finite(digits)
    return int(digits)


_DECODER = json.JSONDecoder(parse_constant=_refuse_constant, parse_float=_finite, parse_int=_integer)
