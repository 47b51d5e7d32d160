"""A data file belongs to one edition, and keeps the kept fields."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fake_server.compose import compose
from fake_server.fake import Fake
from fake_server.storage.file_format import MARK, DataFileError
from self_tests.fake.storage.killed import kill

FUNCTION = {"name": "f", "parameters": {"maximum": 10**30}}  # more than 64 bits
FIELDS = {"model": "gpt-4o", "metadata": {"Grüße": "日本"}, "tools": [{"type": "function", "function": FUNCTION}]}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "data.json"


def opened(file: Path, edition: str) -> Fake:
    return compose(rate_limit=None, data=file, edition=edition)


@pytest.mark.parametrize("end", [lambda store: store.close(), kill], ids=["closed", "killed"])
def test_a_file_keeps_the_kept_fields(file: Path, end: Callable[[Any], None]) -> None:
    """A new fake has every field and the null name, after every kind of end."""
    first = opened(file, "openai").store
    made = first.add("org-acme", None, None, dict(FIELDS))
    first.change("org-acme", made.id, {"fields": {"metadata": None, "temperature": 0.2}})
    end(first)

    second = opened(file, "openai").store
    found = second.get("org-acme", made.id)
    second.close()
    assert found is not None
    assert (found.title, found.fields) == (None, {"model": "gpt-4o", "tools": FIELDS["tools"], "temperature": 0.2})


@pytest.mark.parametrize(("first", "second"), [("openai", "page"), ("page", "openai")])
def test_a_file_of_another_edition_is_refused(file: Path, first: str, second: str) -> None:
    """The line names both editions, and the file stays as it is."""
    opened(file, first).store.close()
    before = file.read_bytes()

    with pytest.raises(DataFileError, match=f"'{first}', and this fake has the edition '{second}'"):
        opened(file, second)
    assert file.read_bytes() == before


def test_a_file_of_the_page_is_as_before(file: Path) -> None:
    """The page's edition writes the version and the columns that earlier releases read."""
    made = opened(file, "page").store
    made.add("org-acme", "Bot", None)
    made.close()

    tables = json.loads(file.read_text())
    assert tables[MARK]["1"].keys() == {"version", "generation", "next"}
    assert tables[MARK]["1"]["version"] == 3
    assert {tuple(row) for row in tables["projects"].values()} == {
        ("id", "organization", "title", "prompt", "created_at")
    }


def test_fields_that_are_no_object_are_refused(file: Path) -> None:
    """A file that was edited wrongly is refused with one line."""
    opened(file, "openai").store.close()
    tables = json.loads(file.read_text())
    tables["projects"]["1"]["fields"] = [1]
    file.write_text(json.dumps(tables))

    with pytest.raises(DataFileError, match="row '1' of 'projects' whose fields are not exactly"):
        opened(file, "openai")
