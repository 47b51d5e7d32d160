"""The ledger: a file of the assistants that a run creates. `sweep` deletes by it what a killed run has left."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from contract_tests.http import input_file, json_text
from contract_tests.http.credentials import INVALID
from contract_tests.http.input_file import InputFileError
from contract_tests.http.messages import Request
from contract_tests.http.target import ROLES, Target, TargetError

FORM = 1


class Ledger:
    """Appends lines of JSON to a new file. `intend` returns only when its line is on the disk.

    Before a call that may create an assistant, `intend` notes its marks (the run's tag with a number) and the time.
    After the call, `note_created` notes the id; later, `note_gone` notes that the assistant was deleted. `others` are
    ids of assistants that the run did not create. The constructor and `intend` raise OSError if the file exists already
    or cannot be written. The notes raise nothing: a clean-up must go on, and `sweep` finds an assistant without them
    too. `fault` is the error of the first note that was lost.
    """

    def __init__(self, path: Path, target: Target, tag: str, others: Iterable[str] = ()) -> None:
        self.path = path
        self._file = path.open("x", encoding="utf-8")
        self._count = 0
        self.fault: OSError | None = None
        self._clock = target.clock
        head = {"ledger": FORM, "base_url": target.base_url, "tag": tag, "keys": dict(target.variables)}
        self._write(**head, others=sorted(others))
        _sync_folder(path)

    def intend(self, request: Request, tag: str) -> int:
        """Notes a call before it is sent. Returns the number of the intent, to be given to `note_created`."""
        self._count += 1
        now = round(self._clock.now(), 1)
        self._write(intent=self._count, role=request.role, marks=marks(request, tag), at=now)
        return self._count

    def note_refused(self, intent: int, request: Request, tag: str) -> None:
        """Notes that the call was refused, so nobody has to wait for its assistant."""
        self._note(intent=intent, role=request.role, marks=marks(request, tag), at=0)

    def note_created(self, id: str, role: str, intent: int = 0) -> None:
        self._note(made=id, role=role, intent=intent)

    def note_gone(self, id: str) -> None:
        self._note(gone=id)

    def close(self) -> None:
        with suppress(OSError):  # what a failed write has left unwritten
            self._file.close()

    def remove(self) -> None:
        """Closes and deletes the file, because no assistant of the run is left."""
        self.close()
        self.path.unlink(missing_ok=True)

    def _note(self, **line: Any) -> None:
        try:
            self._write(**line)
        except OSError as fault:
            self.fault = self.fault or fault

    def _write(self, **line: Any) -> None:
        self._file.write(json.dumps(line) + "\n")
        self._file.flush()
        os.fsync(self._file.fileno())


@dataclass
class Account:
    """The content of a ledger. `tag` is in the texts of the run's assistants. `created` maps each id that is not gone
    to its role, the oldest first. `open` maps the number of an intent without a known id to its call. `others` are
    assistants that the run did not create."""

    base_url: str
    keys: dict[str, str]
    tag: str = ""
    others: frozenset[str] = frozenset()
    created: dict[str, str] = field(default_factory=dict)
    open: dict[int, Intent] = field(default_factory=dict)


@dataclass(frozen=True)
class Intent:
    """A call that may have created an assistant. `at` is when it was sent, in seconds since the epoch; 0 if
    it was refused, or if the ledger is too old to say."""

    role: str
    marks: tuple[str, ...]
    at: float


def place(given: Path, tag: str) -> Path:
    """The path of a new ledger. `given` is the file itself, or a folder for it."""
    return given / f"{tag}.ledger" if given.is_dir() else given


def load(path: Path) -> Account:
    """The content of a ledger file. An incomplete last line is left out: the run ended before it acted on that line.
    Raises TargetError for any other damage."""
    try:
        lines = input_file.decode(path, input_file.read_bytes(path)).split("\n")[:-1]
        head, *rest = [json_text.parse(line) for line in lines]
        if head.get("ledger") != FORM:
            raise ValueError
        others = frozenset(map(_text, head.get("others", ())))
        account = Account(_text(head["base_url"]), _texts(head["keys"]), _text(head["tag"]), others)
        for line in rest:
            _enter(account, line)
    except InputFileError as fault:
        raise TargetError(str(fault)) from fault
    except (ValueError, KeyError, TypeError, AttributeError) as fault:
        raise TargetError(f"{path}: not a ledger of a run, or a damaged one. Nothing was deleted.") from fault
    return account


def marks(request: Request, tag: str) -> list[str]:
    """The marks in a body. Each mark is in one call of this run only."""
    body = (request.body or b"").decode(errors="replace")
    return re.findall(re.escape(tag) + r" \d+", body)


def is_marked(text: str, mark: str) -> bool:
    """True if the text has this mark. A longer mark that begins with it does not count."""
    return re.search(rf"{re.escape(mark)}(?!\d)", text) is not None


def append(path: Path, line: dict[str, Any]) -> None:
    """Adds a line to the ledger of a run that is over. An incomplete last line is cut off first."""
    with path.open("rb+") as file:
        whole = file.read()
        file.truncate(whole.rfind(b"\n") + 1)
        file.seek(0, os.SEEK_END)
        file.write(json.dumps(line).encode() + b"\n")


def _enter(account: Account, line: dict[str, Any]) -> None:
    """Raises ValueError for a line that no run has written."""
    role = line.get("role", "primary")
    if role not in (*ROLES, *INVALID) or not all(isinstance(line.get(name, ""), str) for name in ("made", "gone")):
        raise ValueError
    if "intent" in line and "made" not in line:
        sent = tuple(map(_text, line["marks"]))
        account.open[int(line["intent"])] = Intent(_text(line["role"]), sent, float(line.get("at", 0)))
    elif "made" in line:
        account.open.pop(line["intent"], None)
        account.created[_text(line["made"])] = _text(line["role"])
    else:
        account.created.pop(_text(line["gone"]), None)


def _texts(value: Any) -> dict[str, str]:
    return {_text(name): _text(text) for name, text in value.items()}


def _text(value: Any) -> str:
    """Raises TypeError for a value that is no text, or an empty one."""
    if not isinstance(value, str) or not value:
        raise TypeError
    return value


def _sync_folder(path: Path) -> None:
    """Writes the folder to the disk: without that, a new file can be lost in a power cut."""
    if os.name == "posix":
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
