"""The one record of a run: newline-delimited JSON. Every report is made from it, at the end of the run or later.

The header names the target and the options. An exchange is a request with its answer. A choice is the value that the
exchanges show of one setting of a dialect. A verdict is the judgment of one requirement. The footer counts the lines
before it and has their hash: a file without a footer, or with another hash, is incomplete or was changed.
The JSON Schema of the events is events.schema.json beside this file. It marks (x-volatile) the values that may differ
between two equal runs. Format 2 added `variables` to the target, `blocked_by` to a verdict, `confirmed` to its
evidence, and `ledger`, `baseline`, `since` and `unread` to the footer.
Later files of format 2 have `seconds` in a verdict, `created`, `deleted` and `removals` in the footer, and `skip` and
`failed` in the plan, too. Files of two editions have the `edition` in the header: a file without it is of the page's
edition.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from contract_tests.http import editions, input_file, json_text
from contract_tests.http.input_file import InputFileError
from contract_tests.http.messages import Exchange, Request, Response
from contract_tests.http.target import ROLES

FORMAT = 2
READABLE = (1, 2)
SCHEMA = Path(__file__).with_name("events.schema.json")
SHOWN_BYTES = 4000  # the most that an event has of one body

Event = dict[str, Any]


class RecordError(Exception):
    """A file of events cannot be used; the text is the one line that the user sees."""


class Edit(NamedTuple):
    """The change that brings one line of a baseline up to date."""

    file: str
    line: int
    id: str
    edit: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.id} {self.edit}"


@dataclass
class Record:
    """A run by its events: `exchanges` by their numbers, `verdicts` in the order of the catalogue, `choices` in the
    order of a dialect's settings."""

    header: Event = field(default_factory=dict)
    exchanges: dict[int, Event] = field(default_factory=dict)
    choices: list[Event] = field(default_factory=list)
    verdicts: list[Event] = field(default_factory=list)
    footer: Event = field(default_factory=dict)

    def add(self, event: Event) -> None:
        """Raises KeyError for an object that is no event."""
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

    def events(self) -> list[Event]:
        """All events in their order."""
        return [self.header, *self.exchanges.values(), *self.choices, *self.verdicts, self.footer]

    @property
    def edition(self) -> str:
        return str(self.header["edition"])

    @property
    def contract(self) -> str:
        """The version of the contract, and the edition unless it is the page's."""
        return editions.titled(self.header["contract"], self.edition)

    def broken(self) -> list[Event]:
        return [verdict for verdict in self.verdicts if verdict["verdict"] in ("fail", "warn")]

    def blocked_by(self, id: str) -> list[str]:
        """The requirements that were not tested because this one is violated."""
        return [verdict["id"] for verdict in self.verdicts if verdict["blocked_by"] == id]


def load(path: Path) -> Record:
    """The record in a file. Raises RecordError if the file cannot be read, is not a record, or is incomplete."""
    record, hashed = Record(), hashlib.sha256()
    try:
        *lines, rest = input_file.read_bytes(path).split(b"\n")
        for line in lines:
            record.add(json_text.parse(line.decode()))
            if not record.footer:
                hashed.update(line + b"\n")
    except InputFileError as fault:
        raise RecordError(str(fault)) from fault
    except (ValueError, KeyError, TypeError) as fault:
        raise RecordError(f"{path}: not the events of a run.") from fault
    written = record.header.get("format", FORMAT)
    if written not in READABLE:
        known = " and ".join(map(str, READABLE))
        raise RecordError(f"{path}: written in format {written}; this version reads {known}.")
    whole = not rest and record.header and record.footer.get("lines") == len(lines) - 1
    if not whole or record.footer.get("sha256") != hashed.hexdigest():
        raise RecordError(f"{path}: incomplete or changed. The run was cut short, or the file was edited.")
    _check(record, path)
    return record


def _check(record: Record, path: Path) -> None:
    """Completes a record of an older format. Raises RecordError if an event is not as the schema says: a file that some
    other program has written may lack fields, or hold other values."""
    from jsonschema_rs import ValidationError, validator_for  # here: most commands read no record

    # A later version may add fields. So a reader knows less than the file has, and takes the file all the same.
    lenient = SCHEMA.read_text(encoding="utf-8").replace(
        '"additionalProperties": false', '"additionalProperties": true'
    )
    definitions = json.loads(lenient)["$defs"]
    validators = {name: validator_for(definition) for name, definition in definitions.items()}
    try:
        _fill_in(record)
        for event in record.events():
            validators[event["event"]].validate(event)
        _check_numbers(record)
    except ValidationError as fault:
        place = "/".join(map(str, [event["event"], *fault.instance_path]))
        raise RecordError(f"{path}: not the events of a run ({place}: {fault.message:.120}).") from fault
    except (KeyError, TypeError, AttributeError) as fault:
        raise RecordError(f"{path}: not the events of a run: an event lacks a field.") from fault
    try:
        editions.check(record.edition)
    except editions.UnknownEditionError as fault:
        raise RecordError(f"{path}: edition {fault}") from fault


def _check_numbers(record: Record) -> None:
    """Raises KeyError if the evidence names an exchange that the record does not have, or if an assistant that is left
    has no command."""
    if len(record.footer["removals"]) != len(record.footer["left_behind"]):
        raise KeyError("removals")
    for verdict in record.verdicts:
        for each in verdict["evidence"]:
            for number in each["exchanges"]:
                record.exchanges[number]


def _fill_in(record: Record) -> None:
    """Adds to an older record the keys that it lacks."""
    record.header.setdefault("edition", editions.PAGE)
    record.header["target"].setdefault("variables", dict(ROLES))
    for exchange in record.exchanges.values():
        exchange["request"].setdefault("headers", {})
    for verdict in record.verdicts:
        verdict.setdefault("blocked_by", None)
        verdict.setdefault("seconds", 0.0)
        for each in verdict["evidence"]:
            each.setdefault("confirmed", None)
    known = any(verdict["known"] is not None for verdict in record.verdicts)
    files = [edit["file"] for edit in record.footer["edits"]] + ["the baseline"] * known
    added: Event = dict.fromkeys(("created", "deleted", "ledger", "since"))
    added |= {"unread": [], "removals": [""] * len(record.footer["left_behind"])}
    added |= {"baseline": files[0] if files else None}
    for name, value in added.items():
        record.footer.setdefault(name, value)


def exchanges(record: Record) -> list[Exchange]:
    """The exchanges of an earlier run. An answer whose body was cut has a fault, and only the id of its assistant."""
    return [
        Exchange(number, _request(event["request"]), _response(event["response"]))
        for number, event in sorted(record.exchanges.items())
    ]


def _request(event: Event) -> Request:
    body = None if event["body"] is None else event["body"].encode().ljust(event["bytes"])
    return Request(event["method"], event["path"], event["as"], body, tuple(event["headers"].items()))


def _response(event: Event) -> Response:
    text, fault = event["body"] or "", event["fault"]
    if event["bytes"] > SHOWN_BYTES:
        begun = re.search(r'"id"\s*:\s*"([^"\\]+)"', text)
        kept = {"object": "assistant", "id": begun[1]} if begun and '"list"' not in text else {}
        text, fault = json.dumps(kept), fault or "cut"
    return Response(event["status"], event["headers"], text.encode(), fault)
