"""Every report of one recorded run equals its golden file. `make golden` writes these files."""

from __future__ import annotations

import re
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
def rendered(run: Record) -> Mapping[str, str]:
    return reports(run)


@pytest.fixture(scope="module")
def junit_schema() -> XMLSchema:
    return XMLSchema(Path(__file__).with_name("junit.xsd"))


def test_every_report_has_its_golden_file() -> None:
    """Each report format has a golden file."""
    assert set(FILES) == set(FORMATS)


@pytest.mark.parametrize("name", [*FILES.values(), ANNOTATIONS, TERMINAL])
def test_a_report_looks_as_it_should(rendered: Mapping[str, str], name: str) -> None:
    """A report equals its golden file to the letter, so the difference shows each change of a report."""
    assert written(rendered[name]).decode() == (HERE / name).read_text(encoding="utf-8")


def test_a_file_of_format_1_gives_every_report() -> None:
    """Every report can be made from an events file of format 1; missing parts get a default."""
    run = events.load(HERE / "events_format_1.ndjson")

    assert run.header["format"] == 1
    assert all(text for text in reports(run).values())


@pytest.mark.parametrize("name", [FILES["html"], FILES["junit"], FILES["markdown"], ANNOTATIONS, TERMINAL])
def test_every_report_lists_the_blocked_under_their_blocker(rendered: Mapping[str, str], name: str) -> None:
    """A requirement that was not tested because of a violation is named where that violation is."""
    _, _, after = rendered[name].partition("errors/envelope")

    assert re.search(r"Not tested( because of this)?: +errors/types", after)


def test_the_recorded_run_has_all_there_is_to_show(run: Record) -> None:
    """The recorded run has each verdict, a known violation, an outdated line of the baseline, an answer that is no
    text, and an assistant that was not deleted.
    """
    known, mended = baseline.load(HERE / "known.yaml").lines

    assert {each["verdict"] for each in run.verdicts} == {"pass", "fail", "warn", "unjudged"}
    assert [each["id"] for each in run.verdicts if each["known"]] == [known.id]
    assert [(each["file"], each["line"], each["id"]) for each in run.footer["edits"]] == [("known.yaml", 6, mended.id)]
    assert run.footer["left_behind"]
    assert "\\ud800" in EVENTS.read_text()


def test_an_unconfirmed_script_creates_what_it_shows(run: Record) -> None:
    """The recorded run could not delete an assistant, so it created none to confirm a violation."""
    (verdict,) = (each for each in run.verdicts if each["id"] == "modify/partial")
    shown = verdict["evidence"][0]
    first = run.exchanges[shown["exchanges"][0]]["request"]

    assert (first["method"], first["path"], shown["confirmed"]) == ("POST", "/assistants", None)


def test_the_junit_file_is_one(rendered: Mapping[str, str], junit_schema: XMLSchema) -> None:
    """The JUnit file conforms to the schema of CI servers, and another JUnit parser counts the same results."""
    junit_schema.validate(rendered["junit.xml"])
    results = [[result.__class__.__name__ for case in suite for result in case.result] for suite in suites_of(rendered)]
    stated = [(suite.failures, suite.skipped) for suite in suites_of(rendered)]

    assert stated == [(kinds.count("Failure"), kinds.count("Skipped")) for kinds in results]
    assert [sum(column) for column in zip(*stated, strict=True)] == [4, 3]


def test_each_result_has_its_reason_as_message_and_as_text(rendered: Mapping[str, str]) -> None:
    """Jenkins, Azure DevOps and GitHub's actions show the message, GitLab the text of the element alone."""
    results = [result for suite in suites_of(rendered) for case in suite for result in case.result]

    assert [result for result in results if not (result.message and result.text)] == []
    assert len(results) == 8


def suites_of(rendered: Mapping[str, str]) -> list[TestSuite]:
    return list(JUnitXml.fromstring(rendered["junit.xml"]))


def test_the_junit_file_of_another_edition_is_one(run: Record, junit_schema: XMLSchema) -> None:
    """The JUnit file has the edition as a property of each suite, and conforms to the same schema."""
    other = Record({**run.header, "edition": "openai"}, run.exchanges, run.choices, run.verdicts, run.footer)

    junit_schema.validate(render("junit", other))


def test_the_junit_file_of_a_run_that_broke_off_is_one(run: Record, junit_schema: XMLSchema) -> None:
    """The JUnit file of a run that was cut short conforms to the same schema."""
    broken_off = Record(header=run.header, footer={**run.footer, "fault": "Interrupted. \x00"})

    junit_schema.validate(render("junit", broken_off))
