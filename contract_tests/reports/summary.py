"""The sums of a run, and its verdict in one sentence, for every report."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from contract_tests.reports.events import Event, Record
from contract_tests.requirements.selection import LEVELS
from contract_tests.requirements.verdicts import FAILED, INTERRUPTED, NOT_DELETED, PASSED, fails_run

# The words for people: for each verdict of the events, and for a violation that the baseline lists.
WORDS = {"fail": "failed", "warn": "warning", "known": "known", "unjudged": "not tested", "pass": "passed"}


@dataclass(frozen=True)
class Sum:
    """The number of requirements of one level. `known` is the part of `failed` that the baseline lists."""

    level: str
    passed: int
    failed: int
    known: int
    not_tested: int

    def __str__(self) -> str:
        if not self.chosen:
            return "none chosen"
        known = f" ({self.known} known)" if self.known else ""
        return f"{self.passed} passed, {self.failed} failed{known}, {self.not_tested} not tested"

    @property
    def chosen(self) -> int:
        return self.passed + self.failed + self.not_tested

    @property
    def new(self) -> int:
        """The number of violations that the baseline does not list."""
        return self.failed - self.known


def sums(record: Record) -> tuple[Sum, Sum]:
    """The sum of the MUSTs, then the sum of the SHOULDs."""
    must, should = (_sum(level, record.verdicts) for level in LEVELS)
    return must, should


def kind(verdict: Event) -> str:
    """The verdict, or "known" for a violation that the baseline lists."""
    return str(verdict["verdict"] if verdict["known"] is None else "known")


def failing(verdict: Event, record: Record) -> bool:
    """True for a violation that fails this run."""
    return fails_run(verdict["verdict"], known=verdict["known"] is not None, strict=record.header["strict"])


def reason(verdict: Event) -> str:
    """The first violation in one line, or the reason for which a requirement was not tested."""
    if not verdict["evidence"]:
        return str(verdict["reason"])
    first = verdict["evidence"][0]
    return f"Expected: {first['expected']}. Actual: {first['came']}"


def describe_edit(edit: Event) -> str:
    """The change that brings one line of a baseline up to date."""
    return f"{edit['file']}:{edit['line']}: {edit['id']} {edit['edit']}"


def details(verdict: Event, record: Record) -> str:
    """The reason, and the requirements that were not tested because of this violation."""
    blocked = record.blocked_by(verdict["id"])
    return reason(verdict) + (f". Not tested because of this: {', '.join(blocked)}." if blocked else "")


def doubt(verdict: Event) -> str:
    """A sentence about a violation that did not come again when its calls were made alone; empty for any other."""
    if not verdict["evidence"] or verdict["evidence"][0]["confirmed"] is not False:
        return ""
    times = "once" if verdict["breaches"] == 1 else f"{verdict['breaches']} times"
    return f"Seen {times}. It did not come again when these calls were made alone."


def faults(record: Record) -> list[tuple[str, str]]:
    """The faults of the run itself, each with a title: no verdict, or assistants that were not deleted."""
    footer = record.footer
    found = {
        "no verdict": footer["fault"],
        "not deleted": ", ".join(footer["left_behind"]),
        "perhaps not deleted": ", ".join(footer["unread"]),
    }
    return [(title, text) for title, text in found.items() if text]


def traces(created: int, deleted: int, left: int, unread: int) -> str:
    """The sentence about the assistants that a run has made and removed."""
    if not created + left + unread:
        return "Nothing created"
    rest = [f"{left} left"] * bool(left) + [f"{unread} perhaps left"] * bool(unread)
    return f"{created:,} created, {deleted:,} deleted, {', '.join(rest) or 'nothing left'}"


def headline(record: Record) -> str:
    """The verdict on the run in one sentence. It begins with PASSED only if the exit code is 0."""
    footer, (must, should) = record.footer, sums(record)
    if footer["exit"] == INTERRUPTED:
        return f"INTERRUPTED: {_so_far(record)}"
    if footer["fault"]:
        return f"ERROR: no verdict. {footer['fault']}"
    if footer["exit"] == PASSED:
        return f"PASSED: {_passed(record, must, should)}"
    if footer["exit"] == FAILED:
        return f"FAILED: {', '.join(_failed(record, must, should))}"
    if footer["exit"] == NOT_DELETED:
        rest = f", {must.not_tested} MUST not tested" if must.not_tested else ""
        return f"FAILED: {_not_deleted(record)} (exit {NOT_DELETED}){rest}"
    return f"INCOMPLETE: {_incomplete(record, must, should)} (exit {footer['exit']})"


def _so_far(record: Record) -> str:
    """The violations that were found before the run was interrupted."""
    broken = Counter(each["level"].upper() for each in record.broken() if each["known"] is None)
    found = " and ".join(f"{broken[level]} {level}" for level in ("MUST", "SHOULD") if broken[level])
    return f"{found or 'nothing'} violated until then"


def _passed(record: Record, must: Sum, should: Sum) -> str:
    parts = [_unbroken(record, must, should)]
    if not must.known + should.known:
        passed = f", {should.passed} SHOULD passed" if should.passed else ""
        every = "all " * (must.passed > 1)
        parts = [(f"{every}{must.passed} MUST passed" if must.chosen else "no MUST was chosen") + passed]
    if should.new:
        parts.append(f"{should.new} SHOULD violated")
    if should.not_tested:
        parts.append(f"{should.not_tested} SHOULD not tested")
    return "; ".join(parts)


def _unbroken(record: Record, must: Sum, should: Sum) -> str:
    """The claim of a run in which no MUST fails. A SHOULD may be violated, though no baseline lists it."""
    claim = "no MUST violated" if should.new or not must.known + should.known else "nothing broken"
    return claim + _beyond(record, must, should)


def _failed(record: Record, must: Sum, should: Sum) -> list[str]:
    """The parts of the sentence: violations first, then the baseline, then assistants that were not deleted."""
    footer, parts = record.footer, []
    broken = {level: number for level, number in (("MUST", must.new), ("SHOULD", should.new)) if number}
    if not record.header["strict"]:
        broken.pop("SHOULD", None)
    if broken:
        numbers = " and ".join(f"{number} {level}" for level, number in broken.items())
        parts.append(f"{numbers} violated{_beyond(record, must, should)} (exit {FAILED})")
    if edits := len(footer["edits"]):
        parts.append(f"{footer['baseline']} is out of date ({edits} line{'s' * (edits != 1)})")
    if footer["left_behind"] or footer["unread"]:
        parts.append(_not_deleted(record))
    return parts


def _incomplete(record: Record, must: Sum, should: Sum) -> str:
    if not must.chosen + should.chosen:
        return "no requirement was chosen"
    if must.not_tested + should.not_tested == must.chosen + should.chosen:
        return "nothing was tested"
    return f"{must.not_tested} MUST not tested, {_unbroken(record, must, should)}"


def _beyond(record: Record, must: Sum, should: Sum) -> str:
    known = must.known + should.known
    return f" beyond the {known} known in {record.footer['baseline']}" if known else ""


def _not_deleted(record: Record) -> str:
    left, unread = len(record.footer["left_behind"]), len(record.footer["unread"])
    parts = [f"{left} assistant{'s' * (left != 1)} not deleted"] if left or not unread else []
    return " and ".join(parts + [f"{unread} perhaps not deleted"] * bool(unread))


def _sum(level: str, verdicts: list[Event]) -> Sum:
    mine = [each for each in verdicts if each["level"] == level]
    found = [each["verdict"] for each in mine]
    known = sum(each["known"] is not None for each in mine)
    return Sum(
        level.upper(), found.count("pass"), found.count("fail") + found.count("warn"), known, found.count("unjudged")
    )
