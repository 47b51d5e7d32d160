"""A file that a user gives may be damaged in any way: a loader takes the file, or raises its own error."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest

from contract_tests.http import ledger, target
from contract_tests.http.target import TargetError
from contract_tests.reports import baseline, events
from contract_tests.reports.baseline import BaselineError
from contract_tests.reports.events import RecordError
from self_tests.golden.goldens import EVENTS, HERE, reports

DAMAGES = 300
SYNTAX = (
    b"[",
    b"{",
    b"]]",
    b'"',
    b"'",
    b"\n",
    b"- ",
    b": ",
    b"#",
    b"&a ",
    b"*a",
    b"!!set ",
    b"!!python/name:x ",
    b"? ",
)
ODD = (b"\xff", b"\xfe\xff", b"\0", b"\x1b", b"9" * 400, b"1e999", b"null", b"true", b"2027-02-30", b"=", b"\\ud800")
PIECES = (b"", *SYNTAX, *ODD)
VALUES: tuple[Any, ...] = (None, True, 7, -1, 1e300, "", "::error::", [], [1], [[]], {}, {"a": {}}, "asst-\u202e")

TARGET = (
    b'base_url = "http://127.0.0.1:9/v1"\nbound_id = "asst-a"\nrate_limit = 20\n'
    b'[keys]\nprimary = "ASSISTANTS_API_KEY"\n[create]\nmodel = "any"\n'
)
LEDGER = (
    b'{"ledger": 1, "base_url": "http://127.0.0.1:9/v1", "tag": "t", "keys": {"primary": "ASSISTANTS_API_KEY"}}\n'
    b'{"intent": 1, "role": "primary", "marks": ["t 1"]}\n{"made": "asst-a", "role": "primary", "intent": 1}\n'
    b'{"intent": 2, "role": "sibling", "marks": ["t 2"]}\n{"gone": "asst-a"}\n'
)


@pytest.mark.parametrize(
    ("load", "content", "error"),
    [
        (target.from_file, TARGET, TargetError),
        (baseline.load, (HERE / "known.yaml").read_bytes(), BaselineError),
        (ledger.load, LEDGER, TargetError),
        (events.load, EVENTS.read_bytes(), RecordError),
    ],
    ids=["target", "baseline", "ledger", "events"],
)
def test_a_loader_raises_its_own_error_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, load: Callable[[Path], Any], content: bytes, error: type[Exception]
) -> None:
    """Bytes are lost, doubled or strange. The text of the error is one line that begins with the file's name."""
    monkeypatch.setenv("ASSISTANTS_API_KEY", "sk-fake-primary")
    random, path = Random(1), tmp_path / "file"
    refused = []
    for _ in range(DAMAGES):
        path.write_bytes(_damaged(content, random))
        try:
            load(path)
        except error as fault:
            refused.append(str(fault))

    assert len(refused) > DAMAGES / 10
    assert [line for line in refused if "\n" in line or not line.startswith((str(path), "No key"))] == []


def _damaged(content: bytes, random: Random) -> bytes:
    for _ in range(random.randint(1, 3)):
        at, length = random.randrange(len(content)), random.choice((0, 1, 5, 40, len(content)))
        content = content[:at] + random.choice(PIECES) * random.choice((1, 1, 150)) + content[at + length :]
        content = content or b"\n"
    return content


def test_a_record_with_other_values_gives_every_report_or_none(tmp_path: Path) -> None:
    """A value of one event is replaced or taken away, and the file is signed again."""
    random, path = Random(1), tmp_path / "run.ndjson"
    *lines, last = EVENTS.read_bytes().splitlines(keepends=True)
    taken = 0
    for _ in range(DAMAGES // 3):
        changed, footer = list(lines), json.loads(last)
        at = random.randrange(len(changed) + 1)
        if at < len(changed):
            changed[at] = json.dumps(_changed(json.loads(changed[at]), random)).encode() + b"\n"
        else:
            footer = _changed(footer, random)
        signed = json.dumps(footer | {"sha256": hashlib.sha256(b"".join(changed)).hexdigest()})
        path.write_bytes(b"".join(changed) + signed.encode() + b"\n")
        try:
            record = events.load(path)
        except RecordError:
            continue
        taken += 1
        assert all(text for text in reports(record).values())

    assert taken


def test_a_record_of_a_later_version_may_have_more_fields(tmp_path: Path) -> None:
    """A field that this version does not know is left alone."""
    *lines, last = EVENTS.read_bytes().splitlines(keepends=True)
    lines[0] = json.dumps({**json.loads(lines[0]), "later": 1}).encode() + b"\n"
    footer = json.loads(last) | {"sha256": hashlib.sha256(b"".join(lines)).hexdigest()}
    (tmp_path / "run.ndjson").write_bytes(b"".join([*lines, json.dumps(footer).encode(), b"\n"]))

    assert events.load(tmp_path / "run.ndjson").header["later"] == 1


def _changed(event: Any, random: Random) -> Any:
    """The event with another value somewhere, or without one."""
    names = list(event) if isinstance(event, dict) else list(range(len(event)))
    name = random.choice(names)
    if event[name] and isinstance(event[name], dict | list) and random.random() < 0.7:
        event[name] = _changed(event[name], random)
    elif random.random() < 0.3:
        del event[name]
    else:
        event[name] = random.choice(VALUES)
    return event
