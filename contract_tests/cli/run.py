"""The command `run`: from the target to the exit code. `learn` and `compare` use `play` for their runs too."""

from __future__ import annotations

import signal
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn, Protocol

from contract_tests.cli.invocation import Invocation
from contract_tests.cli.references import References
from contract_tests.cli.report_files import Reports
from contract_tests.cli.suite_errors import describe_error, render_traceback
from contract_tests.http.messages import Exchange
from contract_tests.http.secrets import Secrets
from contract_tests.http.target import TargetError
from contract_tests.reports import console, terminal
from contract_tests.reports.progress import ProgressBar
from contract_tests.reports.recorder import Ending, Recorder
from contract_tests.requirements.verdicts import exit_code_cut_short
from contract_tests.runs.result import Result, merge
from contract_tests.runs.run_options import RunOptions


class Playable(Protocol):
    """A run, full or planned. `watch` may be replaced before the run begins."""

    result: Result
    watch: Any

    def judge(self) -> Result: ...

    def judge_so_far(self) -> None: ...


@dataclass(frozen=True)
class CutShort:
    """A run that ended too early: the reason in one line, and the exit code. An error of the suite has a traceback."""

    reason: str
    code: int
    traceback: str = ""


@dataclass(frozen=True)
class Judgement:
    """One use of the command `run`."""

    invocation: Invocation
    options: RunOptions
    strict: bool
    references: References
    reports: Reports
    ledger: Path
    debug: bool = False

    def run(self) -> int:
        """Runs, prints and writes the reports. Returns the exit code.

        A run that was cut short has no verdicts, except the violations before an error of the suite. With `debug` the
        traceback of such an error is printed too.
        """
        bar = ProgressBar()
        with ExitStack() as stack:
            runs = self._runs(bar, stack)
            first, profile = runs[0].result, self.invocation.profile
            recorder = stack.enter_context(self.reports.recorder(first, self.options, profile, self.strict))
            _watch(runs, bar, recorder)
            started = time.monotonic()
            cut_short = play(runs, bar)
            result = merge([each.result for each in runs])
            result.notes += self.references.notes(result)
            ending = self._ending(result, cut_short, time.monotonic() - started)
            record = recorder.finish(result, ending)
        terminal.report(record, console.stdout(), console.stderr())
        if self.debug and cut_short:
            console.line(console.stderr(), cut_short.traceback.rstrip())
        self.reports.write(record)
        return ending.code

    def _runs(self, bar: ProgressBar, stack: ExitStack) -> Sequence[Playable]:
        target, plan, includes = self.invocation.target, self.invocation.plan, self.options.includes
        if target and plan:
            from contract_tests.runs.planned_run import PlannedRun

            return [PlannedRun(target, plan, self.options.seed, includes, self.ledger, bar.stage)]
        from contract_tests.runs.full_run import Run, own_fake  # here: a plan does not need it

        if target:
            return [Run(target, self.options, includes, bar.stage)]
        return stack.enter_context(own_fake(self.options, bar.stage))

    def _ending(self, result: Result, cut_short: CutShort | None, seconds: float) -> Ending:
        if cut_short:
            return Ending(
                cut_short.code, seconds, cut_short.reason, self.references.file, self.references.known(result)
            )
        references = self.references
        return Ending(
            references.exit_code(result, self.strict),
            seconds,
            baseline=references.file,
            known=references.known(result),
            edits=references.edits(result),
            since=references.since(result),
        )


def play(runs: Sequence[Playable], bar: ProgressBar) -> CutShort | None:
    """Performs the runs one after the other. SIGTERM ends them like Ctrl-C. None if no run was cut short."""
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        with bar.running():
            for each in runs:
                each.judge()
    except TargetError as fault:
        return CutShort(_masked(runs, str(fault)), exit_code_cut_short(interrupted=False, left_behind=()))
    except KeyboardInterrupt:
        left_behind = [left for each in runs for left in each.result.remains]
        return CutShort("Interrupted.", exit_code_cut_short(interrupted=True, left_behind=left_behind))
    except Exception as fault:  # noqa: BLE001 - no error of the suite may look like a verdict
        for each in runs:
            each.judge_so_far()
        code = exit_code_cut_short(interrupted=False, left_behind=())
        return CutShort(_masked(runs, describe_error(fault)), code, _masked(runs, render_traceback(fault)))
    return None


def _masked(runs: Sequence[Playable], text: str) -> str:
    """The text without the keys of all targets."""
    for each in runs:
        text = Secrets(each.result.target).mask(text)
    return text


def _watch(runs: Sequence[Playable], bar: ProgressBar, recorder: Recorder) -> None:
    def watch(exchange: Exchange) -> None:
        bar.watch(exchange)
        recorder.watch(exchange)

    for each in runs:
        each.watch = watch


def _interrupt(*_: Any) -> NoReturn:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # the clean-up follows; only SIGINT can interrupt it
    raise KeyboardInterrupt
