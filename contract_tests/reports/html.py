"""The report page for people: one HTML file that loads no other file."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterable
from contextlib import suppress
from itertools import groupby
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup, escape

from contract_tests.http import json_text, printable_text
from contract_tests.reports.events import Event, Record
from contract_tests.reports.sdk_snippets import sdk_line
from contract_tests.reports.summary import WORDS, doubt, headline, kind, sums
from contract_tests.requirements.catalogue import area_of
from contract_tests.requirements.explanations import explanations

PIECES = re.compile(r"\s+|[^\s\w]|\w+")
ROOM = 110_000  # characters that all requests and answers of the page share
SHOWN = 4  # exchanges of one violation
KINDS = ("fail", "warn", "known", "unjudged", "pass")
ALIKE = 0.5  # texts that are less alike than this are not marked, because nearly all of them would be


def page(record: Record) -> str:
    """Everything that comes from the target is escaped."""
    must, should = sums(record)
    evidence = [each for verdict in record.verdicts for each in verdict["evidence"]]
    room = max(150, ROOM // (3 * sum(len(_exchanges(record, each)) for each in evidence) + 1))
    verdicts = [{**verdict, "kind": kind(verdict)} for verdict in record.verdicts]
    return template("page.html.j2").render(
        record=record,
        must=must,
        should=should,
        headline=headline(record),
        words=WORDS,
        verdicts=sorted(verdicts, key=lambda verdict: KINDS.index(verdict["kind"])),
        kinds=_kinds(verdicts),
        areas=_areas(verdicts),
        explained=explanations(),
        difference=difference,
        doubt=doubt,
        exchanges=lambda evidence: _exchanges(record, evidence),
        snippet=lambda exchange: _cut(_snippet(exchange), room),
        body=lambda part: _body(part, room),
        cut=lambda text: _cut(text, room),
    )


def template(name: str) -> Template:
    """A template of the folder templates/."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).with_name("templates")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        finalize=_printable,
    )
    return environment.get_template(name)


def _printable(value: Any) -> Any:
    """A value of a template, without characters that turn a line around or hide. A template escapes the markup."""
    if isinstance(value, Markup):
        return Markup(printable_text.escape(str(value), keep="\n\t"))
    return printable_text.escape(value, keep="\n\t") if isinstance(value, str) else value


def difference(one: str, other: str) -> tuple[Markup, Markup]:
    """Both texts, with marks around the parts that differ."""
    pieces, others = PIECES.findall(one), PIECES.findall(other)
    matcher = difflib.SequenceMatcher(None, pieces, others, autojunk=False)
    if matcher.ratio() < ALIKE:
        return escape(one), escape(other)
    marked: tuple[list[Markup], list[Markup]] = ([], [])
    for change, a, b, c, d in matcher.get_opcodes():
        for side, words in zip(marked, (pieces[a:b], others[c:d]), strict=True):
            text = escape("".join(words))
            side.append(text if change == "equal" or not words else Markup("<mark>{}</mark>").format(text))
    return Markup("").join(marked[0]), Markup("").join(marked[1])


def _areas(verdicts: list[Event]) -> list[tuple[str, dict[str, int]]]:
    return [(area, _kinds(some)) for area, some in groupby(verdicts, key=lambda verdict: area_of(verdict["id"]))]


def _kinds(verdicts: Iterable[Event]) -> dict[str, int]:
    """The number of verdicts of each kind, the worst kind first."""
    found = [verdict["kind"] for verdict in verdicts]
    return {kind: found.count(kind) for kind in KINDS if kind in found}


def _snippet(exchange: Event) -> str:
    request = exchange["request"]
    if request["as"] not in ("primary", "sibling", "foreign"):
        return ""
    try:
        body = json_text.parse(request["body"]) if request["body"] else None
    except ValueError:
        body = None
    return sdk_line(request["method"], request["path"], body)


def _exchanges(record: Record, evidence: Event) -> list[Event]:
    return [record.exchanges[number] for number in evidence["exchanges"][-SHOWN:]]


def _cut(text: str, room: int) -> str:
    return text if len(text) <= room else f"{text[:room]}… ({len(text)} characters; the events have more)"


def _body(part: Event, room: int) -> str:
    """A body; JSON is indented."""
    text = part["body"] or ""
    with suppress(ValueError):
        # `parse` would replace characters, but a person should see the body as it was sent.
        json_text.check_depth(text)
        text = json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    return _cut(text, room)
