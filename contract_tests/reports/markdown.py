"""Markdown for the summary of a job, and the annotations that GitHub shows beside a change."""

from __future__ import annotations

import re

from contract_tests.reports.events import Event, Record
from contract_tests.reports.summary import failing, faults, headline, sums


def markdown(record: Record) -> str:
    """The two numbers first, then each violation with its curl, then what was not judged."""
    must, should = sums(record)
    broken = record.broken()
    lines = [
        f"## Assistants contract {record.header['contract']}: {headline(record)}",
        "",
        f"{record.header['target']['base_url']}, {record.footer['requests']} requests",
        "",
        "| | hold | judged | all |",
        "|---|---|---|---|",
        *(f"| {sum.level} | {sum.hold} | {sum.judged} | {sum.all} |" for sum in (must, should)),
        *_edits(record),
        *[line for verdict in broken for line in _breach(verdict, record)],
        *_unjudged(record),
    ]
    return "\n".join(lines) + "\n"


def beside_the_change(record: Record) -> list[str]:
    """A line for each violation, each edit of the baseline, and a run that broke off, as commands of GitHub Actions."""
    violations = [
        _told("error" if failing(verdict, record) else "warning", verdict["id"], verdict["reason"])
        for verdict in record.broken()
    ]
    edits = [
        _told("error", each["id"], each["edit"], file=each["file"], line=each["line"])
        for each in record.footer["edits"]
    ]
    return [*violations, *edits, *(_told("error", kind, text) for kind, text in faults(record))]


def _told(level: str, title: str, text: str, **place: object) -> str:
    told = ",".join(
        f"{name}={_escaped(str(value)).replace(',', '%2C')}" for name, value in (place | {"title": title}).items()
    )
    return f"::{level} {told}::{_escaped(text)}"


def _edits(record: Record) -> list[str]:
    rows = [f"- {each['file']}:{each['line']}: {each['id']} {each['edit']}" for each in record.footer["edits"]]
    return ["", "### The baseline is not true", "", *rows] if rows else []


def _breach(verdict: Event, record: Record) -> list[str]:
    word = "known" if verdict["known"] is not None else "**broken**" if failing(verdict, record) else "warning"
    shown = verdict["evidence"][0]["curl"] if verdict["evidence"] else ""
    fence = "`" * max(3, max((len(run) for run in re.findall("`+", shown)), default=0) + 1)
    head = ["", f"### {word}: {verdict['id']}", "", verdict["statement"], ""]
    return [*head, f"{fence}sh", *_reason(verdict), shown, fence]


def _reason(verdict: Event) -> list[str]:
    return [f"# {line}" for line in verdict["reason"].splitlines()]


def _unjudged(record: Record) -> list[str]:
    rest = [verdict for verdict in record.verdicts if verdict["verdict"] == "unjudged"]
    return ["", "### Not judged", "", *(f"- {verdict['id']}: {verdict['reason']}" for verdict in rest)] if rest else []


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
