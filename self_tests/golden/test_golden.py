"""Every report of one recorded run looks as it should: `make golden` writes anew how that is."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from junitparser import JUnitXml, TestSuite
from xmlschema import XMLSchema

from contract_tests.reports import baseline, events
from contract_tests.reports.events import Record
from contract_tests.reports.formats import FORMATS, render
from self_tests.golden.goldens import ANNOTATIONS, EVENTS, FILES, HERE, TERMINAL, reports, written


@pytest.fixture(scope="module")
def run() -> Record:
    return events.load(EVENTS)


@pytest.fixture(scope="module")
def made(run: Record) -> Mapping[str, str]:
    return reports(run)


@pytest.fixture(scope="module")
def junit_schema() -> XMLSchema:
    return XMLSchema(Path(__file__).with_name("junit.xsd"))


def test_every_report_has_its_golden_file() -> None:
    """A format that is added is looked at here, too."""
    assert set(FILES) == set(FORMATS)


@pytest.mark.parametrize("name", [*FILES.values(), ANNOTATIONS, TERMINAL])
def test_a_report_looks_as_it_should(made: Mapping[str, str], name: str) -> None:
    """To the letter: who changes a report sees in the golden file what that does to it."""
    assert written(made[name]).decode() == (HERE / name).read_text(encoding="utf-8")


def test_a_file_of_format_1_gives_every_report() -> None:
    """An events file of an earlier version is still read, and what it lacks is filled in."""
    run = events.load(HERE / "events_format_1.ndjson")

    assert run.header["format"] == 1
    assert all(text for text in reports(run).values())


def test_the_recorded_run_has_all_there_is_to_show(run: Record) -> None:
    """Each verdict, a violation that was known and one that is no longer there, what is no text, and what is left."""
    known, mended = baseline.load(HERE / "known.yaml").lines

    assert {each["verdict"] for each in run.verdicts} == {"pass", "fail", "warn", "unjudged"}
    assert [each["id"] for each in run.verdicts if each["known"]] == [known.id]
    assert [(each["file"], each["line"], each["id"]) for each in run.footer["edits"]] == [("known.yaml", 6, mended.id)]
    assert run.footer["left_behind"]
    assert "\\ud800" in EVENTS.read_text()


def test_the_junit_file_is_one(made: Mapping[str, str], junit_schema: XMLSchema) -> None:
    """By a schema of what CI servers read, and by a reader that is not ours, which counts alike."""
    junit_schema.validate(made["junit.xml"])
    results = [[result.__class__.__name__ for case in suite for result in case.result] for suite in suites_of(made)]
    stated = [(suite.failures, suite.skipped) for suite in suites_of(made)]

    assert stated == [(kinds.count("Failure"), kinds.count("Skipped")) for kinds in results]
    assert [sum(column) for column in zip(*stated, strict=True)] == [3, 2]


def suites_of(made: Mapping[str, str]) -> list[TestSuite]:
    return list(JUnitXml.fromstring(made["junit.xml"]))


def test_the_junit_file_of_a_run_that_broke_off_is_one(run: Record, junit_schema: XMLSchema) -> None:
    """An error, where nothing was judged."""
    broken_off = Record(header=run.header, footer={**run.footer, "fault": "Interrupted. \x00"})

    junit_schema.validate(render("junit", broken_off))
