"""From findings to a verdict for each requirement, and from those to the exit code."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass, field

from contract_tests.requirements import catalogue
from contract_tests.requirements.catalogue import Requirement
from contract_tests.requirements.findings import Findings, Violation

HOLDS, BROKEN, UNUSABLE, UNDECIDED, LEFT_BEHIND = 0, 1, 2, 3, 4


@dataclass(frozen=True)
class Verdict:
    """`verdict` is pass, fail (a must), warn (a should) or unjudged; `reason` says why, empty for a pass."""

    requirement: Requirement
    verdict: str
    reason: str = ""
    violations: list[Violation] = field(default_factory=list)


def judge(findings: Findings, chosen: Callable[[str], bool], missing: Mapping[str, str]) -> list[Verdict]:
    """The verdict on each chosen requirement, in the order of the catalogue.

    `missing` says for a requirement what the target lacks to have it judged.
    """
    return [
        _verdict(requirement, findings, missing.get(requirement.id))
        for requirement in catalogue.requirements().values()
        if chosen(requirement.id)
    ]


def _verdict(requirement: Requirement, findings: Findings, missing: str | None) -> Verdict:
    if violations := findings.broken(requirement.id):
        actual = f"expected {violations[0].expected}; came {violations[0].actual}"
        return Verdict(requirement, "fail" if requirement.level == "must" else "warn", actual, violations)
    if missing:
        return Verdict(requirement, "unjudged", missing)
    if findings.proven(requirement.id):
        return Verdict(requirement, "pass")
    if controls := findings.controls(requirement.id):
        why = f"its control was not accepted: {', '.join(sorted(controls))} never answered a call as it should"
        return Verdict(requirement, "unjudged", why)
    return Verdict(requirement, "unjudged", "the calls that would show it were not granted")


def counts(verdicts: Iterable[Verdict]) -> dict[str, int]:
    """How many of each verdict, all four named."""
    found = Counter(verdict.verdict for verdict in verdicts)
    return {name: found[name] for name in ("pass", "fail", "warn", "unjudged")}


def exit_code(verdicts: list[Verdict], left_behind: Iterable[str], strict: bool, known: Container[str] = ()) -> int:
    """What the run says to a shell. A violation outweighs what was left behind, and that what is undecided.

    Violationes that are `known` fail nothing.
    """
    found = counts(each for each in verdicts if each.requirement.id not in known)
    if found["fail"] or (strict and found["warn"]):
        return BROKEN
    if any(left_behind):
        return LEFT_BEHIND
    undecided = [each for each in verdicts if each.verdict == "unjudged" and each.requirement.level == "must"]
    return UNDECIDED if undecided or not verdicts else HOLDS
