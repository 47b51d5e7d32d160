"""How findings become verdicts: a violation counts once, for the requirement that is its cause."""

from __future__ import annotations

import pytest

from contract_tests.http.operations import CREATE, DELETE
from contract_tests.requirements.findings import Findings
from contract_tests.requirements.verdicts import Verdict, judge

# delete/gone needs retrieve/unknown-is-404: if an id that names nothing is answered, a deleted one is answered too.
DEPENDENT, PREREQUISITE = "delete/gone", "retrieve/unknown-is-404"


@pytest.fixture
def findings() -> Findings:
    """A run in which creates and deletes succeeded, and the prerequisite was violated."""
    found = Findings(accepted={CREATE, DELETE})
    found.add_violation(PREREQUISITE, "404", "200")
    return found


def verdict(findings: Findings) -> Verdict:
    (found,) = judge(findings, lambda id: id == DEPENDENT, {})
    return found


def test_a_violated_prerequisite_explains_a_violation(findings: Findings) -> None:
    """The dependent requirement is not tested, and names its blocker."""
    findings.add_violation(DEPENDENT, "404", "200")

    assert (verdict(findings).verdict, verdict(findings).blocked_by) == ("unjudged", PREREQUISITE)


def test_a_requirement_that_held_passes_although_a_prerequisite_is_violated(findings: Findings) -> None:
    """Nothing went wrong that the prerequisite would have to explain."""
    findings.hold(DEPENDENT, DELETE)

    assert verdict(findings).verdict == "pass"


def test_an_operation_that_never_succeeds_blocks_also_what_held(findings: Findings) -> None:
    """Without deletes, a requirement of deletes cannot have been tested."""
    findings.hold(DEPENDENT, DELETE)
    findings.dead[DELETE] = "delete/answers-deleted"

    assert verdict(findings).blocked_by == "delete/answers-deleted"


def test_prerequisites_of_prerequisites_explain_too(findings: Findings) -> None:
    """org/others-look-unknown needs org/closed-to-others, which needs retrieve/unknown-is-404."""
    findings.add_violation("org/others-look-unknown", "404", "200")
    (found,) = judge(findings, lambda id: id == "org/others-look-unknown", {})

    assert found.blocked_by == PREREQUISITE
