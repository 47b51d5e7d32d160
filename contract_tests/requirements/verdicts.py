"""The rules of a run: a verdict for each requirement from the findings, and the exit code from the verdicts.

No other module decides which verdict fails a run. All exit codes are named here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Container, Iterable, Mapping
from dataclasses import dataclass, field, replace

from contract_tests.http import operations
from contract_tests.requirements import catalogue
from contract_tests.requirements.catalogue import Requirement
from contract_tests.requirements.findings import Findings, Violation

PASSED, FAILED, UNUSABLE, NOT_TESTED, NOT_DELETED = range(5)
INTERRUPTED = 130  # the exit code of a shell: 128 and the number of SIGINT
CALLS = {
    operations.LIST: "list",
    operations.CREATE: "create",
    operations.RETRIEVE: "retrieve",
    operations.MODIFY: "modify",
    operations.PATCH: "modify by PATCH",
    operations.DELETE: "delete",
}


@dataclass(frozen=True)
class Verdict:
    """`verdict` is pass, fail (a must), warn (a should) or unjudged. `reason` explains the verdict; it is empty for a
    pass. `blocked_by` is the violated requirement that kept this one from being tested. `seconds` is the share of the
    calls that this requirement took.
    """

    requirement: Requirement
    verdict: str
    reason: str = ""
    violations: list[Violation] = field(default_factory=list)
    blocked_by: str = ""
    seconds: float = 0.0


def judge(findings: Findings, chosen: Callable[[str], bool], missing: Mapping[str, str]) -> list[Verdict]:
    """The verdict on each chosen requirement, in the order of the catalogue.

    `missing` maps a requirement to the part that the target lacks for a verdict.
    """
    requirements = [each for each in catalogue.requirements().values() if chosen(each.id)]
    verdicts = [_verdict(each, findings, missing.get(each.id)) for each in requirements]
    doubted = findings.doubted
    return [
        replace(_with_doubt(each, doubted), seconds=findings.timing.seconds(each.requirement.id)) for each in verdicts
    ]


def _with_doubt(verdict: Verdict, doubted: Mapping[str, str]) -> Verdict:
    """A requirement does not pass if it gave way to another, or if it would also explain an unconfirmed violation."""
    requirement = verdict.requirement
    is_doubted = verdict.verdict == "pass" and requirement.id in doubted
    return _blocked(requirement, doubted[requirement.id]) if is_doubted else verdict


def judge_so_far(findings: Findings, chosen: Callable[[str], bool], ended_by: str) -> list[Verdict]:
    """As `judge`, for a run that an error of the suite or an interruption has ended. A violation stays one. Nothing has
    passed: a later call might have violated it."""
    return [_so_far(each, ended_by) for each in judge(findings, chosen, {})]


def _so_far(verdict: Verdict, ended_by: str) -> Verdict:
    if verdict.verdict == "pass":
        return replace(verdict, verdict="unjudged", reason=f"held until {ended_by} ended the run")
    if verdict.verdict == "unjudged" and not verdict.blocked_by:
        return replace(verdict, reason=f"not tested before {ended_by} ended the run")
    return verdict


def _verdict(requirement: Requirement, findings: Findings, missing: str | None) -> Verdict:
    violations, blocker = findings.broken(requirement.id), find_blocker(requirement, findings)
    holds = not violations and findings.proven(requirement.id)
    if blocker not in ("", requirement.id) and (not holds or blocker in findings.dead.values()):
        return _blocked(requirement, blocker)
    if violations:
        first = violations[0].in_words_of_its_script()
        actual = f"expected {first.expected}; came {first.actual}"
        return Verdict(requirement, "fail" if requirement.level == "must" else "warn", actual, violations)
    if reason := missing or findings.waived.get(requirement.id) or findings.late.get(requirement.id):
        return Verdict(requirement, "unjudged", reason)
    if findings.proven(requirement.id):
        return Verdict(requirement, "pass")
    return _unproven(requirement, findings)


def find_blocker(requirement: Requirement, findings: Findings) -> str:
    """The violated requirement that leaves a prerequisite unmet; empty if all are met.

    A violation may be the consequence of an unmet prerequisite. A requirement that held all the same has passed, unless
    an operation that it needs never succeeded.
    """
    return _dead_operation(requirement, findings) or _violated_prerequisite(requirement, findings.violated)


def _dead_operation(requirement: Requirement, findings: Findings) -> str:
    """The violated requirement of a needed operation that never succeeded; empty if there is none."""
    groups = ([findings.dead.get(operation, "") for operation in need] for need in requirement.needs)
    return next((dead[0] for dead in groups if all(dead)), "")


def _violated_prerequisite(requirement: Requirement, violated: Container[str]) -> str:
    """The violated requirement that this one stands on, or that a prerequisite of this one stands on; empty if none is
    violated.
    """
    needs = _needed(requirement)
    found = (_violated_prerequisite(need, violated) or (need.id if need.id in violated else "") for need in needs)
    return next(filter(None, found), "")


def _needed(requirement: Requirement) -> list[Requirement]:
    known = catalogue.requirements()
    return [known[each] for need in requirement.needs for each in need if each in known]


def _untested_prerequisite(requirement: Requirement, findings: Findings) -> str:
    """The violated requirement of an operation that never succeeded and that a prerequisite needs; empty if there is
    none.
    """
    found = (_dead_operation(need, findings) or _untested_prerequisite(need, findings) for need in _needed(requirement))
    return next(filter(None, found), "")


def _first_broken(requirements: Iterable[str], findings: Findings) -> str:
    return next(filter(findings.broken, requirements), "")


def _blocked(requirement: Requirement, blocker: str) -> Verdict:
    return Verdict(requirement, "unjudged", f"blocked by {blocker}", blocked_by=blocker)


def _unproven(requirement: Requirement, findings: Findings) -> Verdict:
    """The verdict on a requirement that no call has shown: neither that it holds nor that it is violated."""
    controls = findings.controls(requirement.id)
    faulty = (catalogue.never_succeeds()[each] for each in CALLS if each in controls)
    crashed = {catalogue.never_succeeds()[operation]: by for operation, by in findings.dead.items()}
    blockers = (
        findings.blocked.get(requirement.id),
        crashed.get(requirement.id),
        _first_broken(faulty, findings),
        _untested_prerequisite(requirement, findings),
    )
    if blocker := next(filter(None, blockers), ""):
        return _blocked(requirement, blocker)
    if reason := findings.unproven.get(requirement.id) or _silence(requirement, controls, findings):
        return Verdict(requirement, "unjudged", reason)
    if controls:
        normal = " or ".join(CALLS[each] for each in CALLS if each in controls) or "call"
        return Verdict(requirement, "unjudged", f"not testable: a normal {normal} never succeeded")
    return Verdict(requirement, "unjudged", "the calls it needs never succeeded" + _refusals(findings))


def _silence(requirement: Requirement, controls: Collection[str], findings: Findings) -> str:
    """The reason if an operation that the requirement needs was never answered in time; empty otherwise."""
    needed = (need for need in (*requirement.needs, tuple(controls)) if need)
    silent = (need for need in needed if all(each in findings.silent for each in need))
    return next((findings.silent[need[0]] for need in silent), "")


def _refusals(findings: Findings) -> str:
    """The answers of the operations that never succeeded."""
    refused = [
        f"{CALLS[each]} answers {findings.refused[each] or 'nothing'}"
        for each in CALLS
        if each in findings.refused and each not in findings.accepted
    ]
    return f": {', '.join(refused)}" if refused else ""


def counts(verdicts: Iterable[Verdict]) -> dict[str, int]:
    """The number of verdicts of each kind. All four kinds are present."""
    found = Counter(verdict.verdict for verdict in verdicts)
    return {name: found[name] for name in ("pass", "fail", "warn", "unjudged")}


def fails_run(verdict: str, *, known: bool, strict: bool) -> bool:
    """A violated MUST fails the run, unless a baseline lists the violation. With `strict` a violated SHOULD fails it
    too.
    """
    return not known and (verdict == "fail" or (strict and verdict == "warn"))


def exit_code(
    verdicts: Collection[Verdict],
    left_behind: Iterable[str],
    strict: bool,
    known: Container[str] = (),
    outdated: bool = False,
) -> int:
    """The exit code of a run that reached its end.

    A violation outweighs an assistant that was not deleted, which outweighs a requirement that was not tested. A
    baseline that is `outdated` counts as a violation. A run that tested nothing has not passed.
    """
    broken = [each for each in verdicts if fails_run(each.verdict, known=each.requirement.id in known, strict=strict)]
    if broken or outdated:
        return FAILED
    if any(left_behind):
        return NOT_DELETED
    untested = [each for each in verdicts if each.verdict == "unjudged"]
    musts = [each for each in untested if each.requirement.level == "must"]
    return NOT_TESTED if musts or len(untested) == len(verdicts) else PASSED


def exit_code_cut_short(*, interrupted: bool, left_behind: Iterable[str]) -> int:
    """The exit code of a run without verdicts."""
    if not interrupted:
        return UNUSABLE
    return NOT_DELETED if any(left_behind) else INTERRUPTED


def exit_code_without_verdicts(left_behind: Iterable[str], *, different: bool = False) -> int:
    """The exit code of a command that judges nothing: `learn`, `sweep`, and `compare`, which fails on a difference."""
    if any(left_behind):
        return NOT_DELETED
    return FAILED if different else PASSED
