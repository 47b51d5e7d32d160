"""The progress of a run on standard error, where a person watches."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich.progress import BarColumn, Progress, TextColumn

from contract_tests.http.messages import Exchange
from contract_tests.reports.console import stderr


class ProgressBar:
    """One line that names the stage, and counts the requests."""

    def __init__(self) -> None:
        self._bar = Progress(
            TextColumn("{task.description:40}"),
            BarColumn(),
            TextColumn("{task.fields[requests]} requests"),
            console=stderr(),
            transient=True,
        )
        self._task = self._bar.add_task("starting", requests=0)
        self._requests = 0

    @contextmanager
    def running(self) -> Iterator[None]:
        if not self._bar.console.is_terminal:
            yield
            return
        with self._bar:
            yield

    def stage(self, name: str, done: int, total: int) -> None:
        self._bar.update(self._task, description=name, completed=done, total=total)

    def watch(self, _: Exchange) -> None:
        self._requests += 1
        self._bar.update(self._task, requests=self._requests)
