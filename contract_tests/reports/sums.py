"""The two numbers that always stand together: what holds of what was judged, and what was judged of all."""

from __future__ import annotations

from dataclasses import dataclass

from contract_tests.events import Event, Record


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


def _sum(level: str, verdicts: list[Event]) -> Sum:
    mine = [each["verdict"] for each in verdicts if each["level"] == level]
    judged = [verdict for verdict in mine if verdict != "unjudged"]
    return Sum(level, judged.count("pass"), len(judged), len(mine))
