"""The progress of a run on standard error: a bar for a person who watches, or a line every half minute for a log."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from threading import Event, Thread

from rich.progress import BarColumn, Progress, ProgressColumn, Task
from rich.text import Text

from contract_tests.http.client import MINUTE
from contract_tests.http.messages import Exchange
from contract_tests.http.target import Clock, Target
from contract_tests.reports.console import line, stderr
from contract_tests.runs.estimate import describe_seconds
from contract_tests.runs.result import CLEANING, INTERRUPTED

EVERY = 30.0  # seconds between two lines of a log, at most
LIMITER = "limiter"  # the cause of a wait that names none
ENOUGH = 10  # requests after which their pace tells how long the rest takes


class ProgressBar:
    """Names the stage, the requests that are sent and expected, the wait, and an estimate of the time that is left.

    `expected` is about the number of requests of the whole run; 0 if nobody knows. `limit` is requests a minute, 0 for
    none.
    """

    def __init__(self, expected: int = 0, limit: int = 0) -> None:
        self._expected = expected
        self._limit = limit
        self._about = "about "
        self._console = stderr()
        self._stage = "starting"
        self._part = ""
        self._requests = 0
        self._began = time.monotonic()
        self._waits_until = 0.0
        self._cause = LIMITER
        self._announces = 0  # assistants that an interrupted run deletes, until the line about them is printed
        self._is_interrupted = False

    @contextmanager
    def running(self) -> Iterator[None]:
        """Shows the progress for as long as the block lasts."""
        self._began = time.monotonic()
        if self._console.is_terminal:
            with self._bar():
                yield
            return
        over = Event()
        thread = Thread(target=self._log, args=(over,), daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()

    def expect(self, planned: int, limit: int) -> None:
        """Replaces the expected number by the number of a plan."""
        self._expected, self._limit, self._about = planned, limit, ""

    def stage(self, name: str, done: int, total: int) -> None:
        """Notes the stage. The names CLEANING and INTERRUPTED are announced to a person who has interrupted the run."""
        if name == INTERRUPTED:
            self._is_interrupted = True
            return
        if name == CLEANING and self._is_interrupted and not done:
            self._announces = total
        self._stage, self._part = name, f" ({done + 1} of {total})" if total > 1 else ""

    def watch(self, _: Exchange) -> None:
        self._announce()
        self._requests += 1

    def watched(self, target: Target) -> Target:
        """The target with a clock that shows each rest."""
        clock = Clock(target.clock.now, lambda seconds: self._rest(target.clock, seconds), self._name_wait)
        return replace(target, clock=clock)

    def describe(self, stage_last: bool = False) -> str:
        """The progress in one line. A narrow terminal cuts off the end, where the stage is missed least."""
        stage, rest = [self._stage + self._part], [self._count(), *self._wait(), *self._left()]
        return ", ".join(rest + stage if stage_last else stage + rest)

    def _rest(self, clock: Clock, seconds: float) -> None:
        self._announce(f", waiting {seconds:.0f} s for the {self._cause}")
        self._waits_until = time.monotonic() + seconds
        try:
            clock.rest(seconds)
        finally:
            self._waits_until, self._cause = 0.0, LIMITER

    def _name_wait(self, cause: str) -> None:
        self._cause = cause

    def _announce(self, wait: str = "") -> None:
        """Says once what the clean-up of an interrupted run does."""
        if self._announces:
            line(self._console, f"Interrupted: deleting {self._announces}{wait}; Ctrl-C again to stop.")
            self._announces = 0

    def _count(self) -> str:
        known = f" of {self._about}{self._expected:,}" if self._requests <= self._expected else ""
        return f"{self._requests:,}{known} requests"

    def _wait(self) -> Iterator[str]:
        if (seconds := self._waits_until - time.monotonic()) > 0:
            yield f"{self._cause}: {seconds:.0f} s"

    def _left(self) -> Iterator[str]:
        rest = self._expected - self._requests
        if rest <= 0 or self._is_interrupted or (not self._limit and self._requests < ENOUGH):
            return
        each = (MINUTE + 1) / self._limit if self._limit else (time.monotonic() - self._began) / self._requests
        yield f"about {describe_seconds(rest * each)} left"

    def _bar(self) -> Progress:
        bar = Progress(BarColumn(bar_width=20), _Line(self), console=self._console, transient=True)
        bar.add_task("", total=self._expected or None)
        return bar

    def _log(self, over: Event) -> None:
        """Prints a line until the run is over."""
        while not over.wait(EVERY):
            minutes, seconds = divmod(round(time.monotonic() - self._began), 60)
            line(self._console, f"{minutes:02}:{seconds:02} {self.describe()}")

    @property
    def requests(self) -> int:
        return self._requests


class _Line(ProgressColumn):
    """The line of the progress, anew at each refresh of the bar."""

    def __init__(self, progress: ProgressBar) -> None:
        super().__init__()
        self._progress = progress

    def render(self, task: Task) -> Text:
        task.completed = self._progress.requests
        return Text(self._progress.describe(stage_last=True), overflow="ellipsis", no_wrap=True)
