"""A file of changes, one checked line for each, so that none is ever half there; knows nothing of what changes.

A line is a checksum, a blank and JSON. Each checksum goes on from the one before it, so that a line that is missing,
twice there or from elsewhere is found out too. The first line says to which generation of the data file they belong.
"""

import asyncio
import errno
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

LOG = logging.getLogger(__name__)
BEGINNING = b' {"generation":'


class Journal:
    """Open, and locked against every other fake, until it is closed; `size` in bytes. Raises DataFileError."""

    def __init__(self, path: Path, durable: bool) -> None:
        self.path = path
        self.durable = durable
        self.file = locked(path)
        self.size = self.checksum = self.generation = 0
        self.written = self.synced = 0
        self.syncing: asyncio.Future[None] | None = None
        self.failure = ""

    def read(self) -> list[Any]:
        """The changes in it, without a torn last line. Raises DataFileError, and leaves the file as it is."""
        try:
            *lines, torn = self.path.read_bytes().split(b"\n")
        except OSError as error:
            raise self.unusable(f"cannot be read ({error.strerror})") from None
        values = [self.checked(number, line) for number, line in enumerate(lines, 1)]
        ours = re.fullmatch(b"[0-9a-f]{0,8}", torn[:8]) and BEGINNING.startswith(torn[8:][: len(BEGINNING)])
        if not values and not ours:
            raise self.unusable("is not this fake's")
        if values:
            self.generation = values[0]["generation"]
        return values[1:]

    def checked(self, number: int, line: bytes) -> Any:
        checksum = crc32(line[9:], self.checksum)
        if line[:9] != b"%08x " % checksum:
            raise self.unusable(f"is damaged in line {number}" if number > 1 else "is not this fake's")
        self.checksum = checksum
        self.size += len(line) + 1
        try:
            return orjson.loads(line[9:])
        except orjson.JSONDecodeError:
            raise self.unusable(f"holds no JSON in line {number}") from None

    def resume(self) -> None:
        """Go on after what was read: without a line that has no end, for the crash came before it was answered."""
        if os.fstat(self.file).st_size > self.size:
            LOG.warning("Dropped the last line of %s: a crash tore it before it was answered.", self.path)
            os.ftruncate(self.file, self.size)
        if self.durable:
            os.fsync(self.file)

    def unusable(self, why: str) -> DataFileError:
        return DataFileError(f"The journal {self.path} {why}. Bring back what belongs there, or move it away.")

    def begin(self, generation: int) -> None:
        """Empty, for the changes of another generation."""
        os.ftruncate(self.file, 0)
        self.size = self.checksum = 0
        self.generation = generation
        self.synced = self.written

    def append(self, change: object) -> None:
        """In one write, so that it survives `kill -9`. Raises NotKept, and then it is not there."""
        if self.failure:
            raise NotKept(self.failure)
        before = self.checksum
        text = (b"" if self.size else self.line({"generation": self.generation})) + self.line(change)
        try:
            if os.pwrite(self.file, text, self.size) < len(text):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        except OSError as error:
            self.checksum = before
            # If this fails too, the next line overwrites what is there, or the next start drops it.
            with suppress(OSError):
                os.ftruncate(self.file, self.size)
            raise NotKept(f"Nothing was changed: the data file cannot be written ({error.strerror}).") from None
        self.size += len(text)
        self.written += 1

    def line(self, value: object) -> bytes:
        text = orjson.dumps(value)
        self.checksum = crc32(text, self.checksum)
        return b"%08x %b\n" % (self.checksum, text)

    async def settled(self) -> None:
        """When what was appended so far is on the disk, if `durable`: one fsync for all who wait. Raises NotKept."""
        wanted = self.written
        while self.durable and self.synced < wanted:
            self.syncing = self.syncing or asyncio.ensure_future(self.sync())
            await asyncio.shield(self.syncing)

    async def sync(self) -> None:
        reached = self.written
        try:
            await asyncio.get_running_loop().run_in_executor(None, os.fsync, self.file)
            self.synced = max(self.synced, reached)
        except OSError as error:
            # Another fsync may say that all is well when it is not, so nothing more is promised.
            self.failure = f"What was written last may be lost: the disk failed ({error.strerror}). Restart the fake."
            self.synced = self.written
            raise NotKept(self.failure) from None
        finally:
            self.syncing = None

    def close(self) -> None:
        """And away with it if it is empty, while nobody else can have it."""
        if os.fstat(self.file).st_size == 0:
            with suppress(OSError):
                self.path.unlink()
        os.close(self.file)


def locked(path: Path) -> int:
    """The open file, which the system unlocks when its process ends, however that is. Raises DataFileError."""
    try:
        import fcntl
    except ImportError:
        raise DataFileError("--data needs a Unix system. Leave it out.") from None
    try:
        file = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    except OSError as error:
        why = f"cannot be written ({error.strerror})"
        raise DataFileError(f"The journal {path} {why}. Give --data another path.") from None
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # Whoever had it before may have removed it as it ended.
        if os.path.samestat(os.fstat(file), path.stat()):
            return file
    except OSError:
        pass
    os.close(file)
    raise DataFileError(f"Another fake is using {path.with_suffix('')}. Stop it, or give --data another path.")
