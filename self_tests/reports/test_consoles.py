"""Any console does: an odd encoding, a closed or full output, a narrow window. No traceback, and no report is cut."""

from __future__ import annotations

import os
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import TextIO

import pytest

from contract_tests.cli import commands
from contract_tests.reports.formats import FORMATS
from self_tests.command_run import KEYS
from self_tests.golden.goldens import EVENTS

ENCODINGS = ("ascii", "latin-1", "cp1252", "cp932", "utf-8")
COMMANDS = (
    ("report", str(EVENTS)),
    ("baseline", str(EVENTS)),
    ("list",),
    ("explain", "create/"),
    ("plan", "https://assistants.example/v1", "--profile", "production"),
)
COLOUR = re.compile(r"\x1b\[(?:\d+;)*3\d")

Words = tuple[str, ...]


@pytest.fixture
def code(monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    """Runs a command on the present streams, and returns its exit code."""
    for variable, key in KEYS.items():
        monkeypatch.setenv(variable, key)

    def ran(*words: str) -> int:
        monkeypatch.setattr(sys, "argv", ["assistants-contract", *words])
        with pytest.raises(SystemExit) as stopped:
            commands.main()
        return int(stopped.value.code or 0)

    return ran


@contextmanager
def output(stream: TextIO | None) -> Iterator[None]:
    """Standard output is this stream; None is a closed one."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "stdout", stream)
        yield


def written(code: Callable[..., int], words: Words, encoding: str = "utf-8") -> str:
    """The text that a command writes to a console of this encoding."""
    content = BytesIO()
    with output(TextIOWrapper(content, encoding=encoding)):
        assert code(*words) == 0
    return content.getvalue().decode(encoding)


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("words", COMMANDS, ids=lambda words: words[0])
def test_a_console_of_any_encoding_gets_every_line(code: Callable[..., int], words: Words, encoding: str) -> None:
    """A character that the console lacks is shown as its escape. So each line is there, and nothing fails."""
    text, whole = written(code, words, encoding), written(code, words)

    assert text.count("\n") == whole.count("\n")
    assert len(text) >= len(whole)


@pytest.mark.parametrize("words", COMMANDS, ids=lambda words: words[0])
def test_a_narrow_console_gets_every_word(
    code: Callable[..., int], monkeypatch: pytest.MonkeyPatch, words: Words
) -> None:
    """At 40 columns nothing is cut. Only spaces and line breaks differ."""
    monkeypatch.setenv("COLUMNS", "300")
    wide = written(code, words)
    monkeypatch.setenv("COLUMNS", "40")
    narrow = written(code, words)

    assert Counter("".join(narrow.split())) == Counter("".join(wide.split()))


@pytest.mark.parametrize("words", COMMANDS, ids=lambda words: words[0])
def test_a_console_without_a_terminal_gets_no_escape_sequence(code: Callable[..., int], words: Words) -> None:
    """A file or a pipe gets plain text."""
    assert "\x1b" not in written(code, words)


def test_no_color_is_obeyed(code: Callable[..., int], monkeypatch: pytest.MonkeyPatch) -> None:
    """With NO_COLOR a terminal gets no colour. Without it the report has some."""
    monkeypatch.setenv("FORCE_COLOR", "1")
    coloured = written(code, COMMANDS[0])
    monkeypatch.setenv("NO_COLOR", "1")
    plain = written(code, COMMANDS[0])

    assert COLOUR.search(coloured)
    assert not COLOUR.search(plain)


@pytest.mark.parametrize("words", COMMANDS, ids=lambda words: words[0])
def test_a_full_disk_is_one_line_and_exit_2(
    code: Callable[..., int], capsys: pytest.CaptureFixture[str], words: Words
) -> None:
    """Text that was lost is no success."""
    with open("/dev/full", "w", encoding="utf-8") as full, output(full):
        ended = code(*words)

    said = "assistants-contract: Standard output cannot be written (No space left on device).\n"
    assert (ended, capsys.readouterr().err) == (2, said)


@pytest.mark.parametrize("words", COMMANDS, ids=lambda words: words[0])
def test_a_reader_that_has_read_enough_is_no_mistake(
    code: Callable[..., int], capsys: pytest.CaptureFixture[str], words: Words
) -> None:
    """A command whose output goes to `head` ends as it would have ended."""
    reader, writer = os.pipe()
    os.close(reader)
    with open(writer, "w", encoding="utf-8") as pipe, output(pipe):
        ended = code(*words)

    assert (ended, capsys.readouterr().err) == (0, "")


@pytest.mark.parametrize("stream", ["closed", "full"])
def test_a_run_without_an_output_writes_its_reports(
    code: Callable[..., int], base_url: str, tmp_path: Path, stream: str
) -> None:
    """The reports are whole, and the run has its exit code; with a full disk the code is 2."""
    paths = {name: tmp_path / name for name in FORMATS}
    files = [word for name, path in paths.items() for word in (f"--{name}", str(path))]
    with open("/dev/full", "w", encoding="utf-8") as full, output(full if stream == "full" else None):
        ended = code("run", base_url, "--only", "create/name-suffices", *files)

    assert ended == (2 if stream == "full" else 0)
    assert all(path.read_text().rstrip().endswith((">", "|", ")", "requests")) for path in paths.values())


def test_events_on_a_full_disk_are_one_line_after_the_run(
    code: Callable[..., int], base_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The run goes on, deletes its assistants, and prints its verdict."""
    ended = code("run", base_url, "--only", "create/name-suffices", "--events", "/dev/full")
    streams = capsys.readouterr()

    assert "PASSED: 1 MUST passed" in streams.out
    fault = "--events /dev/full: cannot be written (No space left on device)."
    assert (ended, streams.err) == (2, f"assistants-contract: {fault}\n")
