"""The last line of a run claims no more than the run has shown, in every combination."""

from __future__ import annotations

from typing import Any

import pytest

from contract_tests.reports.events import Record
from contract_tests.reports.summary import headline, sums
from contract_tests.requirements import catalogue
from contract_tests.requirements.verdicts import Verdict, exit_code, exit_code_cut_short

MUST, SHOULD = (
    [each for each in catalogue.requirements().values() if each.level == level] for level in ("must", "should")
)


def record(text: str, *, strict: bool = False, edits: int = 0, left: int = 0, listed: bool = False) -> Record:
    """A run in which each letter is a verdict: p, f, k (known) and u of a MUST, capital letters of a SHOULD."""
    verdicts, known = [], set()
    rows: list[dict[str, Any]] = []
    for number, letter in enumerate(text):
        requirement = (MUST if letter.islower() else SHOULD)[number]
        broken = "fail" if letter.islower() else "warn"
        word = {"p": "pass", "f": broken, "k": broken, "u": "unjudged"}[letter.lower()]
        verdicts.append(Verdict(requirement, word, "why"))
        if letter.lower() == "k":
            known.add(requirement.id)
        why = "known" if letter.lower() == "k" else None
        rows.append({"id": requirement.id, "level": requirement.level, "verdict": word, "known": why, "evidence": []})
    ids = [f"asst-{number}" for number in range(left)]
    footer: dict[str, Any] = {
        "exit": exit_code(verdicts, ids, strict, known, bool(edits)),
        "fault": "",
        "left_behind": ids,
        "unread": [],
        "edits": [{}] * edits,
        "baseline": "known.yaml" if known or edits or listed else None,
    }
    return Record(header={"strict": strict}, verdicts=rows, footer=footer)


@pytest.mark.parametrize(
    ("run", "line"),
    [
        (record("pp"), "PASSED: all 2 MUST passed"),
        (record("ppPP"), "PASSED: all 2 MUST passed, 2 SHOULD passed"),
        (record("pF"), "PASSED: 1 MUST passed; 1 SHOULD violated"),
        (record("pU"), "PASSED: 1 MUST passed; 1 SHOULD not tested"),
        (record("pp", listed=True), "PASSED: all 2 MUST passed"),
        (record("pkkkk"), "PASSED: nothing broken beyond the 4 known in known.yaml"),
        (record("pkFK"), "PASSED: no MUST violated beyond the 2 known in known.yaml; 1 SHOULD violated"),
        (record("PP"), "PASSED: no MUST was chosen, 2 SHOULD passed"),
        (record("PF"), "PASSED: no MUST was chosen, 1 SHOULD passed; 1 SHOULD violated"),
        (record("F"), "PASSED: no MUST was chosen; 1 SHOULD violated"),
        (record("pf"), "FAILED: 1 MUST violated (exit 1)"),
        (record("fuF"), "FAILED: 1 MUST violated (exit 1)"),
        (record("pFF", strict=True), "FAILED: 2 SHOULD violated (exit 1)"),
        (record("fFF", strict=True), "FAILED: 1 MUST and 2 SHOULD violated (exit 1)"),
        (record("fkk"), "FAILED: 1 MUST violated beyond the 2 known in known.yaml (exit 1)"),
        (record("pp", edits=4), "FAILED: known.yaml is out of date (4 lines)"),
        (record("pk", edits=1), "FAILED: known.yaml is out of date (1 line)"),
        (record("f", edits=1), "FAILED: 1 MUST violated (exit 1), known.yaml is out of date (1 line)"),
        (record("f", left=2), "FAILED: 1 MUST violated (exit 1), 2 assistants not deleted"),
        (record("pp", left=1), "FAILED: 1 assistant not deleted (exit 4)"),
        (record("pu", left=1), "FAILED: 1 assistant not deleted (exit 4), 1 MUST not tested"),
        (record("puu"), "INCOMPLETE: 2 MUST not tested, no MUST violated (exit 3)"),
        (record("pukk"), "INCOMPLETE: 1 MUST not tested, nothing broken beyond the 2 known in known.yaml (exit 3)"),
        (record("u"), "INCOMPLETE: nothing was tested (exit 3)"),
        (record("UU"), "INCOMPLETE: nothing was tested (exit 3)"),
        (record(""), "INCOMPLETE: no requirement was chosen (exit 3)"),
    ],
)
def test_the_last_line_is_true(run: Record, line: str) -> None:
    """PASSED is said only with exit 0, and nothing is said to have passed that was not tested."""
    assert headline(run) == line
    assert line.startswith("PASSED") == (run.footer["exit"] == 0)


@pytest.mark.parametrize(
    ("interrupted", "left", "code", "line"),
    [
        (True, [], 130, "INTERRUPTED: nothing violated until then"),
        (True, ["asst-1"], 4, "ERROR: no verdict. Interrupted."),
        (False, ["asst-1"], 2, "ERROR: no verdict. Interrupted."),
    ],
)
def test_a_run_that_was_cut_short_has_no_verdict(interrupted: bool, left: list[str], code: int, line: str) -> None:
    """By its exit code and by its headline."""
    found = exit_code_cut_short(interrupted=interrupted, left_behind=left)
    run = Record(header={"strict": False}, footer={"exit": found, "fault": "Interrupted.", "edits": []})

    assert (found, headline(run)) == (code, line)


def test_the_sums_count_each_verdict_once() -> None:
    """A known violation is a failed requirement, and named as known."""
    must, should = sums(record("ppfkuF"))

    assert str(must) == "2 passed, 2 failed (1 known), 1 not tested"
    assert str(should) == "0 passed, 1 failed, 0 not tested"
    assert str(sums(record("P"))[0]) == "none chosen"
