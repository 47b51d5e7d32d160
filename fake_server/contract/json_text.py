"""JSON by our own rules, which a text meets before a library recurses on it or trips over a value.

The rules are the same on every interpreter: at most `DEPTH` levels of lists and objects, no NaN or Infinity, no number
beyond a double, no lone surrogate. Of equal keys the last one counts.
"""

import json
import math
import re
from array import array
from itertools import accumulate
from typing import Any, NoReturn

# Far below the depth at which json (about 1,000 on 3.11), jsonschema_rs or orjson (about 250) gives up.
DEPTH = 100
STRING = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"?', re.DOTALL)
# An opening bracket is a step of 1 and a closing one of -1, as signed bytes.
STEPS = bytes.maketrans(b"[{]}", b"\x01\x01\xff\xff")
NO_BRACKETS = bytes(byte for byte in range(256) if byte not in b"[{]}")


class JsonError(ValueError):
    """The text breaks one of the rules; the message completes a sentence that begins with the text's name."""


def parse(text: str) -> Any:
    """The value of a JSON text. Raises JsonError."""
    check_depth(text)
    try:
        value = DECODER.decode(text)
    except json.JSONDecodeError as error:
        raise JsonError(f"is not JSON: {error}") from None
    # Only an escape can bring a lone surrogate into a text that was UTF-8.
    if "\\u" in text:
        check_characters(value)
    return value


def check_depth(text: str) -> None:
    """Raises JsonError for more than `DEPTH` levels of brackets outside of strings."""
    if text.count("[") + text.count("{") <= DEPTH:
        return
    brackets = STRING.sub("", text).encode(errors="replace").translate(STEPS, NO_BRACKETS)
    steps = array("b", brackets)
    if max(accumulate(steps), default=0) > DEPTH:
        raise JsonError(f"is nested deeper than {DEPTH} levels")


def check_characters(value: Any) -> None:
    """Raises JsonError for a lone surrogate, which neither an answer nor a file can hold as UTF-8."""
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise JsonError("holds an escape that is half a character (a lone surrogate)") from None


def refuse_constant(name: str) -> NoReturn:
    raise JsonError(f"holds {name}, which is not a number in JSON")


def finite(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        raise JsonError(f"holds a number that is too large: {digits:.20}…")
    return number


def integer(digits: str) -> int:
    # int() itself refuses digits by the thousand, with a bound that depends on the interpreter.
    finite(digits)
    return int(digits)


DECODER = json.JSONDecoder(parse_constant=refuse_constant, parse_float=finite, parse_int=integer)
