"""The one record of a run: newline-delimited JSON, from which every report is made, at once or later.

A header says what was to be judged, an exchange what was sent and what came, a choice what that says of a setting of
the target's dialect, a verdict what it comes to, and the footer how many lines came before it and their hash: a file
without it, or with another, is of a run that was cut short.
Their JSON Schema is events.schema.json beside this file; it also says (x-volatile) what may differ between like runs.
"""

from __future__ import annotations

import hashlib
import json
import platform
import re
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple, TextIO

from contract_tests.dialect.observations import observations
from contract_tests.dialect.rules import Learned, learn
from contract_tests.http import json_text
from contract_tests.http.messages import Exchange, Request, Response
from contract_tests.http.target import Target
from contract_tests.reports.reproduce import redacted, reproducer
from contract_tests.requirements import catalogue
from contract_tests.requirements.findings import Violation
from contract_tests.requirements.verdicts import Verdict, counts
from contract_tests.runs.result import Result
from contract_tests.runs.run_options import RunOptions

FORMAT = 1
SHOWN_BYTES = 4000  # of a body
SHOWN_BREACHES = 3  # of one requirement

Event = dict[str, Any]


class RecordError(Exception):
    """A file of events cannot be used; the text is the one line that the user sees."""


class Edit(NamedTuple):
    """What makes the line of a baseline true again."""

    file: str
    line: int
    id: str
    edit: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.id} {self.edit}"


@dataclass
class Record:
    """A run, as its events tell it. `exchanges` by their numbers, `verdicts` in the order of the catalogue, `choices`
    in that of a dialect's settings."""

    header: Event = field(default_factory=dict)
    exchanges: dict[int, Event] = field(default_factory=dict)
    choices: list[Event] = field(default_factory=list)
    verdicts: list[Event] = field(default_factory=list)
    footer: Event = field(default_factory=dict)

    def take(self, event: Event) -> None:
        """Raises KeyError for an event that is none."""
        if event["event"] == "exchange":
            self.exchanges[event["number"]] = event
        elif event["event"] == "verdict":
            self.verdicts.append(event)
        elif event["event"] == "choice":
            self.choices.append(event)
        elif event["event"] in ("header", "footer"):
            setattr(self, event["event"], event)
        else:
            raise KeyError(event["event"])

    def broken(self) -> list[Event]:
        return [verdict for verdict in self.verdicts if verdict["verdict"] in ("fail", "warn")]


class Recorder:
    """Writes the events of a run to a file, if there is one, as they come. `record` is what was written."""

    def __init__(
        self, result: Result, choice: RunOptions, profile: str | None, strict: bool, file: TextIO | None
    ) -> None:
        self.record = Record()
        self._target = result.target
        self._file = file
        self._hash = hashlib.sha256()
        self._lines = 0
        self._numbers: dict[Exchange, int] = {}
        self._write(
            event="header",
            format=FORMAT,
            contract=catalogue.version(),
            contract_sha256=hashlib.sha256(catalogue.location().read_bytes()).hexdigest(),
            suite=version("assistants-contract"),
            python=platform.python_version(),
            seed=choice.seed,
            profile=profile,
            plan={
                "only": list(choice.only),
                "histories": choice.histories,
                "deep": choice.deep,
                "sdk": choice.sdk,
                "requests": result.planned,
            },
            strict=strict,
            target=_declared(result.target),
            started=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        )

    def watch(self, exchange: Exchange) -> None:
        """Takes in what was sent and what came."""
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

    def conclude(
        self,
        result: Result,
        code: int,
        seconds: float,
        known: Mapping[str, str] | None = None,
        edits: Iterable[Edit] = (),
        fault: str = "",
    ) -> Record:
        """The choices, the verdicts, and the footer. What a history was shrunk to is written only now, where a verdict
        shows it.

        `known` says why a violation is, `edits` what makes the baseline true, `fault` why there are no verdicts.
        """
        # Nobody asks for them but of a file, and of thousands of exchanges they take a second.
        for setting, found in learn(observations(self._numbers)).items() if self._file else ():
            self._write(**self._choice(setting, found))
        for verdict in result.verdicts:
            for exchange in [each for violation in verdict.violations[:SHOWN_BREACHES] for each in violation.exchanges]:
                if exchange not in self._numbers:
                    self.watch(exchange)
            self._write(**self._verdict(verdict), known=(known or {}).get(verdict.requirement.id))
        self._write(
            event="footer",
            lines=self._lines,
            sha256=self._hash.hexdigest(),
            exit=code,
            counts=counts(result.verdicts),
            requests=result.requests,
            notes=result.notes,
            left_behind=result.left_behind,
            edits=[edit._asdict() for edit in edits],
            fault=fault,
            seconds=round(seconds, 1),
        )
        return self.record

    def _choice(self, setting: str, found: Learned) -> Event:
        numbers = [self._numbers[exchange] for exchange in found.exchanges]
        told = {"value": found.value, "note": found.note, "doubt": found.doubt}
        return {"event": "choice", "setting": setting, **told, "exchanges": numbers}

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
            "breaches": len(verdict.violations),
            "evidence": [self._evidence(violation) for violation in verdict.violations[:SHOWN_BREACHES]],
        }

    def _evidence(self, violation: Violation) -> Event:
        numbers = [self._numbers[exchange] for exchange in violation.exchanges]
        shown = reproducer(violation, self._target)
        return {"expected": violation.expected, "came": violation.actual, "exchanges": numbers, "curl": shown}

    def _write(self, **event: Any) -> None:
        line = redacted(json.dumps(event, ensure_ascii=True), self._target)
        self.record.take(json.loads(line))
        self._hash.update(line.encode() + b"\n")
        self._lines += 1
        if self._file:
            self._file.write(line + "\n")


def read(path: Path) -> Record:
    """The record in a file. Raises RecordError where it cannot be read, is none, or is not whole."""
    record, hashed = Record(), hashlib.sha256()
    try:
        *lines, rest = path.read_bytes().split(b"\n")
        for line in lines:
            record.take(json_text.parse(line.decode()))
            if not record.footer:
                hashed.update(line + b"\n")
    except OSError as fault:
        raise RecordError(f"{path}: cannot be read ({fault.strerror}).") from fault
    except (ValueError, KeyError, TypeError) as fault:
        raise RecordError(f"{path}: these are no events of a run.") from fault
    if record.header.get("format", FORMAT) != FORMAT:
        raise RecordError(f"{path}: written in format {record.header['format']}; this version reads {FORMAT}.")
    whole = not rest and record.header and record.footer.get("lines") == len(lines) - 1
    if not whole or record.footer["sha256"] != hashed.hexdigest():
        raise RecordError(f"{path}: the events are not whole, so the run was cut short, or they were changed.")
    return record


def exchanges(record: Record) -> list[Exchange]:
    """Those of a run that is over. A body that was cut is no more than the id that it begins with, and has a fault."""
    return [
        Exchange(number, _request(event["request"]), _response(event["response"]))
        for number, event in sorted(record.exchanges.items())
    ]


def _request(event: Event) -> Request:
    body = None if event["body"] is None else event["body"].encode().ljust(event["bytes"])
    return Request(event["method"], event["path"], event["as"], body, tuple(event.get("headers", {}).items()))


def _response(event: Event) -> Response:
    text, fault = event["body"] or "", event["fault"]
    if event["bytes"] > SHOWN_BYTES:
        begun = re.search(r'"id"\s*:\s*"([^"\\]+)"', text)
        shown = {"object": "assistant", "id": begun[1]} if begun and '"list"' not in text else {}
        text, fault = json.dumps(shown), fault or "cut"
    return Response(event["status"], event["headers"], text.encode(), fault)


def _declared(target: Target) -> Event:
    return {
        "base_url": target.base_url,
        "rate_limit": target.rate_limit,
        "bound_id": target.bound_id,
        "expendable_id": target.expendable_id,
        "keys": sorted(target.keys),
    }


def _body(body: bytes | None) -> Event:
    """A body as text, its beginning where it is long; `bytes` is how many there are in all."""
    if body is None:
        return {"body": None, "bytes": 0}
    return {"body": body[:SHOWN_BYTES].decode("utf-8", "backslashreplace"), "bytes": len(body)}
