"""The files that a user gives to a command: target files, baselines, records and ledgers. All of them are UTF-8."""

from __future__ import annotations

from pathlib import Path

LARGEST = 1 << 20  # bytes of a file that a person writes


class InputFileError(Exception):
    """The file cannot be used. The text is the one line that the user sees, and names the file."""


def read_bytes(path: Path) -> bytes:
    """The content of a file of any size. Raises InputFileError."""
    try:
        return path.read_bytes()
    except OSError as fault:
        raise InputFileError(f"{path}: cannot be read ({fault.strerror}).") from fault


def read_text(path: Path) -> str:
    """The text of a file that a person has written; a byte order mark is left out. Raises InputFileError."""
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
    except OSError as fault:
        raise InputFileError(f"{path}: cannot be read ({fault.strerror}).") from fault
    if len(content) > LARGEST:
        raise InputFileError(f"{path}: larger than {LARGEST >> 20} MB, so this is not the file that you mean.")
    return decode(path, content)


def decode(path: Path, content: bytes) -> str:
    """The content as text. Raises InputFileError for any encoding but UTF-8."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        # Windows PowerShell writes UTF-16 if the output of a command is redirected into a file.
        found = "UTF-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else f"at byte {fault.start + 1}"
        raise InputFileError(f"{path}: not UTF-8 ({found}). Save it as UTF-8.") from fault
