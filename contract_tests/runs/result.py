"""The result of a run, and the type of a function that reports its progress."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from contract_tests.http.messages import Request
from contract_tests.http.target import Target
from contract_tests.requirements import catalogue
from contract_tests.requirements.findings import Findings
from contract_tests.requirements.verdicts import Verdict, judge, judge_so_far

Progress = Callable[[str, int, int], None]
CLEANING, INTERRUPTED = "cleaning up", "interrupted"  # names of stages that the progress of a run announces


@dataclass
class Result:
    """`left_behind` maps the id of each assistant that the run created and could not delete to the role whose key
    deletes that assistant; `created` is the number of all that the run created. `unread` has the name of each assistant
    that the run may have left: no answer named the assistant, and no list has shown it. `open` has the requests of
    these creates. `notes` list the parts that were left out, with the reason. Only a planned run has `planned`, its
    number of requests. `ledger` is the path of the file that `sweep` reads, if the run has kept one.
    """

    target: Target
    verdicts: list[Verdict] = field(default_factory=list)
    left_behind: dict[str, str] = field(default_factory=dict)
    unread: list[str] = field(default_factory=list)
    open: list[Request] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    requests: int = 0
    created: int = 0
    deleted: int = 0
    planned: int | None = None
    ledger: Path | None = None

    @property
    def remains(self) -> list[str]:
        """The assistants that are left, and those that may be left."""
        return [*self.left_behind, *self.unread]

    def judge(self, findings: Findings, chosen: Callable[[str], bool], missing: Mapping[str, str]) -> None:
        """Fills in the verdicts. `missing` has the reason for each requirement that was not tested."""
        self.verdicts = judge(findings, chosen, missing)

    def judge_so_far(self, findings: Findings, chosen: Callable[[str], bool], ended_by: str) -> None:
        """Fills in the verdicts of a run that ended early."""
        self.verdicts = judge_so_far(findings, chosen, ended_by)


def merge(results: list[Result]) -> Result:
    """Several results as one. A report names the target of the first."""
    first, *others = results
    for other in others:
        first.verdicts += other.verdicts
        first.left_behind |= other.left_behind
        first.unread += other.unread
        first.notes += other.notes
        first.requests += other.requests
        first.created += other.created
        first.deleted += other.deleted
    order = list(catalogue.requirements())
    first.verdicts.sort(key=lambda verdict: order.index(verdict.requirement.id))
    return first
