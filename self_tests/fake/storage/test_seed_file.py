"""Seed files: their possible content, and errors with the line."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from fake_server.contract.yaml_file import YamlFileError
from fake_server.dialect.apply import organization_defaults
from fake_server.domain.assistants import Key, Organization, Project
from fake_server.storage.seed_file import load_seed_file

WHOLE = """
# A comment.
organizations:
  - id: org-one
    name: One
    model: large
    temperature: 0.5
    instructions: Be brief.
    keys:
      - label: main
        secret: sk-one
        assistant: asst-first
      - {label: spare, active: false}
    assistants:
      - id: asst-first
        name: First
        instructions: In French.
        created_at: 7
      - name: Second
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "seed.yaml"


def test_it_says_everything(file: Path) -> None:
    """A part without a name gets a predictable one."""
    file.write_text(WHOLE)

    seed = load_seed_file(file, 1000)

    assert seed.organizations == [Organization("org-one", "One", "large", 0.5, "Be brief.")]
    assert seed.keys == [
        Key("sk-one", "main", "org-one", "first"),
        Key("sk-fake-one-spare", "spare", "org-one", "one-spare", active=False),
    ]
    assert seed.projects == [
        Project("first", "org-one", "First", "In French.", 7),
        Project("one-2", "org-one", "Second", None, 1000),
        Project("one-spare", "org-one", "One spare", None, 1000),
    ]


def test_an_organization_needs_to_say_nothing(file: Path) -> None:
    """An empty organization gets an id and two keys, each bound to a new assistant."""
    file.write_text("organizations: [{}]")

    seed = load_seed_file(file, 1000)

    assert [each.id for each in seed.organizations] == ["org-1"]
    assert [(key.secret, key.project) for key in seed.keys] == [
        ("sk-fake-1-primary", "1-primary"),
        ("sk-fake-1-sibling", "1-sibling"),
    ]


def test_a_missing_value_comes_from_the_dialect(file: Path) -> None:
    """Model and temperature come from the dialect, unless the file gives them."""
    file.write_text("organizations: [{}, {model: large}]")

    defaults = organization_defaults({"organization.model": "small", "organization.temperature": None})
    seed = load_seed_file(file, 0, defaults)

    assert [(each.model, each.temperature) for each in seed.organizations] == [("small", None), ("large", None)]


def test_json_with_tabs_is_read_too(file: Path) -> None:
    """JSON may be indented with tabs, which YAML forbids."""
    file.write_text(json.dumps({"organizations": [{"id": "a"}]}, indent="\t"))

    assert load_seed_file(file, 0).organizations[0].id == "a"


# A line of the file above, the line that replaces it, and the line number and the word in the error.
MISTAKES = {
    "a field that nobody knows": ("    model: large", "    modle: large", 6, "modle"),
    "a number for a name": ("    name: One", "    name: 1", 5, "expected text, got the number 1"),
    "too hot": ("temperature: 0.5", "temperature: 3", 7, "at most 2"),
    "no label": ("      - label: main\n", "      - active: true\n", 10, "label"),
    "a label with a blank": ("label: main", "label: my key", 10, "label"),
    "an id without its prefix": ("- id: asst-first", "- id: first", 15, "asst-"),
    "an assistant that is not there": ("assistant: asst-first", "assistant: asst-frist", 12, "asst-frist"),
    "a label twice": ("{label: spare", "{label: main", 13, "main"),
    "a key twice": ("active: false", "secret: sk-one", 13, "sk-one"),
    "an assistant twice": ("- name: Second", "- {name: Second, id: asst-first}", 19, "first"),
    "no name": ("- name: Second", "- instructions: x", 19, "name"),
    "no YAML": ("    name: One", "    name: [One", 6, ""),
    "not indented as the others": ("    model: large", "   model: large", 6, ""),
}


@pytest.mark.parametrize(("right", "wrong", "line", "word"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_in_a_seed_file_has_its_line(file: Path, right: str, wrong: str, line: int, word: str) -> None:
    """The error is one line with file and line number, as an editor understands it."""
    file.write_text(WHOLE.replace(right, wrong, 1))

    with pytest.raises(YamlFileError, match=f"^{re.escape(str(file))}:{line}: .*{word}") as told:
        load_seed_file(file, 0)

    assert "\n" not in str(told.value)


@pytest.mark.parametrize("content", [b"", b"[]", b"organizations: []", b"\xff", b"a: &a [*a]", b"{" * 5000])
def test_a_file_without_a_seed_is_refused(file: Path, content: bytes) -> None:
    """The error names the file."""
    file.write_bytes(content)

    with pytest.raises(YamlFileError, match=re.escape(str(file))):
        load_seed_file(file, 0)
