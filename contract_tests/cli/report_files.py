"""The report files that the user chose: tested before the first call, and written at the end of the run."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from contract_tests.reports.events import Record
from contract_tests.reports.formats import FORMATS, render

if TYPE_CHECKING:
    from contract_tests.reports.recorder import Recorder
    from contract_tests.runs.result import Result
    from contract_tests.runs.run_options import RunOptions

OUT = click.Path(path_type=Path, dir_okay=False)
Command = TypeVar("Command", bound=Callable[..., Any])


def report_options(command: Command) -> Command:
    """Adds an option for each report format."""
    for name in reversed(list(FORMATS)):
        command = click.option(f"--{name}", type=OUT, help=FORMATS[name][0])(command)
    return command


class Reports:
    """The chosen report files. Raises ClickException before the run if a file cannot be written."""

    def __init__(self, files: Mapping[str, Path | None], events: Path | None = None) -> None:
        self.files = writable(files)
        self._events = writable({"events": events}).get("events")

    @contextmanager
    def recorder(self, result: Result, options: RunOptions, profile: str | None, strict: bool) -> Iterator[Recorder]:
        """The recorder of a run. The file of the events stays open until the run ends."""
        from contract_tests.reports.recorder import Recorder

        if not self._events:
            yield Recorder(result, options, profile, strict, None)
            return
        with self._events.open("w", encoding="utf-8") as file:
            yield Recorder(result, options, profile, strict, file)

    def write(self, record: Record) -> None:
        """Writes each file. Under GitHub Actions, also prints annotations and adds a summary of the job."""
        for name, path in self.files.items():
            write(name, path, render(name, record))
        if os.environ.get("GITHUB_ACTIONS") == "true":
            _write_to_github(record)


def _write_to_github(record: Record) -> None:
    from contract_tests.reports.markdown import github_annotations, markdown

    for line in github_annotations(record):
        click.echo(line)
    if summary := os.environ.get("GITHUB_STEP_SUMMARY"):
        with open(summary, "a", encoding="utf-8", errors="backslashreplace") as file:
            file.write(markdown(record))


def writable(files: Mapping[str, Path | None]) -> dict[str, Path]:
    """The chosen files. Raises ClickException if a file cannot be written. Leaves no empty file."""
    wanted = {name: path for name, path in files.items() if path}
    for name, path in wanted.items():
        is_new = not path.exists()
        with _writing(name, path):
            path.open("a").close()
            if is_new:
                path.unlink()
    return wanted


def write(name: str, path: Path, text: str) -> None:
    """Writes one report. Raises ClickException if that fails, and then leaves no part of a new file."""
    is_new = not path.exists()
    with _writing(name, path):
        try:
            path.write_text(text, encoding="utf-8", errors="backslashreplace")
        except OSError:
            if is_new:
                path.unlink(missing_ok=True)
            raise


@contextmanager
def _writing(name: str, path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as fault:
        raise click.ClickException(f"--{name} {path}: cannot be written ({fault.strerror}).") from fault
