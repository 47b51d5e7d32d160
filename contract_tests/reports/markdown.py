"""Markdown for the summary of a job, and the annotations that GitHub shows beside a change."""

from __future__ import annotations

import re

from contract_tests.events import Event, Record
from contract_tests.reports.sums import failing, sums


def markdown(record: Record) -> str:
    """The two numbers first, then each breach with its curl, then what was not judged."""
    must, should = sums(record)
    broken = record.broken()
    lines = [
        f"## Assistants contract {record.header['contract']}: {_headline(record)}",
        "",
        f"{record.header['target']['base_url']}, {record.footer['requests']} requests",
        "",
        "| | hold | judged | all |",
        "|---|---|---|---|",
        *(f"| {sum.level} | {sum.hold} | {sum.judged} | {sum.all} |" for sum in (must, should)),
        *[line for verdict in broken for line in _breach(verdict, record)],
        *_unjudged(record),
    ]
    return "\n".join(lines) + "\n"


def beside_the_change(record: Record) -> list[str]:
    """A line for each breach, in the workflow commands of GitHub Actions."""
    return [
        f"::{'error' if failing(verdict, record) else 'warning'} title={verdict['id']}::{_escaped(verdict['reason'])}"
        for verdict in record.broken()
    ]


def _headline(record: Record) -> str:
    if fault := record.footer["fault"]:
        return f"not judged. {fault}"
    failures = sum(failing(verdict, record) for verdict in record.verdicts)
    return f"{failures} broken" if failures else "nothing new is broken"


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
