"""Locks on files, and the facts by which a file that was removed or replaced is noticed."""

import os
from pathlib import Path
from typing import NamedTuple, Self

from fake_server.storage.file_format import DataFileError

# Keys are in these files, so nobody else may read a new one.
MODE = 0o600


class Stamp(NamedTuple):
    """A file at one moment. A file that was written or replaced since has another stamp."""

    device: int
    inode: int
    size: int
    changed_at: int

    @classmethod
    def of(cls, file: Path | int) -> Self | None:
        """None if there is no such file."""
        try:
            found = os.stat(file)
        except OSError:
            return None
        return cls(found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns)

    def is_same_file(self, other: "Stamp | None") -> bool:
        return other is not None and (self.device, self.inode) == (other.device, other.inode)


def lock(file: int) -> bool:
    """Lock an open file; False if another process has locked it. The system unlocks it when the process ends for any
    reason. All names of a file (hard links) have one lock. Raises DataFileError if the system has no such locks.
    """
    try:
        import fcntl
    except ImportError:
        raise DataFileError("--data needs a Unix system. Remove this option.") from None
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def in_use(path: Path) -> DataFileError:
    return DataFileError(f"Another fake is using {path}. Stop it, or give --data another path.")
