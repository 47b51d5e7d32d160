"""The command `run`: from the target to the exit code. `learn` and `compare` use `perform` for their runs too."""

from __future__ import annotations

import signal
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any, NoReturn, Protocol

from contract_tests.cli import forecast
from contract_tests.cli.prepared_run import PreparedRun
from contract_tests.cli.suite_errors import describe_error, render_traceback
from contract_tests.http.messages import Exchange
from contract_tests.http.secrets import Secrets
from contract_tests.http.target import Target, TargetError
from contract_tests.reports import console, terminal
from contract_tests.reports.progress import ProgressBar
from contract_tests.reports.recorder import Ending, Recorder
from contract_tests.requirements.verdicts import exit_code_cut_short
from contract_tests.runs.result import Result, merge

SIGNALS = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]  # Windows has no SIGHUP


class AnyRun(Protocol):
    """A run, full or planned. `watch` and `target` may be replaced before the run begins."""

    result: Result
    watch: Any
    target: Target

    def judge(self) -> Result: ...

    def judge_so_far(self, ended_by: str) -> None: ...


@dataclass(frozen=True)
class CutShort:
    """A run that ended too early: the reason in one line, and the exit code. An error of the suite has a traceback."""

    reason: str
    code: int
    traceback: str = ""


@dataclass(frozen=True)
class ConformanceRun:
    """One use of the command `run`."""

    prepared: PreparedRun

    def run(self) -> int:
        """Runs, prints and writes the reports. Returns the exit code.

        A run that was cut short has the violations that were found until then. With `debug` the traceback of an error
        of the suite is printed too.
        """
        prepared, errors = self.prepared, console.stderr()
        expected = forecast.estimate(prepared)
        for text in forecast.warnings(prepared, expected):
            console.line(errors, text)
        bar = ProgressBar(expected.requests, expected.limit)
        with ExitStack() as stack:
            runs = self._runs(bar, stack)
            first, profile = runs[0].result, prepared.invocation.profile
            recorder = stack.enter_context(prepared.reports.recorder(first, prepared.options, profile, prepared.strict))
            _watch(runs, bar, recorder)
            started = time.monotonic()
            cut_short = perform(runs, bar)
            result = merge([each.result for each in runs])
            result.notes += prepared.references.notes(result)
            ending = self._ending(result, cut_short, time.monotonic() - started)
            record = recorder.finish(result, ending)
        terminal.report(record, console.stdout(), errors)
        if prepared.debug and cut_short:
            console.line(console.stderr(), cut_short.traceback.rstrip())
        prepared.reports.write(record)
        return ending.code

    def _runs(self, bar: ProgressBar, stack: ExitStack) -> Sequence[AnyRun]:
        prepared, options = self.prepared, self.prepared.options
        target, plan = prepared.invocation.target, prepared.invocation.plan
        if target and plan:
            from contract_tests.runs.planned_run import PlannedRun

            return [PlannedRun(target, plan, options.seed, options.includes, prepared.ledger, bar.stage)]
        from contract_tests.runs.full_run import Run, own_fake  # here: a plan does not need it

        if target:
            place = prepared.ledger
            return [Run(target, options, options.includes, bar.stage, checks_keys=True, ledger_place=place)]
        return stack.enter_context(own_fake(options, bar.stage))

    def _ending(self, result: Result, cut_short: CutShort | None, seconds: float) -> Ending:
        references = self.prepared.references
        if cut_short:
            return Ending(cut_short.code, seconds, cut_short.reason, references.file, references.known(result))
        return Ending(
            references.exit_code(result, self.prepared.strict),
            seconds,
            baseline=references.file,
            known=references.known(result),
            edits=references.edits(result),
            since=references.since(result),
        )


def perform(runs: Sequence[AnyRun], bar: ProgressBar) -> CutShort | None:
    """Performs the runs one after the other. SIGTERM and SIGHUP end them like Ctrl-C. None if no run was cut short.

    A run that a signal or an error of the suite has cut short has the violations that were found until then.
    """
    handle_signals()
    if planned := sum(each.result.planned or 0 for each in runs):
        bar.expect(planned, runs[0].target.rate_limit or 0)
    try:
        with bar.running():
            for each in runs:
                each.target = bar.watched(each.target)
                each.judge()
    except TargetError as fault:
        return CutShort(_masked(runs, str(fault)), exit_code_cut_short(interrupted=False, left_behind=()))
    except KeyboardInterrupt:
        _judge_so_far(runs, "an interruption")
        left = [each for run in runs for each in run.result.remains]
        return CutShort("Interrupted.", exit_code_cut_short(interrupted=True, left_behind=left))
    except Exception as fault:  # noqa: BLE001 - no error of the suite may look like a verdict
        _judge_so_far(runs, "an error of the suite")
        code = exit_code_cut_short(interrupted=False, left_behind=())
        return CutShort(_masked(runs, describe_error(fault)), code, _masked(runs, render_traceback(fault)))
    return None


def _judge_so_far(runs: Sequence[AnyRun], ended_by: str) -> None:
    for each in runs:
        each.judge_so_far(ended_by)


def _masked(runs: Sequence[AnyRun], text: str) -> str:
    """The text without the keys of all targets."""
    for each in runs:
        text = Secrets(each.result.target).mask(text)
    return text


def _watch(runs: Sequence[AnyRun], bar: ProgressBar, recorder: Recorder) -> None:
    def watch(exchange: Exchange) -> None:
        bar.watch(exchange)
        recorder.watch(exchange)

    for each in runs:
        each.watch = watch


def handle_signals() -> None:
    """SIGTERM and a closed terminal interrupt the run, so that the clean-up follows. `nohup` keeps its meaning."""
    for each in SIGNALS:
        if signal.getsignal(each) is not signal.SIG_IGN:
            signal.signal(each, _interrupt)


def _interrupt(*_: Any) -> NoReturn:
    for each in SIGNALS:
        signal.signal(each, signal.SIG_IGN)  # the clean-up follows; only SIGINT can interrupt it
    raise KeyboardInterrupt
