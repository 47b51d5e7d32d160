"""JUnit XML: failure for a violation that fails the run or an outdated baseline, error for a run that was cut short or
did not delete an assistant, skipped for a requirement that was not tested."""

from __future__ import annotations

from itertools import groupby
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from contract_tests.http import editions
from contract_tests.reports import escaping
from contract_tests.reports.events import Event, Record
from contract_tests.reports.summary import doubt, failing, faults, reason
from contract_tests.requirements.catalogue import area_of


def junit(record: Record) -> str:
    """A suite for each area, a case for each requirement. The time of a case is the requirement's share of the calls.

    The attributes are those that the documented readers of GitHub's actions, GitLab, Jenkins and Azure DevOps share.
    """
    root = Element("testsuites", name="assistants-contract")
    for area, verdicts in groupby(record.verdicts, key=lambda verdict: area_of(verdict["id"])):
        _suite(root, area, list(verdicts), record)
    edits = [(f"{each['id']} in line {each['line']}", each["edit"]) for each in record.footer["edits"]]
    _extra(root, "baseline", "failure", edits)
    _extra(root, "run", "error", faults(record))
    for suite in root:
        _count(suite, record)
    for name in ("tests", "failures", "errors"):
        root.set(name, str(sum(int(suite.attrib[name]) for suite in root)))
    root.set("time", _seconds(record.footer["seconds"]))
    _escape(root)
    indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode") + "\n"


def _extra(root: Element, name: str, kind: str, rows: list[tuple[str, str]]) -> None:
    """A suite for failures that belong to no requirement."""
    suite = SubElement(root, "testsuite", name=name) if rows else root
    for case, text in rows:
        _result(SubElement(suite, "testcase", classname=name, name=case, time=_seconds(0)), kind, text, text)


def _suite(root: Element, area: str, verdicts: list[Event], record: Record) -> None:
    suite = SubElement(root, "testsuite", name=area)
    if record.edition != editions.PAGE:
        SubElement(SubElement(suite, "properties"), "property", name="edition", value=record.edition)
    for verdict in verdicts:
        time = _seconds(verdict["seconds"])
        case = SubElement(suite, "testcase", classname=area, name=verdict["id"], time=time)
        if failing(verdict, record):
            _result(case, "failure", reason(verdict), violation_text(verdict, record))
        elif verdict["verdict"] == "unjudged":
            _result(case, "skipped", verdict["reason"], verdict["reason"])  # GitLab shows the text of the element alone
        elif verdict["verdict"] != "pass":
            SubElement(case, "system-out").text = f"{_excuse(verdict)}\n{violation_text(verdict, record)}"


def _count(suite: Element, record: Record) -> None:
    cases = suite.findall("testcase")
    suite.set("tests", str(len(cases)))
    for kind, attribute in (("failure", "failures"), ("error", "errors"), ("skipped", "skipped")):
        suite.set(attribute, str(len(suite.findall(f"testcase/{kind}"))))
    suite.set("time", _seconds(sum(float(case.attrib["time"]) for case in cases)))
    suite.set("timestamp", record.header["started"])


def _seconds(number: float) -> str:
    return f"{number:.3f}"


def _result(case: Element, kind: str, message: str, text: str = "") -> None:
    SubElement(case, kind, message=message).text = text or None


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


def _escape(root: Element) -> None:
    """Makes each text and each attribute of the document one that XML can hold."""
    for element in root.iter():
        element.attrib.update({name: escaping.xml(value) for name, value in element.attrib.items()})
        element.text = escaping.xml(element.text) if element.text else None
