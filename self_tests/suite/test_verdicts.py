"""How findings become verdicts: a violation counts once, for the requirement that is its cause."""

from __future__ import annotations

import pytest

from contract_tests.http.messages import Exchange, Response
from contract_tests.http.operations import CREATE, DELETE, LIST, create, list_
from contract_tests.requirements.findings import Findings
from contract_tests.requirements.verdicts import Verdict, judge

# delete/self-survives needs list/complete: an assistant that no list shows is missing for every requirement.
DEPENDENT, PREREQUISITE = "delete/self-survives", "list/complete"


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
    """delete/only-its-target needs org/shared-by-its-keys, which needs list/complete."""
    findings.add_violation("delete/only-its-target", "200", "404")
    (found,) = judge(findings, lambda id: id == "delete/only-its-target", {})

    assert found.blocked_by == PREREQUISITE


def test_the_time_of_a_call_is_shared_by_what_was_judged_on_it() -> None:
    """Two requirements that were judged on a call of two seconds took a second each. Later calls add to that."""
    findings = Findings()
    for seconds, held in ((2.0, (DEPENDENT, PREREQUISITE)), (3.0, (DEPENDENT,)), (5.0, ())):
        findings.timing.begin(Exchange(1, list_(), Response(200), 10.0, 10.0 + seconds))
        for requirement in held:
            findings.hold(requirement, DELETE)

    assert (verdict(findings).seconds, findings.timing.seconds(PREREQUISITE)) == (4.0, 1.0)


def test_a_reason_has_no_id_of_the_run() -> None:
    """The reason names an assistant as the script does, so the next run has the same reason."""
    body = b'{"id": "asst-1", "object": "assistant"}'
    made = Exchange(1, create({"name": "Bot"}), Response(200, {}, body), 0, 0)
    findings = Findings(accepted={CREATE, LIST})
    findings.add_violation("list/complete", "a list with asst-1", "a list with asst-12", made)
    (found,) = judge(findings, lambda id: id == "list/complete", {})

    assert found.reason == "expected a list with $id1; came a list with asst-12"
