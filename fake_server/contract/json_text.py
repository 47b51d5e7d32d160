"""JSON with our own strict rules, which are checked before a library can fail on the text.

The rules are the same on every Python version: at most `DEPTH` levels of lists and objects, no NaN or Infinity, no
number outside the range of a double, no lone surrogate. If a key occurs twice, the last value counts.
"""

import json
import math
import re
from array import array
from itertools import accumulate
from typing import Any, NoReturn

# Far below the depth at which json (about 1,000 on 3.11), jsonschema_rs and orjson (about 250) fail.
DEPTH = 100
STRING = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"?', re.DOTALL)
BYTE_ORDER_MARK = "\ufeff"
# As signed bytes: an opening bracket becomes 1, a closing bracket becomes -1.
STEPS = bytes.maketrans(b"[{]}", b"\x01\x01\xff\xff")
NO_BRACKETS = bytes(byte for byte in range(256) if byte not in b"[{]}")


class JsonError(ValueError):
    """The text breaks a rule. The message is the rest of a sentence that starts with the name of the text."""


def parse(text: str) -> Any:
    """The value of a JSON text. Raises JsonError."""
    if text.startswith(BYTE_ORDER_MARK):
        raise JsonError("starts with a byte order mark (BOM). Send it without")
    _check_depth(text)
    try:
        value = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        raise JsonError(f"is not JSON: {error}") from None
    # Only an escape can put a lone surrogate into a UTF-8 text.
    if "\\u" in text:
        _check_characters(value)
    return value


def _check_depth(text: str) -> None:
    """Raises JsonError for more than `DEPTH` levels of brackets outside of strings."""
    if text.count("[") + text.count("{") <= DEPTH:
        return
    brackets = STRING.sub("", text).encode(errors="replace").translate(STEPS, NO_BRACKETS)
    steps = array("b", brackets)
    if max(accumulate(steps), default=0) > DEPTH:
        raise JsonError(f"is nested deeper than {DEPTH} levels")


def _check_characters(value: Any) -> None:
    """Raises JsonError for a lone surrogate, because UTF-8 cannot represent it."""
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise JsonError("contains an escape for half a character (a lone surrogate)") from None


def _refuse_constant(name: str) -> NoReturn:
    raise JsonError(f"contains {name}, which is not a JSON number")


def _parse_finite(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        raise JsonError(f"contains a number that is too large: {digits:.20}…")
    return number


def _parse_integer(digits: str) -> int:
    # int() refuses thousands of digits, with a limit that depends on the Python version.
    _parse_finite(digits)
    return int(digits)


_DECODER = json.JSONDecoder(parse_constant=_refuse_constant, parse_float=_parse_finite, parse_int=_parse_integer)
