"""Where the user wants which report: tried before anything is sent, and written when all is over."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import click

from contract_tests.reports.events import Record, Recorder
from contract_tests.reports.formats import FORMATS
from contract_tests.reports.markdown import beside_the_change, markdown
from contract_tests.runs.result import Result
from contract_tests.runs.run_options import RunOptions

OUT = click.Path(path_type=Path, dir_okay=False)
Command = TypeVar("Command", bound=Callable[..., Any])


def writing_reports(command: Command) -> Command:
    """An option for each report."""
    for name, (_, help) in FORMATS.items():
        command = click.option(f"--{name}", type=OUT, help=help)(command)
    return command


class Reports:
    """Raises ClickException where a file cannot be written: a verdict that cannot be kept is not worth the asking."""

    def __init__(self, files: Mapping[str, Path | None], events: Path | None = None) -> None:
        self.files = writable(files)
        writable({"events": events})
        self._events = events.open("w", encoding="utf-8") if events else None

    def recorder(self, result: Result, choice: RunOptions, profile: str | None, strict: bool) -> Recorder:
        return Recorder(result, choice, profile, strict, self._events)

    def write(self, record: Record) -> None:
        """Each of the files; and where GitHub runs us, what it shows beside the change and under the job."""
        if self._events:
            self._events.close()
        for name, path in self.files.items():
            write(name, path, FORMATS[name][0](record))
        if os.environ.get("GITHUB_ACTIONS") == "true":
            for line in beside_the_change(record):
                click.echo(line)
            if summary := os.environ.get("GITHUB_STEP_SUMMARY"):
                with open(summary, "a", encoding="utf-8", errors="backslashreplace") as file:
                    file.write(markdown(record))


def writable(files: Mapping[str, Path | None]) -> dict[str, Path]:
    """Those that are wanted. Raises ClickException where one cannot be written."""
    wanted = {name: path for name, path in files.items() if path}
    for name, path in wanted.items():
        with _writing(name, path):
            path.open("a").close()
    return wanted


def write(name: str, path: Path, text: str) -> None:
    """Raises ClickException."""
    with _writing(name, path):
        path.write_text(text, encoding="utf-8", errors="backslashreplace")


@contextmanager
def _writing(name: str, path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as fault:
        raise click.ClickException(f"--{name} {path}: cannot be written ({fault.strerror}).") from fault
