"""A data file with a journal beside it. No crash loses a change that was kept."""

import logging
import os
import shutil
import stat
from collections.abc import Iterable, Mapping
from contextlib import suppress
from itertools import count
from pathlib import Path

from fake_server.contract.editions import PAGE
from fake_server.domain.errors import NotKept
from fake_server.storage.file_format import (
    MARK,
    TABLES,
    VERSION,
    Changes,
    DataFileError,
    Row,
    Tables,
    data_file_error,
    load_tables,
    render_mark,
    render_tables,
)
from fake_server.storage.file_lock import MODE, Stamp, in_use, lock
from fake_server.storage.journal import Journal

LOG = logging.getLogger(__name__)
# A journal with fewer bytes stays beside the file.
SMALL = 1 << 20


class DataFile:
    """`tables` are the tables of the store itself, not a copy; they are empty if the file is new. A file belongs to one
    edition of the contract.

    `first` has the next free row number of each table. Raises DataFileError, and then leaves the file and its journal
    unchanged.
    """

    def __init__(self, path: Path, durable: bool, edition: str = PAGE) -> None:
        self.path = path.resolve()
        self.edition = edition
        if not self.path.name:
            raise data_file_error(path, "is a folder")
        if not os.access(self.path.parent, os.W_OK):
            raise DataFileError(f"The folder of the data file {path} cannot be written. Give --data another path.")
        self.journal = Journal(self.path.with_name(f"{self.path.name}.journal"), durable)
        self.generation = 0
        self.first = dict.fromkeys(TABLES, 1)
        self.tables: Tables = {}
        self.limit = SMALL
        self.lock: int | None = None
        self.stamp: Stamp | None = None
        self.complaint = ""
        try:
            self._lock()
            self._load()
        except BaseException:
            self._release()
            raise
        _sync_folder(self.path)

    def _lock(self) -> None:
        """Lock the file itself too, because it may have two names with two journals. Raises DataFileError."""
        try:
            self.lock = os.open(self.path, os.O_RDONLY | os.O_NONBLOCK)
        except OSError:
            return  # there is no file yet, or the loading gives the reason
        if not lock(self.lock):
            raise in_use(self.path)
        self.stamp = Stamp.of(self.lock)
        if os.fstat(self.lock).st_nlink > 1:
            LOG.warning("%s has another name (a hard link). It keeps the old content when the fake writes.", self.path)

    def _load(self) -> None:
        self.tables = load_tables(self.path, self.edition)
        mark = self.tables.pop(MARK, {"1": {}})["1"]
        self.generation = mark.get("generation", 0)
        if mark.get("version", VERSION) < VERSION:
            # An earlier release cannot read every change of ours, so the first change writes a file of our version.
            self.limit = -1
        self.first |= mark.get("next", {})
        for name, table in self.tables.items():
            self._count(name, table)
        changes = self.journal.load()
        if changes and (not self.tables or self.journal.generation > self.generation):
            raise self.journal.error("belongs to another data file")
        self.journal.resume()
        # The file already contains a journal of an earlier generation: a crash came before it was emptied.
        if not changes or self.journal.generation < self.generation:
            self.journal.begin(self.generation)
            return
        for change in changes:
            # An earlier release wrote one table per line, as a pair.
            for name, rows in [change] if isinstance(change, list) else change.items():
                self._count(name, rows)
                _apply(self.tables[name], rows)

    def _count(self, name: str, numbers: Iterable[str]) -> None:
        self.first[name] = max([self.first[name], *(int(number) + 1 for number in numbers)])

    def create(self, tables: Tables) -> None:
        """Write the first content of a new file. Raises DataFileError."""
        self.tables = tables
        for name, table in tables.items():
            self._count(name, table)
        try:
            self._replace()
        except OSError as error:
            self._release()
            raise data_file_error(self.path, f"cannot be written ({error.strerror})") from None

    def check(self) -> None:
        """If somebody removed or replaced one of the two files, write everything anew. Raises NotKept."""
        replaced, intact = Stamp.of(self.path) != self.stamp, self.journal.is_intact()
        if not replaced and intact:
            return
        harmed = [path for path, harm in ((self.path, replaced), (self.journal.path, not intact)) if harm]
        self._complain(f"{' and '.join(map(str, harmed))} was removed, replaced or changed while the fake runs.")
        try:
            for path in harmed:
                self._keep_aside(path)
            if not intact:
                self.journal.reopen()
            self._replace()
        except (OSError, DataFileError) as error:
            self._complain(f"The fake cannot write its data anew: {error}")
            raise NotKept(f"The change was not made: {self.path} was replaced, and cannot be written anew.") from None
        LOG.warning("The fake has written all its data to %s anew. Nothing is lost.", self.path)
        self.complaint = ""

    def _complain(self, text: str) -> None:
        """Say it once, also if it is noticed every second."""
        if text not in self.complaint:
            LOG.warning(text)
            self.complaint += text

    def _keep_aside(self, path: Path) -> None:
        """The content that somebody else wrote may be wanted. Raises OSError."""
        if not path.is_file():
            return
        aside = next(name for n in count(1) if not (name := path.with_name(f"{path.name}.replaced-{n}")).exists())
        shutil.copy2(path, aside)
        LOG.warning("The content that was found there is kept as %s.", aside)

    def record(self, changes: Mapping[str, Changes]) -> None:
        """Keep all changes or none, before the tables change. Raises NotKept."""
        self.check()
        if self.journal.size > self.limit:
            self._compact()
        self.journal.append(changes)
        for name, rows in changes.items():
            self._count(name, rows)

    def _compact(self) -> None:
        """Move the journal into the file. If this fails, the two files together still have all data."""
        try:
            self._replace()
        except OSError as error:
            LOG.warning("Cannot write %s (%s). The latest changes stay in %s.", self.path, error, self.journal.path)
            self.limit = 2 * self.journal.size

    def _replace(self) -> None:
        """Write a new file. After a crash the old file and its journal are there, or the new file. Raises OSError."""
        mark = render_mark(self.edition, self.generation + 1, self.first)
        new = self.path.with_name(f".{self.path.name}.new")
        # A crash may have left one.
        new.unlink(missing_ok=True)
        try:
            with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, MODE), "wb") as file:
                self._copy_access(file.fileno())
                file.write(render_tables({MARK: {"1": mark}, **self.tables}).encode())
                file.flush()
                os.fsync(file.fileno())
                self.limit = max(SMALL, file.tell())
            new_lock = os.open(new, os.O_RDONLY)
            lock(new_lock)
            os.replace(new, self.path)
        except BaseException:
            new.unlink(missing_ok=True)
            raise
        if self.lock is not None:
            os.close(self.lock)
        self.lock, self.stamp = new_lock, Stamp.of(new_lock)
        self.generation += 1
        _sync_folder(self.path)
        self.journal.begin(self.generation)

    def _copy_access(self, file: int) -> None:
        """Give a new file the mode of the file that it replaces, and the owner if the system allows it."""
        if self.lock is not None:
            old = os.fstat(self.lock)
            with suppress(OSError):
                os.fchown(file, old.st_uid, old.st_gid)
            os.fchmod(file, stat.S_IMODE(old.st_mode))

    def close(self) -> None:
        # If this fails, the reason was logged.
        with suppress(NotKept):
            self.check()
            if self.journal.size:
                self._compact()
        self._release()

    def _release(self) -> None:
        self.journal.close()
        if self.lock is not None:
            os.close(self.lock)


def _apply(table: dict[str, Row], changes: Changes) -> None:
    for number, row in changes.items():
        if row is None:
            # A person may have removed the row from the file.
            table.pop(number, None)
        else:
            table[number] = row


def _sync_folder(path: Path) -> None:
    """Make sure that the name of the file is on the disk too."""
    # Some file systems cannot sync a folder, and some folders cannot be read.
    with suppress(OSError):
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
