"""Drops the violations that another violation explains."""

from __future__ import annotations

from collections.abc import Container

from contract_tests.http.operations import LIST, RETRIEVE
from contract_tests.oracle.calls import kept_id, own_fields
from contract_tests.oracle.expectations import parse_call
from contract_tests.oracle.states import UNKNOWN
from contract_tests.requirements.findings import Findings, Violation

SHOWN = "retrieve/equals-created"
# An assistant that has to look as if it were not there.
UNKNOWN_TO_THE_CALLER = ("delete/gone", "org/closed-to-others")


def drop_operations(findings: Findings, never: Container[str]) -> None:
    """Drops all violations by operations that never succeed: each such operation is one violation."""
    findings.violations = [
        each
        for each in findings.violations
        if not each.exchanges or parse_call(each.exchanges[-1].request).operation not in never
    ]


def drop_alike(findings: Findings) -> None:
    """Drops wrong answers about a deleted assistant, or about another organization's, if the operation gives the same
    wrong answer to every unknown id. A document in such an answer is a violation of its own.
    """
    violated, kept = findings.violated, []
    for violation in findings.violations:
        unknown = answers_unknown(violation) if violation.requirement in UNKNOWN_TO_THE_CALLER else ""
        if unknown in violated:
            findings.block(unknown, violation.requirement)
        else:
            kept.append(violation)
    findings.violations = kept


def drop_kept(findings: Findings) -> None:
    """Drops the violations of kept fields if retrieves show the field as sent: only the lists are wrong."""
    if SHOWN not in findings.violated:
        return
    shown = {id for id in map(kept_id, own_fields()) if RETRIEVE in findings.held[id] and _by_lists(findings, id)}
    findings.violations = [each for each in findings.violations if each.requirement not in shown]


def _by_lists(findings: Findings, id: str) -> bool:
    last = [each.exchanges[-1] for each in findings.broken(id) if each.exchanges]
    return bool(last) and all(parse_call(exchange.request).operation == LIST for exchange in last)


def answers_unknown(violation: Violation) -> str:
    """The requirement on unknown ids of the operation that answered; empty if it is none, or showed a document."""
    exchange = violation.exchanges[-1]
    call = parse_call(exchange.request)
    document = exchange.response.json if call.operation == RETRIEVE else None
    shown = isinstance(document, dict) and document.get("id") == call.id
    return "" if shown else UNKNOWN.get(call.operation, "")
