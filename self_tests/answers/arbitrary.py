"""`python -m self_tests.answers.arbitrary [SECONDS]`: runs the whole suite on servers that answer anything.

One seed follows the other. The default is 300 seconds.

The exit code is 1 if the suite raised an error, or lost an assistant.
"""

from __future__ import annotations

import io
import logging
import sys
import time
import traceback
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from unittest import mock

from rich.console import Console

from contract_tests.http.target import TargetError
from contract_tests.reports import terminal
from contract_tests.reports.formats import FORMATS, render
from contract_tests.reports.recorder import Ending, Recorder
from contract_tests.runs import stage
from contract_tests.runs.cleanup import clean_up
from contract_tests.runs.full_run import Run
from contract_tests.runs.run_options import GENERATORS, RunOptions
from fake_server.fake import Fake
from self_tests.doubles.arbitrary_answers import Calm, answering_anything
from self_tests.wrong.wrong_server import serving

SHARES = (0.05, 0.15, 0.4, 1.0)
HISTORIES = 2


@dataclass
class Played:
    """One run. `lost` are assistants that the run created, and that it neither deleted nor reported."""

    seed: int
    share: float
    exchanges: int = 0
    error: str = ""
    lost: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        ended = self.error or (f"lost {', '.join(self.lost)}" if self.lost else "ok")
        return f"seed {self.seed}, {self.share:.0%} arbitrary, {self.exchanges} exchanges: {ended}"


def play(seed: int, share: float, generators: Iterable[str] = GENERATORS, *, calm_end: bool = True) -> Played:
    """Runs the suite and makes every report.

    The opening lists are right, because a run ends at the first list if a key seems to be refused. With `calm_end` the
    answers to the clean-up are right: no client can find an assistant that a server denies to have.
    """
    played, calm, fakes = Played(seed, share), Calm(), list[Fake]()

    def change(fake: Fake) -> None:
        fakes.append(fake)
        answering_anything(fake, seed, share, calm)

    def at_the_end(*arguments: Any) -> None:
        calm.on = calm_end
        clean_up(*arguments)

    calm.on = True
    with serving(change) as target, mock.patch.object(stage, "clean_up", at_the_end):
        before = _assistants(fakes[0])
        options = RunOptions(seed=seed, histories=HISTORIES, generators=frozenset(generators))
        run = Run(target, options, lambda id: not id.startswith("rate/"), lambda name, *_: _begin(calm, name))
        try:
            _record(run, options)
        except Exception:  # noqa: BLE001 - any error is what this looks for
            played.error = traceback.format_exc()
    played.exchanges = run.result.requests
    if calm_end:
        reported = {id.removeprefix("asst-") for id in run.result.left_behind}
        played.lost = sorted(_assistants(fakes[0]) - before - reported)
    return played


def _begin(calm: Calm, stage_name: str) -> None:
    if stage_name != "cleaning up":
        calm.on = False


def _record(run: Run, options: RunOptions) -> None:
    """Runs, and makes the reports also of a run whose target is gone."""
    recorder = Recorder(run.result, options, None, False, io.StringIO())
    run.watch = recorder.watch
    with suppress(TargetError):
        run.judge()
    record = recorder.finish(run.result, Ending(1, 0.0))
    terminal.report(record, Console(file=io.StringIO()), Console(file=io.StringIO()))
    for name in FORMATS:
        render(name, record)


def _assistants(fake: Fake) -> set[str]:
    return {project.id for project in fake.store.all_projects()}


def main(words: list[str]) -> int:
    until, failed = time.monotonic() + float(words[0] if words else 300), 0
    for seed in count(1):
        for share in SHARES:
            if time.monotonic() > until:
                return int(failed > 0)
            played = play(seed, share, calm_end=seed % 2 == 1)
            failed += bool(played.error or played.lost)
            print(played, flush=True)
    raise AssertionError("the seeds have no end")


if __name__ == "__main__":
    logging.disable()
    sys.exit(main(sys.argv[1:]))
