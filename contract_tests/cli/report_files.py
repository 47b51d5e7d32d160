"""The report files that the user chose: tested before the first call, and written at the end of the run."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import partial
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
        _check_distinct({**files, "events": events})
        self.files = writable(files)
        self._events = writable({"events": events}).get("events")
        self._faults: list[str] = []

    @contextmanager
    def recorder(self, result: Result, options: RunOptions, profile: str | None, strict: bool) -> Iterator[Recorder]:
        """The recorder of a run. The file of the events stays open until the run ends."""
        from contract_tests.reports.recorder import Recorder

        if not self._events:
            yield Recorder(result, options, profile, strict, None)
            return
        file = self._events.open("w", encoding="utf-8")
        recorder = Recorder(result, options, profile, strict, file)
        try:
            yield recorder
        finally:
            with suppress(OSError):  # after a write that failed, a close fails too
                file.close()
            if recorder.fault:
                self._faults.append(_unwritable("--events", self._events, recorder.fault))

    def write(self, record: Record) -> None:
        """Writes each file. Under GitHub Actions, also prints annotations and adds a summary of the job.

        Raises ClickException at the end if a file could not be written, so the other files are there.
        """
        for name, path in self.files.items():
            self._try(partial(self._write, name, path, record))
        if os.environ.get("GITHUB_ACTIONS") == "true":
            self._try(partial(_write_to_github, record))
        if self._faults:
            raise click.ClickException(" ".join(self._faults))

    @staticmethod
    def _write(name: str, path: Path, record: Record) -> None:
        write(name, path, render(name, record))

    def _try(self, write: Callable[[], None]) -> None:
        try:
            write()
        except click.ClickException as fault:
            self._faults.append(fault.message)


def _write_to_github(record: Record) -> None:
    from contract_tests.reports.markdown import github_annotations, markdown

    for line in github_annotations(record):
        click.echo(line)
    if summary := os.environ.get("GITHUB_STEP_SUMMARY"):
        with (
            _writing("GITHUB_STEP_SUMMARY", Path(summary)),
            open(summary, "a", encoding="utf-8", errors="backslashreplace") as file,
        ):
            file.write(markdown(record))


def _check_distinct(files: Mapping[str, Path | None]) -> None:
    """Raises ClickException if two options name one file: the second would overwrite the first."""
    seen: dict[Path, str] = {}
    for name, path in files.items():
        if path and (earlier := seen.setdefault(path.resolve(), name)) != name:
            raise click.ClickException(f"--{earlier} and --{name} name one file, {path}: give each its own.")


def writable(files: Mapping[str, Path | None]) -> dict[str, Path]:
    """The chosen files. Raises ClickException if a file cannot be written. Leaves no empty file."""
    wanted = {name: path for name, path in files.items() if path}
    for name, path in wanted.items():
        is_new = not path.exists()
        with _writing(f"--{name}", path):
            path.open("a").close()
            if is_new:
                path.unlink()
    return wanted


def write(name: str, path: Path, text: str) -> None:
    """Writes one report. Raises ClickException if that fails, and then leaves no part of a new file."""
    is_new = not path.exists()
    with _writing(f"--{name}", path):
        try:
            path.write_text(text, encoding="utf-8", errors="backslashreplace")
        except OSError:
            if is_new:
                path.unlink(missing_ok=True)
            raise


@contextmanager
def _writing(option: str, path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as fault:
        raise click.ClickException(_unwritable(option, path, fault)) from fault


def _unwritable(option: str, path: Path, fault: OSError) -> str:
    return f"{option} {path}: cannot be written ({fault.strerror})."
