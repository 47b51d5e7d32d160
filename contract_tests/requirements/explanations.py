"""explanations.yaml: the reason for each requirement, with one conforming and one violating call as exchanges."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from contract_tests.http import yaml_text
from contract_tests.http.messages import Exchange, Request, Response
from contract_tests.http.operations import JSON_BODY

BORN = 1_763_884_800  # the time of every example, as in openapi.yaml
HEADERS = r"(?P<headers>(?: [a-z-]+:\S+)*)"
CALL = re.compile(
    r"(?:(?P<times>\d+) × )?(?P<method>[A-Z]+) (?P<path>\S+)(?: as (?P<role>\w+))?(?P<together> at once)?"
    rf"{HEADERS}(?: (?P<body>.+))?"
)
ANSWER = re.compile(rf"(?P<status>\d{{3}}){HEADERS}(?: (?P<body>.+))?")
ARROW = " → "


@dataclass(frozen=True)
class Explanation:
    """`given` are earlier calls with their answers, and `asks` is the call. `keeps` is a conforming answer, `breaks` a
    violating one.
    """

    why: str
    asks: str
    keeps: str
    breaks: str
    given: tuple[str, ...] = ()

    def exchanges(self, answer: str) -> list[Exchange]:
        """The given exchanges, then the call with this answer."""
        return [
            Exchange(number, _request(call), _response(actual), BORN, BORN)
            for number, (call, actual) in enumerate(self._lines(answer), 1)
        ]

    def _lines(self, answer: str) -> list[tuple[str, str]]:
        lines = [*self.given, f"{self.asks}{ARROW}{answer}"]
        return [(call, actual) for call, _, actual in (line.partition(ARROW) for line in lines)]


@cache
def explanations() -> Mapping[str, Explanation]:
    """The explanations by requirement."""
    loaded = yaml_text.load(Path(__file__).with_name("explanations.yaml").read_text(encoding="utf-8"))
    return {id: Explanation(**{**row, "given": tuple(row.get("given", ()))}) for id, row in loaded.items()}


def times(call: str) -> int:
    """The number of times that a call is sent."""
    return int(_parsed(CALL, call)["times"] or 1)


def _request(call: str) -> Request:
    parts = _parsed(CALL, call)
    body = parts["body"].encode() if parts["body"] else None
    headers = (*_headers(parts["headers"]), *(JSON_BODY if body else ()))
    group = 1 if parts["together"] else 0
    return Request(parts["method"], parts["path"], parts["role"] or "primary", body, headers, group)


def _response(answer: str) -> Response:
    parts = _parsed(ANSWER, answer)
    return Response(int(parts["status"]), dict(_headers(parts["headers"])), (parts["body"] or "").encode())


def _parsed(pattern: re.Pattern[str], line: str) -> Mapping[str, str]:
    found = pattern.fullmatch(line)
    if not found:
        raise ValueError(f"explanations.yaml: {line}")
    return found.groupdict(default="")


def _headers(text: str) -> tuple[tuple[str, str], ...]:
    pairs = (word.partition(":") for word in text.split())
    return tuple((name, value) for name, _, value in pairs)
