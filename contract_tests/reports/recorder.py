"""Writes the event record of a run, line by line while the run goes on."""

from __future__ import annotations

import hashlib
import json
import platform
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import Any, TextIO

from contract_tests.dialect.observations import observations
from contract_tests.dialect.rules import Learned, learn
from contract_tests.http import editions, json_text
from contract_tests.http.messages import Exchange
from contract_tests.http.secrets import Secrets
from contract_tests.http.target import Target
from contract_tests.reports.events import FORMAT, SHOWN_BYTES, Edit, Event, Record
from contract_tests.reports.reproduce import removals, reproducer
from contract_tests.requirements import catalogue
from contract_tests.requirements.findings import Violation
from contract_tests.requirements.verdicts import Verdict, counts
from contract_tests.runs.result import Result
from contract_tests.runs.run_options import RunOptions

SHOWN = 3  # violations of one requirement


@dataclass(frozen=True)
class Ending:
    """The facts that are known only at the end of a run.

    `fault` is the reason why the run has no verdicts. `known` has the reason of each known violation by its id. `edits`
    bring the file `baseline` up to date. `since` has the ids of new, fixed and remaining (`still`) violations.
    """

    code: int
    seconds: float
    fault: str = ""
    baseline: str | None = None
    known: Mapping[str, str] = field(default_factory=dict)
    edits: list[Edit] = field(default_factory=list)
    since: Mapping[str, list[str]] | None = None


class Recorder:
    """Writes each event of a run to a file at once, if there is a file. `record` has all events so far.

    A disk may be full. That must not end the run, because its assistants have to be deleted: `fault` is the error of
    the first write that failed, and the rest is not written.
    """

    def __init__(
        self, result: Result, options: RunOptions, profile: str | None, strict: bool, file: TextIO | None
    ) -> None:
        self.record = Record()
        self._target = result.target
        self._secrets = Secrets(result.target)
        self._file = file
        self.fault: OSError | None = None
        self._hash = hashlib.sha256()
        self._lines = 0
        self._numbers: dict[Exchange, int] = {}
        self._write(
            event="header",
            format=FORMAT,
            contract=catalogue.version(),
            edition=editions.chosen(),
            contract_sha256=hashlib.sha256(b"".join(path.read_bytes() for path in editions.paths())).hexdigest(),
            suite=version("assistants-contract"),
            python=platform.python_version(),
            seed=options.seed,
            profile=profile,
            plan={
                "only": list(options.selection.only),
                "skip": list(options.selection.skip),
                "failed": list(options.selection.failed),
                "histories": options.histories,
                "deep": options.deep,
                "sdk": options.sdk,
                "requests": result.planned,
            },
            strict=strict,
            target=_declared(result.target),
            started=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        )

    def watch(self, exchange: Exchange) -> None:
        """Records one exchange."""
        request, response = exchange.request, exchange.response
        self._numbers[exchange] = number = len(self._numbers) + 1
        self._write(
            event="exchange",
            number=number,
            request={
                "method": request.method,
                "path": request.path,
                "as": request.role,
                "headers": dict(request.headers),
                **_body(request.body),
            },
            response={
                "status": response.status,
                "fault": response.fault,
                "headers": dict(response.headers),
                **_body(response.body),
            },
            seconds=round(exchange.ended - exchange.began, 4),
        )

    def finish(self, result: Result, ending: Ending) -> Record:
        """Writes the choices, the verdicts, and the footer.

        The exchanges of a shrunk history are written only now, if a verdict shows them.
        """
        # Only a file keeps the choices, and to learn them from thousands of exchanges takes a second.
        for setting, found in learn(observations(self._numbers)).items() if self._file else ():
            self._write(**self._choice(setting, found))
        for verdict in result.verdicts:
            for exchange in [each for violation in verdict.violations[:SHOWN] for each in violation.exchanges]:
                if exchange not in self._numbers:
                    self.watch(exchange)
            self._write(**self._verdict(verdict), known=ending.known.get(verdict.requirement.id))
        self._write_footer(result, ending)
        return self.record

    def _write_footer(self, result: Result, ending: Ending) -> None:
        self._write(
            event="footer",
            lines=self._lines,
            sha256=self._hash.hexdigest(),
            exit=ending.code,
            counts=counts(result.verdicts),
            requests=result.requests,
            notes=result.notes,
            created=result.created,
            deleted=result.deleted,
            left_behind=list(result.left_behind),
            removals=removals(result),
            unread=result.unread,
            ledger=str(result.ledger) if result.ledger else None,
            baseline=ending.baseline,
            edits=[edit._asdict() for edit in ending.edits],
            since=ending.since,
            fault=ending.fault,
            seconds=round(ending.seconds, 1),
        )

    def _choice(self, setting: str, found: Learned) -> Event:
        numbers = [self._numbers[exchange] for exchange in found.exchanges]
        choice = {"value": found.value, "note": found.note, "doubt": found.doubt}
        return {"event": "choice", "setting": setting, **choice, "exchanges": numbers}

    def _verdict(self, verdict: Verdict) -> Event:
        requirement = verdict.requirement
        return {
            "event": "verdict",
            "id": requirement.id,
            "level": requirement.level,
            "source": requirement.source,
            "page": requirement.page,
            "statement": requirement.statement,
            "verdict": verdict.verdict,
            "reason": verdict.reason,
            "blocked_by": verdict.blocked_by or None,
            "breaches": len(verdict.violations),
            "seconds": round(verdict.seconds, 4),
            "evidence": [self._evidence(violation) for violation in verdict.violations[:SHOWN]],
        }

    def _evidence(self, violation: Violation) -> Event:
        numbers = [self._numbers[exchange] for exchange in violation.exchanges]
        commands = reproducer(violation, self._target)
        named = violation.in_words_of_its_script()
        shown = {"expected": named.expected, "came": named.actual, "confirmed": named.confirmed}
        return {**shown, "exchanges": numbers, "curl": commands}

    def _write(self, **event: Any) -> None:
        line = json.dumps(event, ensure_ascii=True)
        if self._secrets.mask(line) != line:
            line = json.dumps(self._secrets.mask_texts(event), ensure_ascii=True)
        event = json.loads(line)
        # `load` replaces them too, so a later report has the same texts.
        self.record.add(json_text.replace_surrogates(event) if "\\u" in line else event)
        self._hash.update(line.encode() + b"\n")
        self._lines += 1
        if self._file and not self.fault:
            try:
                self._file.write(line + "\n")
                self._file.flush()
            except OSError as fault:
                self.fault = fault


def _declared(target: Target) -> Event:
    return {
        "base_url": target.base_url,
        "rate_limit": target.rate_limit,
        "bound_id": target.bound_id,
        "expendable_id": target.expendable_id,
        "keys": sorted(target.keys),
        "variables": dict(target.variables),
    }


def _body(body: bytes | None) -> Event:
    """A body as text. A long body is cut. `bytes` is the length of the whole body."""
    if body is None:
        return {"body": None, "bytes": 0}
    return {"body": body[:SHOWN_BYTES].decode("utf-8", "backslashreplace"), "bytes": len(body)}
