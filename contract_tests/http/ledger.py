"""What a run has made, on the disk before anything can go wrong: so that `sweep` can remove it after `kill -9`."""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from contract_tests.http import json_text
from contract_tests.http.messages import Request
from contract_tests.http.target import Target, TargetError

FORM = 1


class Ledger:
    """Appends to a new file, a line of JSON each, and has each on the disk before it gives back.

    Before a call that may make an assistant `intend` notes its marks, the run's tag with a number of their own; after
    it `made` notes the id, and `gone` that it is removed. `unanswered` has the intents whose calls got no answer or a
    server error: such a call may have made an assistant. Raises OSError where the file is there already or cannot be
    written.
    """

    def __init__(self, path: Path, target: Target, tag: str) -> None:
        self.path = path
        self._file = path.open("x", encoding="utf-8")
        self._count = 0
        self.unanswered: set[int] = set()
        self._write(ledger=FORM, base_url=target.base_url, tag=tag, keys=dict(target.variables))
        _sync_folder(path)

    def intend(self, request: Request, tag: str) -> int:
        """The number of the intent, which `made` refers to."""
        self._count += 1
        self.unanswered.add(self._count)
        self._write(intent=self._count, role=request.role, marks=marks(request, tag))
        return self._count

    def answered(self, intent: int) -> None:
        self.unanswered.discard(intent)

    def made(self, id: str, role: str, intent: int = 0) -> None:
        self._write(made=id, role=role, intent=intent)

    def gone(self, id: str) -> None:
        self._write(gone=id)

    def close(self) -> None:
        self._file.close()

    def remove(self) -> None:
        """Closes the file and removes it: nothing of the run is left."""
        self.close()
        self.path.unlink(missing_ok=True)

    def _write(self, **line: Any) -> None:
        self._file.write(json.dumps(line) + "\n")
        self._file.flush()
        os.fsync(self._file.fileno())


@dataclass
class Account:
    """What a ledger says. `made` has the roles by id of what is not gone, oldest first; `open`, by the intent's number,
    the role and the marks of each call that may have made something of which no id is known."""

    base_url: str
    keys: dict[str, str]
    made: dict[str, str] = field(default_factory=dict)
    open: dict[int, tuple[str, list[str]]] = field(default_factory=dict)


def read(path: Path) -> Account:
    """A last line that breaks off was never acted on, and is left out. Raises TargetError for any other damage."""
    try:
        lines = path.read_text(encoding="utf-8").split("\n")[:-1]
        head, *rest = [json_text.parse(line) for line in lines]
        if head.get("ledger") != FORM:
            raise ValueError
        account = Account(head["base_url"], head["keys"])
        for line in rest:
            _enter(account, line)
    except OSError as fault:
        raise TargetError(f"{path}: cannot be read ({fault.strerror}).") from fault
    except (ValueError, KeyError, TypeError, AttributeError) as fault:
        raise TargetError(f"{path}: this is no ledger of a run, or a damaged one; nothing was removed.") from fault
    return account


def marks(request: Request, tag: str) -> list[str]:
    """The marks in a body: no other call of this run, and nobody else, sends them."""
    body = (request.body or b"").decode(errors="replace")
    return re.findall(re.escape(tag) + r" \d+", body)


def is_marked(text: str, mark: str) -> bool:
    """Whether a text has this mark, and not one that only begins as it does."""
    return re.search(rf"{re.escape(mark)}(?!\d)", text) is not None


def append(path: Path, line: dict[str, Any]) -> None:
    """Adds to the ledger of a run that is over; what its last line lacks of an end is cut off first."""
    with path.open("rb+") as file:
        whole = file.read()
        file.truncate(whole.rfind(b"\n") + 1)
        file.seek(0, os.SEEK_END)
        file.write(json.dumps(line).encode() + b"\n")


def _enter(account: Account, line: dict[str, Any]) -> None:
    if "intent" in line and "made" not in line:
        account.open[line["intent"]] = (line["role"], line["marks"])
    elif "made" in line:
        account.open.pop(line["intent"], None)
        account.made[line["made"]] = line["role"]
    else:
        account.made.pop(line["gone"], None)


def _sync_folder(path: Path) -> None:
    """A new file is only there after a power cut once its folder is on the disk."""
    if os.name == "posix":
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
