"""Requests, responses and exchanges as values. Knows no sockets, keys or verdicts."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property
from typing import Any

from contract_tests.http import json_text

Json = Any
ID = re.compile(rb'"id"\s*:\s*"([^"\\]+)"')


class Odd(Enum):
    """Stands in for the JSON value of a body that has none."""

    EMPTY = "no body"
    BROKEN = "not JSON"
    UNREADABLE = "JSON that parsers disagree on"


@dataclass(frozen=True)
class Request:
    """One call as it is sent. It names the role of a key, and never has the key itself.

    `path` is the raw target below the base URL. `role` is a key's role (primary, sibling, foreign) or a row of
    `credentials.INVALID`. `group` is the number of a group of parallel calls; 0 is a call alone.
    """

    method: str
    path: str
    role: str = "primary"
    body: bytes | None = None
    headers: tuple[tuple[str, str], ...] = ()
    group: int = 0


@dataclass(frozen=True)
class Response:
    """An answer. Without one, the status is 0 and `fault` has the reason: `hung` if we waited in vain, `unreachable` if
    nothing was sent, `stale` if the server had closed the connection between two calls, `too_large` if the suite
    stopped reading. Header names are lower case."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    fault: str = ""
    hung: bool = False
    unreachable: bool = False
    stale: bool = False
    too_large: bool = False

    @cached_property
    def json(self) -> Json:
        return parse(self.body)

    @property
    def json_or_guess(self) -> Json:
        """The JSON value. For a body that is no right JSON, such as one with NaN or without its end: an object with the
        first id of the text, so that the assistant can be deleted."""
        if not isinstance(self.json, Odd) or not (found := ID.search(self.body)):
            return self.json
        text = self.body.decode("utf-8", "replace")
        return {"id": found[1].decode("utf-8", "replace"), "name": text}

    @property
    def accepted(self) -> bool:
        return 200 <= self.status < 300

    @property
    def refused(self) -> bool:
        return 400 <= self.status < 500


@dataclass(frozen=True, eq=False)
class Exchange:
    """A request with its answer, in the order of the run. Times are seconds since the epoch."""

    number: int
    request: Request
    response: Response
    began: float = 0.0
    ended: float = 0.0


def parse(body: bytes | None) -> Json:
    """The JSON value in a body, or an `Odd`.

    UNREADABLE is a body that some parsers accept and others do not: broken UTF-8, a byte order mark, or a text that
    breaks a rule of json_text.
    """
    if not body:
        return Odd.EMPTY
    try:
        return json_text.parse(body.decode("utf-8"))
    except json.JSONDecodeError:
        return Odd.UNREADABLE if body.startswith(b"\xef\xbb\xbf") else Odd.BROKEN
    except ValueError:
        return Odd.UNREADABLE


def dump(value: Json) -> bytes:
    """Compact JSON as the SDKs send it. A lone surrogate, which UTF-8 cannot hold, is sent as an escape."""
    try:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    except UnicodeEncodeError:
        return json.dumps(value, separators=(",", ":")).encode()


def same(one: Json, other: Json) -> bool:
    """True if the values are equal as JSON: 1 equals 1.0 but not true, and the order of keys does not matter."""
    if one is other or isinstance(one, str):
        return bool(one == other)
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(item, other[key]) for key, item in one.items())
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other) and isinstance(one, bool) == isinstance(other, bool)
