"""Drops the violations that another violation explains."""

from __future__ import annotations

from collections.abc import Container

from contract_tests.http.operations import RETRIEVE
from contract_tests.oracle.expectations import read
from contract_tests.oracle.states import UNKNOWN
from contract_tests.requirements.findings import Findings, Violation

# An assistant that has to look as if it were not there.
UNKNOWN_TO_THE_CALLER = ("delete/gone", "org/closed-to-others")


def drop_operations(findings: Findings, never: Container[str]) -> None:
    """Drops all violations by operations that never succeed: each such operation is one violation."""
    findings.violations = [
        each
        for each in findings.violations
        if not each.exchanges or read(each.exchanges[-1].request).operation not in never
    ]


def drop_alike(findings: Findings) -> None:
    """Drops what an operation answered to a deleted assistant, or to another organization's, if the operation answers
    any unknown id so. A document that it shows all the same is a violation of its own.
    """
    violated, kept = findings.violated, []
    for violation in findings.violations:
        unknown = _answers_unknown(violation) if violation.requirement in UNKNOWN_TO_THE_CALLER else ""
        if unknown in violated:
            findings.block(unknown, violation.requirement)
        else:
            kept.append(violation)
    findings.violations = kept


def _answers_unknown(violation: Violation) -> str:
    """The requirement on unknown ids of the operation that answered; empty if it is none, or showed a document."""
    exchange = violation.exchanges[-1]
    call = read(exchange.request)
    document = exchange.response.json if call.operation == RETRIEVE else None
    shown = isinstance(document, dict) and document.get("id") == call.id
    return "" if shown else UNKNOWN.get(call.operation, "")
