"""The result of a run, filled as the run goes, and the progress that it reports."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from contract_tests.http.target import Target
from contract_tests.requirements import catalogue
from contract_tests.requirements.findings import Findings
from contract_tests.requirements.verdicts import Verdict, judge

Progress = Callable[[str, int, int], None]


@dataclass
class Result:
    """`left_behind` are ids that the run made and could not delete; `notes` say what was left out, and the reason. A
    planned run says how many requests were `planned`, and where its `ledger` is."""

    target: Target
    verdicts: list[Verdict] = field(default_factory=list)
    left_behind: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    requests: int = 0
    planned: int | None = None
    ledger: Path | None = None

    def judge(self, findings: Findings, chosen: Callable[[str], bool], missing: Mapping[str, str]) -> None:
        """Fills in the verdicts. `missing` says why a requirement was not tested."""
        self.verdicts = judge(findings, chosen, missing)


def merge(results: list[Result]) -> Result:
    """Several runs as one. The first has the target that a report names."""
    first, *others = results
    for other in others:
        first.verdicts += other.verdicts
        first.left_behind += other.left_behind
        first.notes += other.notes
        first.requests += other.requests
    order = list(catalogue.requirements())
    first.verdicts.sort(key=lambda verdict: order.index(verdict.requirement.id))
    return first
