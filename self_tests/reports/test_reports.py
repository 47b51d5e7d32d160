"""The reports of one record, and the baseline of a team whose server is not perfect yet."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from junitparser import Failure, JUnitXml, Skipped

from contract_tests.reports import baseline, events
from contract_tests.reports.events import Record, RecordError
from contract_tests.reports.formats import FORMATS, render
from contract_tests.reports.html import difference
from contract_tests.reports.markdown import github_annotations
from contract_tests.reports.sdk_snippets import sdk_line
from contract_tests.requirements import catalogue
from fake_server.compose import compose
from fake_server.fake import Answer, Call, Fake
from fake_server.http.handlers import HANDLERS, get_assistant, modify_assistant
from fake_server.http.server import serve
from self_tests.command_run import Ran, run_once
from self_tests.suite.test_wrong_servers import ASSISTANT
from self_tests.wrong.wrong_server import instead

# make contract writes the same kinds of report on each Python.
pytestmark = pytest.mark.any_python

ONLY = (
    "--only",
    "retrieve/",
    "--only",
    "delete/gone",
    "--only",
    "delete/answers-deleted",
    "--only",
    "modify/empty-instructions-clear",
)
FEW = ("--only", "delete/gone", "--only", "modify/empty-instructions-clear")
SCHEMA = json.loads((Path(events.__file__).with_name("events.schema.json")).read_text())


async def undone(call: Call) -> Answer:
    return Answer({"id": call.assistant, "object": "assistant.deleted", "deleted": True})


async def kept(call: Call) -> Answer:
    call.body = {name: value for name, value in call.body.items() if value}
    return await modify_assistant(call)


async def shouted(call: Call) -> Answer:
    answer = await get_assistant(call)
    return Answer({**answer.body, "name": answer.body["name"].upper() + "<b>'\"&\x00\ud800"})


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The events of a run on a server that deletes nothing."""
    fake, path = compose(rate_limit=None), tmp_path_factory.mktemp("run") / "events.ndjson"
    fake.handlers["deleteAssistant"] = undone
    with serve(fake) as base_url:
        run_once("run", base_url, *ONLY, "--events", str(path))
    return path.read_text()


@pytest.fixture
def file(recorded: str, tmp_path: Path) -> Path:
    """A file of these events, which a test may damage."""
    (tmp_path / "events.ndjson").write_text(recorded)
    return tmp_path / "events.ndjson"


@pytest.fixture
def record(file: Path) -> Record:
    return events.load(file)


def test_every_event_is_as_its_schema_says(file: Path) -> None:
    """A program may rely on the published schema."""
    validator = jsonschema_rs.validator_for(SCHEMA)

    assert [
        fault.message for line in file.read_text().splitlines() for fault in validator.iter_errors(json.loads(line))
    ] == []


def test_two_equal_runs_differ_only_in_times_and_ids(run: Callable[..., Ran], base_url: str, tmp_path: Path) -> None:
    """The requests and the verdicts are the same; times, ids and answers are not compared."""
    files = [tmp_path / name for name in ("one", "other")]
    for path in files:
        run(base_url, *ONLY, "--events", str(path))
    one, other = ([_steady(json.loads(line)) for line in path.read_text().splitlines()] for path in files)

    assert one == other


def _steady(event: Any) -> Any:
    return _without(event, SCHEMA["$defs"][event["event"]])


def _without(value: Any, schema: Any) -> Any:
    """The value without what its schema calls volatile."""
    if isinstance(value, list):
        return [_without(item, schema.get("items", {})) for item in value]
    if not isinstance(value, dict):
        return value
    inner = {name: schema.get("properties", {}).get(name, {}) for name in value}
    return {name: _without(value[name], inner[name]) for name in value if not inner[name].get("x-volatile")}


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: text[: text.rindex("\n", 0, -1) + 1],
        lambda text: text[:-20],
        lambda text: text.replace('"fail"', '"pass"', 1),
        lambda text: "".join(text.splitlines(keepends=True)[:3] + text.splitlines(keepends=True)[4:]),
        lambda text: text + '{"event": "verdict"}\n',
        lambda text: text.replace('"format": 2', '"format": 3', 1),
        lambda _: "",
        lambda _: "<xml/>\n",
    ],
)
def test_a_record_that_is_not_whole_is_refused(file: Path, damage: Callable[[str], str]) -> None:
    """A run that was cut short, or a verdict that was mended by hand, is no ground for a report."""
    file.write_text(damage(file.read_text()))

    with pytest.raises(RecordError):
        events.load(file)


def test_a_run_that_breaks_off_says_so_in_every_report(run: Callable[..., Ran], tmp_path: Path) -> None:
    """Never green by accident: JUnit has an error, and nothing that passed."""
    run("http://127.0.0.1:9/v1", "--junit", str(tmp_path / "junit.xml"), "--markdown", str(tmp_path / "summary.md"))
    suites = JUnitXml.fromfile(str(tmp_path / "junit.xml"))

    assert (suites.errors, suites.tests) == (1, 1)
    assert "ERROR: no verdict." in (tmp_path / "summary.md").read_text()


@pytest.mark.parametrize("name", FORMATS)
def test_a_report_names_the_violated_requirements(record: Record, name: str) -> None:
    """The badge says how many; all others which, too."""
    text = render(name, record)

    assert "MUST 4 passed, 1 failed" in text or "delete/gone" in text


def test_junit_separates_failed_from_not_tested(record: Record) -> None:
    """Read by a parser that is not ours."""
    record.verdicts[0] |= {"verdict": "unjudged", "reason": "no key"}
    cases = {case.name: case.result for suite in JUnitXml.fromstring(render("junit", record)) for case in suite}

    assert isinstance(cases["delete/gone"][0], Failure)
    assert isinstance(cases[record.verdicts[0]["id"]][0], Skipped)
    assert cases["modify/empty-instructions-clear"] == []


def test_junit_has_the_time_of_each_requirement(record: Record) -> None:
    """A time is the share of the calls on which a requirement was judged. The times of a suite add up, and are not more
    than the run took."""
    root = JUnitXml.fromstring(render("junit", record))
    suites = [(suite.time, [case.time for case in suite]) for suite in root if suite.name in catalogue.areas()]

    assert all(total == pytest.approx(sum(times), abs=0.01) for total, times in suites)
    assert 0 < sum(total for total, _ in suites) <= sum(each["seconds"] for each in record.exchanges.values()) + 0.01
    assert all(time is not None for _, times in suites for time in times)


def test_any_answer_of_a_target_can_be_reported(
    run: Callable[..., Ran], fake: Fake, base_url: str, tmp_path: Path
) -> None:
    """Markup, NUL and lone surrogates come out as text; XML and HTML stay what they are."""
    fake.handlers["getAssistant"] = shouted
    paths = {name: tmp_path / name for name in FORMATS}
    words = [word for name, path in paths.items() for word in (f"--{name}", str(path))]
    run(base_url, "--only", "retrieve/equals-created", *words)

    assert JUnitXml.fromfile(str(paths["junit"])).failures > 0
    assert "<b>'" not in paths["html"].read_text()


def test_github_gets_annotations(record: Record) -> None:
    """One line for each violation, with no line break in it, and one for what was left behind."""
    *breaches, left = github_annotations(record)

    assert breaches
    assert all(line.startswith("::error title=delete/") and "\n" not in line for line in breaches)
    assert left.startswith("::error title=not deleted::asst-")


def test_a_difference_is_marked() -> None:
    """In either text, and escaped."""
    assert difference("name a<b", "name a>b") == ("name a<mark>&lt;</mark>b", "name a<mark>&gt;</mark>b")


@pytest.mark.parametrize(
    ("request_", "line"),
    [
        (("POST", "/assistants", {"name": "a"}), "client.beta.assistants.create(model='any', name='a')"),
        (("POST", "/assistants/asst-1", {"name": "b"}), "client.beta.assistants.update('asst-1', name='b')"),
        (("GET", "/assistants?limit=2&after=asst-1", None), "client.beta.assistants.list(limit=2, after='asst-1')"),
        (("DELETE", "/assistants/asst-1", None), "client.beta.assistants.delete('asst-1')"),
        (("PATCH", "/assistants/asst-1", {"name": "b"}), ""),
        (("POST", "/assistants", [1]), ""),
        (("GET", "/assistants/a/b", None), ""),
    ],
)
def test_a_call_as_the_sdk_makes_it(request_: tuple[str, str, Any], line: str) -> None:
    """The snippet makes the same call, if the SDK can make it."""
    assert sdk_line(*request_) == line


@pytest.fixture
def run_known(run: Callable[..., Ran], base_url: str, tmp_path: Path) -> Callable[..., Ran]:
    """Runs with the baseline that stands in `known.yaml`, as a team's CI does."""
    (tmp_path / "known.yaml").write_text("[]\n")
    return lambda *words: run(base_url, *FEW, "--baseline", str(tmp_path / "known.yaml"), *words)


def test_a_baseline_accepts_known_violations_until_they_pass(
    run_known: Callable[..., Ran], fake: Fake, command: Callable[..., Ran], tmp_path: Path
) -> None:
    """A known violation does not fail the run. A new violation does, and so does a line of the baseline that passes."""
    known, first = tmp_path / "known.yaml", tmp_path / "first.ndjson"
    fake.handlers |= {"modifyAssistant": kept, "patchAssistant": kept}
    red = run_known("--events", str(first))
    known.write_text(command("baseline", str(first)).out)
    green = run_known()
    fake.handlers["deleteAssistant"] = undone
    second = run_known("--since", str(first))
    fake.handlers |= HANDLERS
    mended = run_known()
    known.write_text("")
    edited = run_known()

    assert [ran.code for ran in (red, green, second, mended, edited)] == [1, 0, 1, 1, 0]
    assert "KNOWN modify/empty-instructions-clear: to be filled in" in second.out
    assert "New:    delete/gone" in second.out
    assert f"{known}:2: modify/empty-instructions-clear passes now: remove lines 2 to 4." in mended.out


def test_a_baseline_of_an_older_contract_is_read_and_its_changes_are_said_once(
    run_known: Callable[..., Ran], tmp_path: Path
) -> None:
    """The run names the requirements that are new or changed, until the file states the present contract."""
    old = run_known()
    (tmp_path / "known.yaml").write_text(f"# contract {catalogue.version()}\n[]\n")
    now = run_known()

    assert (old.code, now.code) == (0, 0)
    assert old.out.count("is of contract 1.0") == 1
    assert "new: create/identity-is-the-servers, errors/bad-input-is-400" in " ".join(old.out.split())
    assert "is of contract" not in now.out


LINE = "- {id: modify/empty-instructions-clear, why: w, reason: %s, expires: %s}\n"


@pytest.mark.parametrize(
    ("text", "edit"),
    [
        (LINE % ("cleared", "2020-01-01"), ":1: modify/empty-instructions-clear expired on 2020-01-01"),
        (LINE % ("teapot", "2999-01-01"), ":1: modify/empty-instructions-clear fails for another reason"),
        (
            LINE % ("cleared", "2999-01-01") * 2,
            ":2: modify/empty-instructions-clear is listed twice: remove lines 2 to 2.",
        ),
        ("- {id: retrieve/nothing, why: w, reason: r}\n", ":1: retrieve/nothing is not a requirement"),
    ],
)
def test_a_line_that_is_not_true_fails_the_run(
    run_known: Callable[..., Ran], fake: Fake, tmp_path: Path, text: str, edit: str
) -> None:
    """And the output says how to mend it."""
    fake.handlers |= {"modifyAssistant": kept, "patchAssistant": kept}
    (tmp_path / "known.yaml").write_text(text)
    ran = run_known()

    assert ran.code == 1
    assert edit in ran.out


@pytest.mark.parametrize(
    "text",
    [
        "a: 1\n",
        "- 7\n",
        "- {id: x}\n",
        "- {id: x, why: w, reason: r, unheard: of}\n",
        "- [\n",
        "- {id: x, why: w, reason: ''}\n",
    ],
)
def test_a_baseline_that_cannot_be_read_is_one_line(run_known: Callable[..., Ran], tmp_path: Path, text: str) -> None:
    """Exit 2, before anything is sent."""
    (tmp_path / "known.yaml").write_text(text)
    ran = run_known()

    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)


def test_a_reason_has_no_text_that_changes_in_each_run() -> None:
    """Ids, the run's marks and long numbers are left out, so that the line is true of the next run too."""
    reason = "expected name contract-1 0004 renamed; came name asst-1f2e 1795569458 was not the one that was sent"

    assert baseline.stable(reason) == "was not the one that was sent"


def test_reports_can_be_made_later(command: Callable[..., Ran], file: Path, tmp_path: Path) -> None:
    """From the record alone, the same as at once."""
    ran = command("report", str(file), "--html", str(tmp_path / "later.html"))

    assert ran.code == 0
    assert (tmp_path / "later.html").read_text() == render("html", events.load(file))


def test_the_page_is_small_and_needs_nothing_else(run: Callable[..., Ran], fake: Fake, tmp_path: Path) -> None:
    """One file of less than 300 kB, also where nearly everything is broken: no address is in it but the target's."""
    instead(fake, lambda _: True, 200, ASSISTANT)
    with serve(fake) as base_url:
        run(base_url, "--histories", "0", "--html", str(tmp_path / "page.html"))
    text = (tmp_path / "page.html").read_text()

    assert 50_000 < len(text.encode()) < 300_000
    assert [word for word in ("src=", "href=", "@import", "url(") if word in text] == []


def test_another_contract_is_refused(run: Callable[..., Ran], base_url: str) -> None:
    """In one line that says which this is, and where the changes stand."""
    refused = run(base_url, "--contract", "0.9")

    assert (refused.code, refused.out, refused.err.count("\n")) == (2, "", 1)
    assert f"this is contract {catalogue.version()}" in refused.err
    assert "CHANGELOG" in refused.err


def test_the_current_version_of_the_contract_is_accepted(run: Callable[..., Ran], base_url: str) -> None:
    """A run that names the current version goes on; with another version it ends."""
    assert run(base_url, *FEW, "--contract", catalogue.version()).code == 0


def test_a_baseline_that_is_not_true_is_red_in_every_report(run_known: Callable[..., Ran], tmp_path: Path) -> None:
    """Though all requirements hold: no report is green where the exit is not."""
    paths = {name: tmp_path / name for name in FORMATS}
    (tmp_path / "known.yaml").write_text(LINE % ("cleared", "2999-01-01"))
    ran = run_known(*(word for name, path in paths.items() for word in (f"--{name}", str(path))))
    red, green = ("#c0392b" in paths["badge"].read_text(), "#2e7d32" in paths["badge"].read_text())

    assert (ran.code, red, green) == (1, True, False)
    assert JUnitXml.fromfile(str(paths["junit"])).failures == 1
    assert all("known.yaml is out of date" in paths[name].read_text() for name in ("html", "markdown"))
