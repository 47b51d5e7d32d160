"""explanations.yaml: the reason for each requirement, with one conforming and one violating call as exchanges.

Another edition has a file of its own, such as explanations.openai.yaml. An entry of this file replaces the parts that
it has of the page's entry. A create of the page's entry gets the fields that the edition requires.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from contract_tests.http import editions, messages, yaml_text
from contract_tests.http.editions import per_edition
from contract_tests.http.messages import Exchange, Request, Response, dump
from contract_tests.http.openapi import first_fields
from contract_tests.http.operations import CREATE, JSON_BODY, parse
from contract_tests.requirements import catalogue

PAGES = Path(__file__).with_name("explanations.yaml")
BORN = 1_763_884_800  # the time of every example, as in openapi.yaml
HEADERS = r"(?P<headers>(?: [a-z-]+:\S+)*)"
CALL = re.compile(
    r"(?:(?P<times>\d+) × )?(?P<method>[A-Z]+) (?P<path>\S+)(?: as (?P<role>\w+))?(?P<together> at once)?"
    rf"{HEADERS}(?: (?P<body>.+))?"
)
ANSWER = re.compile(rf"(?P<status>\d{{3}}){HEADERS}(?: (?P<body>.+))?")
ARROW = " → "
LONG = re.compile(r"⟨(\d+) × (.)⟩")  # so many times that letter, in a body


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


@per_edition
def explanations() -> Mapping[str, Explanation]:
    """The explanations by requirement, in the order of the catalogue."""
    pages, own = _load(PAGES), own_entries()
    rows = {id: {**_completed(pages.get(id, {})), **own.get(id, {})} for id in catalogue.requirements()}
    return {id: Explanation(**{**row, "given": tuple(row.get("given", ()))}) for id, row in rows.items() if row}


def own_entries() -> dict[str, dict[str, Any]]:
    """The entries of the edition's own file, by requirement. Only entries of the page's edition have every part."""
    return _load(editions.beside(PAGES))


def _load(path: Path) -> dict[str, dict[str, Any]]:
    loaded: dict[str, dict[str, Any]] = yaml_text.load(path.read_text(encoding="utf-8"))
    return loaded


def _completed(row: dict[str, Any]) -> dict[str, Any]:
    """An entry, or none, with the fields that the edition requires in each create."""
    if not row:
        return {}
    given = [_with_required(line) for line in row.get("given", ())]
    return {**row, "given": given, "asks": _with_required(row["asks"])}


def _with_required(line: str) -> str:
    """The line of a call. If the call is a create, its body has the fields that the edition requires."""
    call, arrow, answer = line.partition(ARROW)
    body = _parsed(CALL, call)["body"]
    sent = messages.parse(body.encode()) if _is_create(call) else None
    needed = first_fields({})
    if not isinstance(sent, dict) or needed.keys() <= sent.keys():
        return line
    return call.removesuffix(body) + dump({**sent, **needed}).decode() + arrow + answer


def _is_create(call: str) -> bool:
    parts = _parsed(CALL, call)
    return parse(parts["method"], parts["path"]).operation == CREATE


def times(call: str) -> int:
    """The number of times that a call is sent."""
    return int(_parsed(CALL, call)["times"] or 1)


def _request(call: str) -> Request:
    parts = _parsed(CALL, call)
    body = _body(parts["body"]) if parts["body"] else None
    headers = (*_headers(parts["headers"]), *(JSON_BODY if body else ()))
    group = 1 if parts["together"] else 0
    return Request(parts["method"], parts["path"], parts["role"] or "primary", body, headers, group)


def _response(answer: str) -> Response:
    parts = _parsed(ANSWER, answer)
    return Response(int(parts["status"]), dict(_headers(parts["headers"])), _body(parts["body"]))


def _body(text: str) -> bytes:
    return LONG.sub(lambda found: found[2] * int(found[1]), text).encode()


def _parsed(pattern: re.Pattern[str], line: str) -> Mapping[str, str]:
    found = pattern.fullmatch(line)
    if not found:
        raise ValueError(f"explanations.yaml: {line}")
    return found.groupdict(default="")


def _headers(text: str) -> tuple[tuple[str, str], ...]:
    pairs = (word.partition(":") for word in text.split())
    return tuple((name, value) for name, _, value in pairs)
