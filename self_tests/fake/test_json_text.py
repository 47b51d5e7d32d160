"""The rules for JSON wherever the fake accepts JSON or YAML: the same on every Python version."""

from __future__ import annotations

from pathlib import Path

import httpx2
import pytest
import yaml

from fake_server.contract import json_text, yaml_file
from fake_server.contract.yaml_file import YamlFileError
from fake_server.dialect.settings import load_dialect
from fake_server.fake import Fake
from fake_server.storage.file_format import DataFileError, load_tables
from fake_server.storage.seed_file import load_seed_file
from self_tests.fake.control.controlled import controlled

DEEPEST = "[" * 100 + "]" * 100
REFUSED = {
    "101 lists": ("[" * 101 + "]" * 101, "deeper than 100 levels"),
    "101 objects": ('{"a":' * 101 + "1" + "}" * 101, "deeper than 100 levels"),
    "a list without an end": ("[" * 1_000_000, "deeper than 100 levels"),
    "a lone surrogate": ('{"a": "\\ud800"}', "lone surrogate"),
    "a lone surrogate as a key": ('{"\\uDFFF": 1}', "lone surrogate"),
    "an integer beyond a double": ("9" * 400, "too large"),
    "an integer that int() refuses": ("9" * 100_000, "too large"),
    "a negative integer beyond a double": ("-" + "9" * 400, "too large"),
    "a fraction beyond a double": ("1e999", "too large"),
    "NaN": ('{"a": NaN}', "NaN"),
    "Infinity": ("[-Infinity]", "Infinity"),
    "a byte order mark": ("\ufeff{}", "byte order mark"),
    "no JSON": ("{'a': 1}", "not JSON"),
}


@pytest.fixture
def fake() -> Fake:
    return controlled()


@pytest.fixture(params=["libyaml", "PyYAML alone"])
def parser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both builds of PyYAML."""
    if request.param == "PyYAML alone":
        monkeypatch.setattr(yaml_file, "FASTEST", yaml.SafeLoader)


@pytest.mark.parametrize(("text", "message"), REFUSED.values(), ids=REFUSED.keys())
def test_a_text_that_breaks_a_rule_is_refused_by_that_rule(text: str, message: str) -> None:
    """Our check runs before any library, so that each Python version gives the same answer."""
    with pytest.raises(json_text.JsonError, match=message):
        json_text.parse(text)


@pytest.mark.parametrize(
    "text", [DEEPEST, '{"a": "' + "[" * 500 + '"}', '["\\"", ' + "[]," * 500 + "{}]", '"\\ud83e\\udd16"', "9" * 300]
)
def test_a_text_within_the_rules_is_parsed(text: str) -> None:
    """Brackets in a string, and lists side by side, do not count as depth."""
    assert json_text.parse(text)


@pytest.mark.parametrize(
    "body",
    [
        '{"a": ' + "[" * 100 + "]" * 100 + "}",
        '{"id": "\\ud800"}',
        '{"id": "a", "temperature": ' + "9" * 400 + "}",
        '{"id": "a", "temperature": NaN}',
    ],
)
def test_the_control_api_refuses_by_the_rules(base_url: str, body: str) -> None:
    """The Control API answers 400, as /v1 does."""
    url = base_url.removesuffix("v1") + "_fake/organizations"

    answer = httpx2.post(url, content=body.encode(), trust_env=False, verify=False)

    assert (answer.status_code, answer.json()["error"]["type"]) == (400, "invalid_request_error")


@pytest.mark.usefixtures("parser")
@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("organizations: " + "[" * 100_000, ":1: nested deeper than 100 levels"),
        ("\n".join(" " * level + "a:" for level in range(102)), ":101: nested deeper than 100 levels"),
        ("- " * 5_000, ":1: nested deeper than 100 levels"),
        ("a: &a [1]\nb: *a", r":2: '\*a' is an alias"),
        ("a: " + "9" * 5_000, ":1: the number is too large"),
        ("a: .nan", ":1: .nan is not a JSON number"),
        ("a: !!bool maybe", ":1: 'maybe' does not fit its tag"),
        ("a: !!int one", ":1: 'one' does not fit its tag"),
        ("a: !!binary aGk=", ":1: 'aGk=' has the tag .* not allowed"),
        ("a: !!set {b}", ":1: the tag .* is not allowed"),
        ("a: 1\n? [b]\n: 2", ":2: a list or an object cannot be a key"),
        ("a: 1\n1: 2\n'1': 3", ":3: '1' occurs twice"),
        ("a: 1\n---\nb: 2", ":2: a second document"),
        ("a: {<<: {b: 1}}", ":1: '<<' has the tag .* not allowed"),
        ("a: 1.0e+999", ":1: 1.0e.999 is not a JSON number"),
        ('{"organizations": ' + "[" * 100 + "]" * 100 + "}", ":1: nested deeper than 100 levels"),
    ],
)
def test_a_seed_file_is_refused_by_the_rules(tmp_path: Path, text: str, message: str) -> None:
    """The error names the line. Aliases are refused too, because a few bytes can become gigabytes."""
    file = tmp_path / "seed.yaml"
    file.write_text(text)

    with pytest.raises(YamlFileError, match=message):
        load_seed_file(file, 0)


@pytest.mark.usefixtures("parser")
def test_yaml_has_the_types_of_json() -> None:
    """Dates stay text; numbers in each base of YAML are numbers; a tag of JSON's types is allowed."""
    value = yaml_file.parse_yaml(
        "[2026-01-31, 0x1f, 1_000, yes, ~, 1.5, !!str 1, '1', {2: !!float 3, a: }, '']", "text"
    )

    assert value == ["2026-01-31", 31, 1000, True, None, 1.5, "1", "1", {"2": 3.0, "a": None}, ""]


@pytest.mark.usefixtures("parser")
def test_a_dialect_file_is_refused_by_the_rules(tmp_path: Path) -> None:
    """A dialect file follows the same rules as a seed file."""
    file = tmp_path / "dialect.yaml"
    file.write_text("answers: " + "{a: " * 1_000)

    with pytest.raises(YamlFileError, match=":1: nested deeper than 100 levels"):
        load_dialect(str(file))


@pytest.mark.parametrize("text", ["[" * 101 + "]" * 101, '{"fake": "\\ud800"}', '{"fake": NaN}', "9" * 5_000])
def test_a_data_file_is_refused_by_the_rules(tmp_path: Path, text: str) -> None:
    """The error is one line, as for any other file that is not a data file."""
    file = tmp_path / "data.json"
    file.write_text(text)

    with pytest.raises(DataFileError, match="Give --data"):
        load_tables(file, "page")
