"""A journal: a file with one change per line, so that a change is kept completely or not at all.

A line has a checksum, a blank and JSON. Each checksum includes the checksum before it, so that a missing, repeated or
foreign line is detected. The first line names the generation of the data file to which the changes belong.
"""

import asyncio
import errno
import json
import logging
import os
import re
from contextlib import suppress
from pathlib import Path
from typing import Any
from zlib import crc32

import orjson

from fake_server.domain.errors import NotKept
from fake_server.storage.file_format import DataFileError
from fake_server.storage.file_lock import MODE, Stamp, in_use, lock

LOG = logging.getLogger(__name__)
MANY_DIGITS = re.compile(rb"\d{19}")
BEGINNING = b' {"generation":'


class Journal:
    """An open journal, locked against every other fake until it is closed; `size` is in bytes. Raises DataFileError."""

    def __init__(self, path: Path, durable: bool) -> None:
        self.path = path
        self.durable = durable
        self.file = _open_locked(path)
        self.opened = Stamp.of(self.file)
        self.size = self.checksum = self.generation = 0
        self.written = self.synced = 0
        self.syncing: asyncio.Future[None] | None = None
        self.failure = ""

    def load(self) -> list[Any]:
        """The changes in the file, without an incomplete last line. Raises DataFileError, and changes nothing."""
        try:
            *lines, torn = self.path.read_bytes().split(b"\n")
        except OSError as error:
            raise self.error(f"cannot be read ({error.strerror})") from None
        values = [self._check_line(number, line) for number, line in enumerate(lines, 1)]
        ours = re.fullmatch(b"[0-9a-f]{0,8}", torn[:8]) and BEGINNING.startswith(torn[8:][: len(BEGINNING)])
        if not values and not ours:
            raise self.error("is not a journal of this fake")
        if values:
            self.generation = values[0]["generation"]
        return values[1:]

    def _check_line(self, number: int, line: bytes) -> Any:
        checksum = crc32(line[9:], self.checksum)
        if line[:9] != b"%08x " % checksum:
            raise self.error(f"is damaged in line {number}" if number > 1 else "is not a journal of this fake")
        self.checksum = checksum
        self.size += len(line) + 1
        try:
            return _decode(line[9:])
        except ValueError:
            raise self.error(f"has no JSON in line {number}") from None

    def resume(self) -> None:
        """Continue after the last complete line. An incomplete line was never answered, so it is dropped."""
        if os.fstat(self.file).st_size > self.size:
            LOG.warning("Dropped the incomplete last line of %s: a crash came before the answer.", self.path)
            os.ftruncate(self.file, self.size)
        if self.durable:
            os.fsync(self.file)

    def is_intact(self) -> bool:
        """False if the file was removed, replaced or cut since it was opened."""
        named = Stamp.of(self.path)
        return named is not None and named.is_same_file(self.opened) and named.size >= self.size

    def reopen(self) -> None:
        """Use the file that the path names now, and make it if there is none. Raises DataFileError."""
        if self.opened is not None and self.opened.is_same_file(Stamp.of(self.path)):
            return
        new = _open_locked(self.path)
        # The number of the open file stays, because another thread may be syncing it.
        os.dup2(new, self.file, inheritable=False)
        os.close(new)
        self.opened = Stamp.of(self.file)

    def error(self, why: str) -> DataFileError:
        return DataFileError(f"The journal {self.path} {why}. Restore the right file, or move this one away.")

    def begin(self, generation: int) -> None:
        """Empty the journal, for the changes of another generation."""
        os.ftruncate(self.file, 0)
        self.size = self.checksum = 0
        self.generation = generation
        self.synced = self.written

    def append(self, change: object) -> None:
        """Append a change in one write, so that it survives `kill -9`. Raises NotKept, and then nothing is appended."""
        if self.failure:
            raise NotKept(self.failure)
        before = self.checksum
        text = (b"" if self.size else self._render_line({"generation": self.generation})) + self._render_line(change)
        try:
            if os.pwrite(self.file, text, self.size) < len(text):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        except OSError as error:
            self.checksum = before
            # If this fails too, the next line overwrites the rest, or the next start drops it.
            with suppress(OSError):
                os.ftruncate(self.file, self.size)
            raise NotKept(f"The change was not made: the data file cannot be written ({error.strerror}).") from None
        self.size += len(text)
        self.written += 1

    def _render_line(self, value: object) -> bytes:
        text = _encode(value)
        self.checksum = crc32(text, self.checksum)
        return b"%08x %b\n" % (self.checksum, text)

    async def wait_until_durable(self) -> None:
        """If `durable`, wait until all changes are on the disk. All callers share one fsync. Raises NotKept."""
        wanted = self.written
        while self.durable and self.synced < wanted:
            self.syncing = self.syncing or asyncio.ensure_future(self._sync())
            await asyncio.shield(self.syncing)

    async def _sync(self) -> None:
        reached = self.written
        try:
            await asyncio.get_running_loop().run_in_executor(None, os.fsync, self.file)
            self.synced = max(self.synced, reached)
        except OSError as error:
            # A second fsync may wrongly report success, so no later change is accepted.
            self.failure = (
                f"The last changes may be lost, because the disk failed ({error.strerror}). Restart the fake."
            )
            self.synced = self.written
            raise NotKept(self.failure) from None
        finally:
            self.syncing = None

    def close(self) -> None:
        """Close the journal, and remove the file if it is empty, while it is still locked."""
        if os.fstat(self.file).st_size == 0:
            with suppress(OSError):
                self.path.unlink()
        os.close(self.file)


def _encode(value: object) -> bytes:
    try:
        return orjson.dumps(value)
    except orjson.JSONEncodeError:  # orjson has integers of 64 bits alone, and a kept field may have larger ones
        return json.dumps(value).encode()


def _decode(text: bytes) -> Any:
    """Raises ValueError."""
    return json.loads(text) if MANY_DIGITS.search(text) else orjson.loads(text)


def _open_locked(path: Path) -> int:
    """The open file. Raises DataFileError."""
    try:
        file = os.open(path, os.O_RDWR | os.O_CREAT, MODE)
    except OSError as error:
        why = f"cannot be written ({error.strerror})"
        raise DataFileError(f"The journal {path} {why}. Give --data another path.") from None
    try:
        # The fake that used it before may have removed it when it ended.
        opened = Stamp.of(file)
        if not lock(file) or opened is None or not opened.is_same_file(Stamp.of(path)):
            raise in_use(path.with_suffix(""))
    except DataFileError:
        os.close(file)
        raise
    # An earlier release let everybody read it. Another user's file cannot be changed.
    with suppress(OSError):
        os.fchmod(file, MODE)
    return file
