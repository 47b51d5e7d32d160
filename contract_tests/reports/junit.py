"""JUnit XML: failure for a violation that fails the run or an outdated baseline, error for a run that was cut short or
did not delete an assistant, skipped for a requirement that was not tested."""

from __future__ import annotations

import re
from itertools import groupby
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from contract_tests.reports.events import Event, Record
from contract_tests.reports.summary import doubt, failing, faults, reason

# Characters that XML 1.0 cannot hold, not even escaped.
UNFIT = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit(record: Record) -> str:
    """A suite for each area, a case for each requirement."""
    root = Element("testsuites", name="assistants-contract")
    for area, verdicts in groupby(record.verdicts, key=lambda verdict: verdict["id"].split("/")[0]):
        _suite(root, area, list(verdicts), record)
    edits = [(f"{each['id']} in line {each['line']}", each["edit"]) for each in record.footer["edits"]]
    _extra(root, "baseline", "failure", edits)
    _extra(root, "run", "error", faults(record))
    indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode") + "\n"


def _extra(root: Element, name: str, kind: str, rows: list[tuple[str, str]]) -> None:
    """A suite for failures that belong to no requirement."""
    counts = {"failures": "0", "errors": "0", "skipped": "0", f"{kind}s": str(len(rows))}
    suite = SubElement(root, "testsuite", {"name": name, "tests": str(len(rows)), **counts}) if rows else root
    for case, text in rows:
        _result(SubElement(suite, "testcase", classname=name, name=_fit(case)), kind, text, text)


def _suite(root: Element, area: str, verdicts: list[Event], record: Record) -> None:
    suite = SubElement(root, "testsuite", name=area, tests=str(len(verdicts)), errors="0")
    for verdict in verdicts:
        case = SubElement(suite, "testcase", classname=area, name=verdict["id"])
        if failing(verdict, record):
            _result(case, "failure", reason(verdict), violation_text(verdict, record))
        elif verdict["verdict"] == "unjudged":
            _result(case, "skipped", verdict["reason"])
        elif verdict["verdict"] != "pass":
            SubElement(case, "system-out").text = _fit(f"{_excuse(verdict)}\n{violation_text(verdict, record)}")
    for kind, attribute in (("failure", "failures"), ("skipped", "skipped")):
        suite.set(attribute, str(len(suite.findall(f"testcase/{kind}"))))


def _result(case: Element, kind: str, message: str, text: str = "") -> None:
    SubElement(case, kind, message=_fit(message)).text = _fit(text) or None


def _excuse(verdict: Event) -> str:
    return f"Known: {verdict['known']}" if verdict["known"] is not None else "Warning: a SHOULD does not fail the run."


def violation_text(verdict: Event, record: Record) -> str:
    """A violation in several lines: the requirement, the first evidence, and what was not tested because of it."""
    lines = [f"Requirement: {verdict['statement']}"]
    for each in verdict["evidence"][:1]:
        lines += [f"Expected: {each['expected']}", f"Actual: {each['came']}", f"Reproduce:\n{each['curl']}"]
    lines += [f"Doubt: {doubt(verdict)}"] if doubt(verdict) else []
    if blocked := record.blocked_by(verdict["id"]):
        lines.append(f"Not tested because of this: {', '.join(blocked)}")
    return "\n".join(lines)


def _fit(text: str) -> str:
    return UNFIT.sub("\N{REPLACEMENT CHARACTER}", text)
