"""Nothing that a server sends leaves a report: no text of a server is a command, and no report has a key."""

from __future__ import annotations

import base64
import json
import re
import subprocess
from collections.abc import Callable
from dataclasses import fields
from html.parser import HTMLParser
from io import StringIO
from pathlib import Path
from typing import Any, cast
from xml.etree import ElementTree

import pytest
import yaml
from markdown_it import MarkdownIt
from rich.console import Console
from xmlschema import XMLSchema

from contract_tests.cli.report_files import write
from contract_tests.dialect import document
from contract_tests.dialect.differences import Comparison, Difference
from contract_tests.dialect.rules import Learned
from contract_tests.http import json_text, operations, printable_text
from contract_tests.http.messages import Exchange, Response
from contract_tests.http.target import Target
from contract_tests.reports import baseline, comparison, events
from contract_tests.reports.difference_table import difference_table
from contract_tests.reports.events import Record
from contract_tests.reports.formats import FORMATS, render
from contract_tests.reports.markdown import github_annotations
from contract_tests.reports.reproduce import script
from contract_tests.reports.terminal import result_not_deleted
from contract_tests.runs.result import Result
from fake_server.compose import compose
from fake_server.domain.errors import MalformedRequest
from fake_server.fake import Answer, Call, Fake
from fake_server.http.handlers import create_assistant
from fake_server.http.server import serve
from self_tests.answers.test_odd_answers import raw
from self_tests.command_run import KEYS, Ran, run_once
from self_tests.doubles.hostile_texts import HOSTILE, forms_of, repeat_keys
from self_tests.golden.goldens import EVENTS, HERE, terminal_report

OBEYED = re.compile(r"^\s*::|##\w*\[", re.MULTILINE)
FROM_TARGET = {"reason", "expected", "came", "known", "fault", "body", "edit"}  # keys of events
FEW = ("--only", "create/", "--only", "modify/partial", "--only", "errors/envelope", "--only", "errors/types")
TEXT = json_text.replace_surrogates(HOSTILE)  # as an answer is read
PRODUCTION = ("--profile", "production")


def hostile(value: Any, name: str = "") -> Any:
    """The event with a hostile text for each text that a target, or another file, may choose."""
    if name in ("left_behind", "removals", "unread", "notes"):
        return [HOSTILE]
    if name == "headers":
        return {HOSTILE: HOSTILE}
    if isinstance(value, str) and name in FROM_TARGET:
        return HOSTILE
    if isinstance(value, list):
        return [hostile(item) for item in value]
    if isinstance(value, dict):
        return {key: hostile(item, key) for key, item in value.items()}
    return value


@pytest.fixture(scope="module")
def record() -> Record:
    """The recorded run with hostile texts everywhere."""
    recorded = events.load(EVENTS)
    texts = {each.name: hostile(getattr(recorded, each.name)) for each in fields(Record)}
    return Record(**json_text.replace_surrogates(texts))  # as `load` does


@pytest.fixture(scope="module")
def judged(record: Record) -> Record:
    """The same run with an end: without a fault, the reports have the sums."""
    return Record(**{**vars(record), "footer": {**record.footer, "fault": ""}})


def check_terminal(text: str) -> None:
    """Only line breaks are left of all control characters, and no line is a command of a CI server."""
    assert all(char == "\n" or char.isprintable() for char in text)
    assert not OBEYED.search(text)


def printed(show: Callable[[Console], None]) -> str:
    console = Console(file=StringIO(), width=100, force_terminal=False)
    show(console)
    return cast(StringIO, console.file).getvalue()


def test_a_terminal_obeys_nothing(record: Record, judged: Record) -> None:
    """The report of a run has the texts as their escapes."""
    text = terminal_report(record) + terminal_report(judged)

    check_terminal(text)
    assert "\\x1b]0;owned\\x07" in text


def test_a_command_of_github_is_one_line(record: Record) -> None:
    """An annotation holds a whole text, and no other command."""
    lines = github_annotations(record)

    assert lines
    assert all(re.match(r"::(error|warning) ", line) and line.isprintable() for line in lines)


def test_markdown_shows_the_texts_as_code(record: Record, judged: Record) -> None:
    """A reader of Markdown finds no HTML, no link and no picture, and no heading that is not ours."""
    tokens = (
        MarkdownIt("commonmark")
        .enable(["linkify", "table"])
        .parse(render("markdown", record) + "\n\n" + render("markdown", judged))
    )
    kinds = {each.type for token in tokens for each in (token, *(token.children or ()))}
    headings = [tokens[number + 1].content for number, token in enumerate(tokens) if token.type == "heading_open"]

    assert kinds.isdisjoint({"html_block", "html_inline", "link_open", "image"})
    assert headings
    assert all(
        re.match(r"Assistants contract|(Known|Failed|Warning): |Not tested|`known.yaml`", each) for each in headings
    )


class Elements(HTMLParser):
    """The elements of a page, and the attributes that run a script or load something."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.active: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.active += [name for name, _ in attributes if name.startswith("on") or name in ("src", "href")]


def test_a_page_has_no_element_of_a_target(record: Record) -> None:
    """The page has its own script alone, and nothing that loads or runs."""
    page = render("html", record)
    elements = Elements(page)

    assert (elements.tags.count("script"), elements.active, "img" in elements.tags) == (1, [], False)
    assert printable_text.escape(page, keep="\n\t") == page


def test_junit_holds_the_texts(record: Record, judged: Record) -> None:
    """The file conforms to its schema, and has no result that a text has added."""
    schema = XMLSchema(HERE / "junit.xsd")
    texts = [render("junit", each) for each in (record, judged)]
    counted = [(root.get("errors"), len(root.findall(".//error"))) for root in map(ElementTree.fromstring, texts)]

    assert [str(fault) for text in texts for fault in schema.iter_errors(text)] == []
    assert all(stated == str(found) for stated, found in counted)


def test_a_badge_has_no_text_of_a_target(record: Record) -> None:
    """The picture is XML without a script."""
    root = ElementTree.fromstring(render("badge", record))

    assert "owned" not in "".join(root.itertext())


def test_a_baseline_has_its_own_entries_alone(record: Record) -> None:
    """The YAML has one entry for each violation, and is inert on a terminal too."""
    text = baseline.render(record)

    check_terminal(text)
    assert [entry["id"] for entry in yaml.safe_load(text)] == [verdict["id"] for verdict in record.broken()]


def test_a_dialect_has_its_own_settings_alone() -> None:
    """A learned value, a note and a doubt stay in their places, and a value is the same after it was read."""
    found = {
        "organization.model": Learned(TEXT, note=HOSTILE),
        "answers.extra_fields": Learned({TEXT: [TEXT, 1.5, None]}, note="a note\norganization: owned"),
        "lists.order": Learned(None, doubt=HOSTILE),
    }
    text = document.render(found, "http://127.0.0.1/v1", "1 request.")

    check_terminal(text)
    assert yaml.safe_load(text) == {
        "organization": {"model": TEXT},
        "answers": {"extra_fields": {TEXT: [TEXT, 1.5, None]}},
    }


def test_a_comparison_obeys_nothing(tmp_path: Path) -> None:
    """On the terminal and on the page."""
    difference = Difference("list/after", HOSTILE, HOSTILE, HOSTILE, HOSTILE, 2)
    found = Comparison((HOSTILE, HOSTILE), [difference], 1, 0)
    write("html", tmp_path / "page.html", comparison.page(found))
    elements = Elements((tmp_path / "page.html").read_text(encoding="utf-8"))

    check_terminal(printed(lambda console: difference_table(found, console)))
    assert ("script" in elements.tags, elements.active) == (False, [])


@pytest.mark.parametrize("shell", ["bash", "sh"])
def test_a_shell_runs_no_id(tmp_path: Path, shell: str) -> None:
    """A person may paste the whole output: the ids and the name of the ledger are words, not commands."""
    ids = ["asst-$(touch${IFS}owned)", "asst-`touch owned`", "asst-';touch owned;'", "asst-a\ntouch owned\n", TEXT]
    left = Result(Target("http://127.0.0.1:9/v1", {}), left_behind=dict.fromkeys(ids, "primary"))
    left.ledger = Path("a;touch owned;.ledger")
    text = printed(lambda console: result_not_deleted(console, left))
    subprocess.run([shell, "-c", text], cwd=tmp_path, env={"PATH": "/usr/bin:/bin"}, capture_output=True, check=False)

    assert not (tmp_path / "owned").exists()


@pytest.mark.parametrize("shell", ["bash", "sh"])
def test_a_script_runs_no_id(tmp_path: Path, shell: str) -> None:
    """A script that reproduces a violation calls curl alone, whatever the ids are that a server has answered."""
    curl = tmp_path / "curl"
    curl.write_text(f"#!/bin/sh\ncat <<'END'\n{json.dumps({'id': TEXT})}\nEND\n", encoding="utf-8")
    curl.chmod(0o755)
    create = operations.create({"name": "a"})
    exchanges = [
        Exchange(1, create, Response(200, body=json.dumps({"id": TEXT}).encode())),
        *(Exchange(2, request, Response(200)) for request in operations.every_operation(TEXT, TEXT)),
    ]
    text = script(exchanges, Target("http://127.0.0.1:9/v1", {"primary": "sk-fake-primary"}))
    environment = {"PATH": f"{tmp_path}:/usr/bin:/bin", "ASSISTANTS_API_KEY": "k"}
    done = subprocess.run([shell, "-c", text], cwd=tmp_path, env=environment, capture_output=True, check=False)

    assert (done.returncode, done.stderr, (tmp_path / "owned").exists()) == (0, b"", False)


def test_ids_that_are_commands_end_in_an_inert_output(
    command: Callable[..., Ran], fake: Fake, base_url: str, tmp_path: Path
) -> None:
    """A server whose ids are hostile, and that deletes nothing: the lines of `run`, of `learn` and of `sweep` obey
    nothing, and each names what is left."""
    made: list[str] = []

    async def create(call: Call) -> Answer:
        answer = await create_assistant(call)
        made.append(f"asst-{len(made)}{TEXT}")
        return Answer({**answer.body, "id": made[-1]})

    async def refuse(_: Call) -> Answer:
        raise MalformedRequest(TEXT)

    fake.handlers |= {"createAssistant": create, "deleteAssistant": refuse}
    ledger = tmp_path / "run.ledger"
    ran = command("run", base_url, *PRODUCTION, *FEW, "--ledger", str(ledger))
    swept = command("sweep", str(ledger), "--yes")
    learned = command("learn", base_url, "--ledger", str(tmp_path))

    check_terminal("".join(text for each in (ran, swept, learned) for text in each[1:]))
    assert made
    assert "Not deleted: 'asst-0" in ran.out
    assert "asst-0" in swept.out


def test_a_content_type_is_shown_as_text(run: Callable[..., Ran]) -> None:
    """The violation quotes the header, and a terminal obeys none of it."""
    with raw(b"", b"content-type: \x1b[2J::error::owned\r\n") as base_url:
        ran = run(base_url, "--histories", "0", "--only", "errors/json-content-type", "--only", "list/envelope")

    check_terminal(ran.out + ran.err)
    assert "FAILED errors/json-content-type" in ran.out
    assert "\\x1b[2J::error::owned" in ran.out


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory) -> str:
    """All that the commands write about a server that repeats each key in every form, and that deletes nothing."""
    folder = tmp_path_factory.mktemp("canary")
    fake = compose(rate_limit=None)
    repeat_keys(fake, list(KEYS.values()))

    async def refuse(_: Call) -> Answer:
        raise MalformedRequest("Not now.")

    fake.handlers["deleteAssistant"] = refuse
    record, ledger, other = (str(folder / name) for name in ("run.ndjson", "run.ledger", "other.ledger"))
    files = [word for name in FORMATS for word in (f"--{name}", str(folder / name))]
    with serve(fake) as url:
        ran = [
            run_once("run", url, *FEW, *PRODUCTION, *files, "--events", record, "--ledger", ledger),
            run_once("run", url, "--only", "errors/types", "--histories", "0", "--ledger", other),
            run_once("compare", record, record, "--json", str(folder / "compare.json")),
            run_once("learn", "--from", record),
            run_once("baseline", record),
            run_once("sweep", ledger, "--yes"),
        ]
    assert ran[0].code == 1
    texts = [text for each in ran for text in (each.out, each.err)]
    return "".join([*texts, *(path.read_text(encoding="utf-8") for path in folder.iterdir())])


@pytest.mark.parametrize("key", KEYS.values(), ids=KEYS)
def test_no_output_has_a_key_in_any_form(everything: str, key: str) -> None:
    """The terminal, the records, the reports, the ledgers and the dialect have the name of the variable instead."""
    shown = [name for name, form in forms_of(key).items() if form.lower() in everything.lower()]
    text = re.sub(r"[^A-Za-z0-9+/]", " ", everything.replace("-", "+").replace("_", "/"))
    decoded = b"".join(base64.b64decode(word + "=" * (-len(word) % 4)) for word in text.split() if len(word) % 4 != 1)

    assert shown == []
    assert key.encode() not in decoded
    assert "$ASSISTANTS_API_KEY" in everything
