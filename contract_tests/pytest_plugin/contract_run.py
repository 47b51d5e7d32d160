"""One run of the suite inside a pytest run: its record, its errors, and each verdict as an outcome of a test."""

from __future__ import annotations

import threading
import time
import warnings
from pathlib import Path
from typing import NoReturn

import pytest

from contract_tests.cli.invocation import Invocation
from contract_tests.cli.references import References
from contract_tests.cli.run import handle_signals
from contract_tests.cli.suite_errors import describe_error, render_traceback
from contract_tests.http.secrets import Secrets
from contract_tests.http.target import Target, TargetError
from contract_tests.reports import escaping
from contract_tests.reports.events import Event, Record
from contract_tests.reports.junit import violation_text
from contract_tests.reports.recorder import Ending, Recorder
from contract_tests.reports.summary import describe_edit, failing, faults, reason
from contract_tests.requirements.verdicts import PASSED
from contract_tests.runs.full_run import Run
from contract_tests.runs.planned_run import PlannedRun
from contract_tests.runs.run_options import RunOptions


class ShouldViolatedWarning(UserWarning):
    """A violated SHOULD. It fails the test only if pytest turns warnings into errors."""


class NotTestedWarning(UserWarning):
    """Requirements that were not tested. pytest shows a skipped subtest only with -v."""


def judge(invocation: Invocation, references: References) -> Record:
    """Runs the suite once. An error of the target or of the suite fails the test in one line, without a verdict.

    A run that Ctrl-C ends names the assistants that it could not delete.
    """
    target, options = invocation.target, RunOptions(selection=invocation.selection)
    assert target
    run = _run(invocation, target, options)
    recorder = Recorder(run.result, options, invocation.profile, False, None)
    run.watch = recorder.watch
    began = time.monotonic()
    if fault := _perform(run):
        _fail(Secrets(target).mask(fault))
    known, edits = references.known(run.result), references.edits(run.result)
    ending = Ending(PASSED, time.monotonic() - began, baseline=references.file, known=known, edits=edits)
    return recorder.finish(run.result, ending)


def _perform(run: Run | PlannedRun) -> str:
    """Performs the run. The reason why it has no verdict; empty if it has verdicts."""
    try:
        if threading.current_thread() is threading.main_thread():
            handle_signals()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # warnings of libraries that the caller's tests do not use
            run.judge()
    except KeyboardInterrupt as stop:
        raise KeyboardInterrupt(_left(run)) from stop
    except TargetError as fault:
        return f"{fault} {_left(run)}".rstrip()
    except Exception as fault:  # noqa: BLE001 - no error of the suite may look like a verdict
        return f"{describe_error(fault)} {_left(run)}\n{render_traceback(fault)}"
    return ""


def _run(invocation: Invocation, target: Target, options: RunOptions) -> Run | PlannedRun:
    if invocation.plan:
        return PlannedRun(target, invocation.plan, options.seed, options.includes, Path())
    return Run(target, options, options.includes)


def _left(run: Run | PlannedRun) -> str:
    return f"Not deleted: {', '.join(run.result.remains)}" if run.result.remains else ""


def report(verdict: Event, record: Record) -> None:
    """Ends the test as the verdict says: failed, skipped if the requirement was not tested, xfailed if the baseline
    lists the violation. A violated SHOULD is a warning."""
    for edit in record.footer["edits"]:
        if edit["id"] == verdict["id"]:
            _fail(describe_edit(edit))
    if verdict["known"] is not None:
        pytest.xfail(escaping.terminal(verdict["known"]))
    if verdict["verdict"] == "unjudged":
        pytest.skip(escaping.terminal(verdict["reason"]))
    if failing(verdict, record):
        _fail(f"{verdict['id']} ({verdict['level'].upper()})\n{violation_text(verdict, record)}")
    if verdict["verdict"] == "warn":
        warnings.warn(
            escaping.terminal(f"{verdict['id']} (SHOULD): {reason(verdict)}"), ShouldViolatedWarning, stacklevel=2
        )


def check_ending(record: Record) -> None:
    """Fails if an assistant was not deleted, or if a wrong entry of the baseline is about no judged requirement."""
    judged = {verdict["id"] for verdict in record.verdicts}
    lines = [describe_edit(each) for each in record.footer["edits"] if each["id"] not in judged]
    lines += [f"{title.capitalize()}: {text}" for title, text in faults(record)]
    if lines:
        _fail("\n".join(lines))


def _fail(text: str) -> NoReturn:
    pytest.fail(escaping.terminal(text), pytrace=False)
