"""The two numbers that always stand together: what holds of what was judged, and what was judged of all."""

from __future__ import annotations

from dataclasses import dataclass

from contract_tests.reports.events import Event, Record
from contract_tests.requirements.verdicts import UNDECIDED


@dataclass(frozen=True)
class Sum:
    """Of one level: how many hold, were judged, and there are."""

    level: str
    hold: int
    judged: int
    all: int

    def __str__(self) -> str:
        return f"{self.hold} of {self.judged} judged hold, {self.judged} of {self.all} judged"


def sums(record: Record) -> tuple[Sum, Sum]:
    """Of the musts, and of the shoulds."""
    must, should = (_sum(level, record.verdicts) for level in ("must", "should"))
    return must, should


def failing(verdict: Event, record: Record) -> bool:
    """Whether it is why the run fails: a broken must, or a should where the run was strict, that nobody knew of."""
    level = verdict["verdict"] == "fail" or (verdict["verdict"] == "warn" and record.header["strict"])
    return level and verdict["known"] is None


def faults(record: Record) -> list[tuple[str, str]]:
    """What went wrong with the run itself, by a word for it: that it broke off, and what it left behind."""
    footer = record.footer
    told = {"not judged": footer["fault"], "left behind": ", ".join(footer["left_behind"])}
    return [(kind, text) for kind, text in told.items() if text]


def headline(record: Record) -> str:
    """The verdict on the run in a few words; says that all is well only where the exit is 0."""
    footer, failures = record.footer, [each for each in record.verdicts if failing(each, record)]
    if footer["fault"]:
        return f"Not judged. {footer['fault']}"
    known = sum(each["known"] is not None for each in record.verdicts)
    said = [
        f"{len(failures)} broken" * bool(failures),
        "the baseline is not true" * bool(footer["edits"]),
        f"{len(footer['left_behind'])} left behind" * bool(footer["left_behind"]),
        "not every must was judged" * (footer["exit"] == UNDECIDED),
        f"{known} known" * bool(known),
    ]
    told = ", ".join(filter(None, said if failures else ["nothing new is broken", *said[1:]]))
    return told[0].upper() + told[1:]


def _sum(level: str, verdicts: list[Event]) -> Sum:
    mine = [each["verdict"] for each in verdicts if each["level"] == level]
    judged = [verdict for verdict in mine if verdict != "unjudged"]
    return Sum(level, judged.count("pass"), len(judged), len(mine))
