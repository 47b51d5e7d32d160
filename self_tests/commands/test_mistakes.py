"""Each mistake of a user, and each odd environment, gets one line that says what is wrong, and its exit code."""

from __future__ import annotations

from pathlib import Path

import pytest

from self_tests.commands.mistakes import PREFIX, Row, perform, rows


@pytest.mark.parametrize("row", rows(), ids=lambda row: row["mistake"])
def test_a_mistake_gets_its_line(row: Row, tmp_path: Path) -> None:
    """The line and the exit code are those of the table, nothing else is on standard error, and no key is shown."""
    ran = perform(row, tmp_path)

    assert (ran.err, ran.code) == (f"{PREFIX}{row['says']}\n", row["exit"])
    assert ran.err.removesuffix("\n").isprintable()
    assert "sk-live" not in ran.err


def test_the_table_has_many_mistakes() -> None:
    """No mistake is there twice, and no row is a success."""
    found = rows()

    assert len({row["mistake"] for row in found}) == len(found) >= 60
    assert all(row["exit"] for row in found)
