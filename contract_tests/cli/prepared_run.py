"""The words of a `run` or of a `plan` as values, after each check that needs no request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from contract_tests.cli.invocation import (
    Invocation,
    check_contract,
    check_generators,
    parse_invocation,
    parse_selection,
    parse_target,
)
from contract_tests.cli.references import References
from contract_tests.cli.report_files import Reports
from contract_tests.reports.formats import FORMATS
from contract_tests.runs.run_options import RunOptions

PERMISSIONS = ("profile", "allow_http", "ask_self_delete", "probe_rate_limit", "allow_fuzzing", "timeout", "wait")


@dataclass(frozen=True)
class PreparedRun:
    """A run that may begin. `ledger` is a new file, or a folder for one."""

    invocation: Invocation
    options: RunOptions
    strict: bool
    references: References
    reports: Reports
    ledger: Path
    debug: bool


def prepare(words: Mapping[str, Any], needs_key: bool = True) -> PreparedRun:
    """The run of these options, by their names in `run_options`. Raises ClickException for a mistake of the user.

    The target comes first, because its file may say the edition, and each name of a requirement is one of the edition.
    """
    target = parse_target(words["base_url"], words["file"], words["edition"], needs_key)
    check_contract(words["contract"])
    selection = parse_selection(words["only"], words["skip"], words["only_failed"])
    invocation = parse_invocation(target, selection=selection, **{name: words[name] for name in PERMISSIONS})
    check_generators(invocation, deep=words["deep"], sdk=words["sdk"])
    references = References.load(words["known"], words["since"])
    events: Path | None = words["events"]
    reports = Reports({name: words[name] for name in FORMATS}, events)
    options = RunOptions(words["seed"], words["histories"], selection, words["deep"], sdk=words["sdk"])
    place = words["ledger"] or (events.parent if events else Path())
    return PreparedRun(invocation, options, words["strict"], references, reports, place, words["debug"])
