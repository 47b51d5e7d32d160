"""The rules for JSON, in each place where the suite parses the text of others: the limits are the same on every
interpreter.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from contract_tests.http import json_text, ledger, target, yaml_text
from contract_tests.http.messages import Odd, parse
from contract_tests.http.target import TargetError
from contract_tests.reports import baseline, events
from contract_tests.reports.baseline import BaselineError
from contract_tests.reports.events import RecordError
from contract_tests.requirements import catalogue
from self_tests.cases import sampled
from self_tests.command_run import Ran
from self_tests.commands.test_run import http

# The oracle judges every answer by all of its rules, so the calls of a few requirements are enough. The first is one
# that blocks the others where a server answers each create with the same id.
JUDGED = ("create/ids-are-unique", "create/name-suffices", "create/answers-the-assistant", "list/complete")
CREATE_AND_LIST = tuple(word for id in JUDGED for word in ("--only", id))
TOO_DEEP = {
    "101 lists": "[" * 101 + "]" * 101,
    "101 objects": '{"a":' * 101 + "1" + "}" * 101,
    "a list without an end": "[" * 100_000,
    "100 lists after a quote": '["\\"", ' + "[" * 100 + "]" * 101,
}
NUMBERS = {"a long integer": "9" * 100_000, "a large integer": "9" * 400, "1e999": "1e999"}
UNREADABLE = TOO_DEEP | NUMBERS
NAN = '{"a": NaN}'
ODD_ANSWERS = {
    **UNREADABLE,
    "NaN": NAN,
    "a lone surrogate in a document": '{"id": "asst-1", "object": "assistant", "name": "\\ud800", "tools": 1}',
    "a lone surrogate in an error": '{"error": {"message": "\\udfff", "type": "\\ud800", "code": "\\ud801"}}',
    "a lone surrogate as a key": '{"object": "list", "data": [{"\\ud800": 1}]}',
}


def test_nan_is_no_json() -> None:
    """The grammar of JSON has no NaN, though some parsers take it."""
    assert parse(NAN.encode()) is Odd.BROKEN


@pytest.mark.parametrize("text", UNREADABLE.values(), ids=UNREADABLE.keys())
def test_an_answer_that_breaks_a_rule_is_unreadable(text: str) -> None:
    """An answer that breaks a rule is not parsed: no library recurses on it, and every interpreter gives the same
    result.
    """
    assert parse(text.encode()) is Odd.UNREADABLE


def test_a_lone_surrogate_is_replaced() -> None:
    """A lone surrogate is replaced. A pair of surrogates is one character and stays."""
    assert parse(b'{"\\ud800": ["\\ud83e\\udd16", "a\\udfffb"]}') == {"\ufffd": ["🤖", "a\ufffdb"]}


@pytest.mark.parametrize("text", ["[" * 100 + "]" * 100, '{"a": "' + "[" * 500 + '"}', "9" * 300])
def test_an_answer_within_the_rules_is_parsed(text: str) -> None:
    """An answer within the rules is parsed. Brackets in a string do not count as depth."""
    assert parse(text.encode()) == json.loads(text)


@pytest.mark.parametrize("status", [200, 400])
@pytest.mark.parametrize("text", sampled(ODD_ANSWERS.values(), 3), ids=ODD_ANSWERS.keys())
def test_a_server_that_answers_so_gets_a_verdict(run: Callable[..., Ran], status: int, text: str) -> None:
    """A server that answers so gets a verdict: the run ends with exit 1 and without a traceback."""
    with http(status, text.encode()) as base_url:
        ran = run(base_url, *CREATE_AND_LIST)

    assert ran.code == 1
    assert "Traceback" not in ran.out + ran.err


@pytest.mark.parametrize("text", UNREADABLE.values(), ids=UNREADABLE.keys())
def test_events_and_ledgers_that_break_a_rule_are_one_line(tmp_path: Path, text: str) -> None:
    """An events file or a ledger that breaks a rule is reported in one line, as any other damage."""
    file = tmp_path / "file"
    file.write_text(text + "\n")

    with pytest.raises(RecordError):
        events.load(file)
    with pytest.raises(TargetError):
        ledger.load(file)


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000,
        "- " * 5_000,
        "- &a {id: x}\n- *a",
        "- {id: !!python/object:os.system x}",
        "- {id: a, why: b, reason: c, expires: 2027-13-45}",
        "- {id: a, why: b, reason: " + "9" * 5_000 + "}",
    ],
)
@pytest.mark.parametrize("parser", [yaml_text.FASTEST, yaml.SafeLoader])
def test_a_baseline_that_breaks_a_rule_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, parser: type
) -> None:
    """A baseline that breaks a rule is reported in one line, by both builds of PyYAML."""
    monkeypatch.setattr(yaml_text, "FASTEST", parser)
    file = tmp_path / "known.yaml"
    file.write_text(text)

    with pytest.raises(BaselineError):
        baseline.load(file)


@pytest.mark.parametrize("text", ["a = " + "[" * 100_000, "a = " + "{a = " * 1_000, "rate_limit = " + "9" * 5_000])
def test_a_target_that_breaks_a_rule_is_one_line(tmp_path: Path, text: str) -> None:
    """A target file that breaks a rule is reported in one line: TOML nests as well."""
    file = tmp_path / "target.toml"
    file.write_text(text)

    with pytest.raises(TargetError):
        target.from_file(file)


def test_brackets_in_texts_and_comments_of_toml_are_no_depth() -> None:
    """Brackets in a comment or in any kind of string of TOML do not count as depth."""
    brackets = "[" * 101
    text = f'a = \'{brackets}\'\nb = "\\"{brackets}"\nc = \'\'\'\n{brackets}\'\'\'\n# {brackets}\nd = """{brackets}"""'

    json_text.check_depth(text, target.TOML_STRING)


def test_the_contract_is_loaded_by_pyyaml_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """The contract is loaded by a PyYAML without libyaml's loader."""
    monkeypatch.setattr(yaml_text, "FASTEST", yaml.SafeLoader)

    loaded = yaml_text.load(catalogue.location().read_text(encoding="utf-8"))

    assert loaded == catalogue.document()
