"""Markdown for the summary of a job, and the annotations that GitHub shows beside a change."""

from __future__ import annotations

from contract_tests.reports.escaping import code_block, code_span, workflow_data, workflow_property
from contract_tests.reports.events import Event, Record
from contract_tests.reports.summary import describe_edit, details, doubt, failing, faults, headline, sums


def markdown(record: Record) -> str:
    """The sums first, then each violation with its script, then the untested requirements."""
    must, should = sums(record)
    broken = record.broken()
    fault = record.footer["fault"]
    lines = [
        f"## Assistants contract {record.contract}. {headline(record).removesuffix(fault).rstrip()}",
        "",
        *([code_span(fault), ""] if fault else []),
        f"{code_span(record.header['target']['base_url'])}, {record.footer['requests']} requests",
        "",
        "| | passed | failed | not tested |",
        "|---|---|---|---|",
        *(f"| {sum.level} | {sum.passed} | {sum.failed} | {sum.not_tested} |" for sum in (must, should)),
        *_edits(record),
        *[line for verdict in broken for line in _violation(verdict, record)],
        *_not_tested(record),
    ]
    return "\n".join(lines) + "\n"


def github_annotations(record: Record) -> list[str]:
    """Commands of GitHub Actions: a line for each violation, each edit of the baseline, and each fault of the run."""
    violations = [
        _annotation("error" if failing(verdict, record) else "warning", verdict["id"], details(verdict, record))
        for verdict in record.broken()
    ]
    edits = [
        _annotation("error", each["id"], each["edit"], file=each["file"], line=each["line"])
        for each in record.footer["edits"]
    ]
    return [*violations, *edits, *(_annotation("error", kind, text) for kind, text in faults(record))]


def _annotation(level: str, title: str, text: str, **place: object) -> str:
    properties = (f"{name}={workflow_property(str(value))}" for name, value in (place | {"title": title}).items())
    return f"::{level} {','.join(properties)}::{workflow_data(text)}"


def _edits(record: Record) -> list[str]:
    rows = [f"- {code_span(describe_edit(edit))}" for edit in record.footer["edits"]]
    return ["", f"### {code_span(record.footer['baseline'])} is out of date", "", *rows] if rows else []


def _violation(verdict: Event, record: Record) -> list[str]:
    word = "Known" if verdict["known"] is not None else "Failed" if failing(verdict, record) else "Warning"
    head = ["", f"### {word}: {verdict['id']}", "", verdict["statement"], ""]
    for each in verdict["evidence"][:1]:
        texts = [*_texts(each), *([("Doubt", doubt(verdict))] if doubt(verdict) else [])]
        comments = [f"# {label}: {line}" for label, text in texts for line in text.splitlines()]
        head += code_block("\n".join([*comments, each["curl"]]), "sh")
    blocked = record.blocked_by(verdict["id"])
    return [*head, "", f"Not tested because of this: {', '.join(blocked)}"] if blocked else head


def _texts(evidence: Event) -> list[tuple[str, str]]:
    return [("Expected", evidence["expected"]), ("Actual", evidence["came"])]


def _not_tested(record: Record) -> list[str]:
    rest = [verdict for verdict in record.verdicts if verdict["verdict"] == "unjudged"]
    return (
        ["", "### Not tested", "", *(f"- {verdict['id']}: {code_span(verdict['reason'])}" for verdict in rest)]
        if rest
        else []
    )
