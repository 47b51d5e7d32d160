"""A data file with a journal beside it. No crash loses a change that was kept."""

import logging
import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

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
    render_tables,
)
from fake_server.storage.journal import Journal

LOG = logging.getLogger(__name__)
# A journal with fewer bytes stays beside the file.
SMALL = 1 << 20


class DataFile:
    """`tables` are the tables of the store itself, not a copy; they are empty if the file is new.

    `first` has the next free row number of each table. Raises DataFileError, and then leaves the file and its journal
    unchanged.
    """

    def __init__(self, path: Path, durable: bool) -> None:
        self.path = path.resolve()
        if not self.path.name:
            raise data_file_error(path, "is a folder")
        if not os.access(self.path.parent, os.W_OK):
            raise DataFileError(f"The folder of the data file {path} cannot be written. Give --data another path.")
        self.journal = Journal(self.path.with_name(f"{self.path.name}.journal"), durable)
        self.generation = 0
        self.first = dict.fromkeys(TABLES, 1)
        self.tables: Tables = {}
        self.limit = SMALL
        try:
            self._load()
        except BaseException:
            self.journal.close()
            raise
        _sync_folder(self.path)

    def _load(self) -> None:
        self.tables = load_tables(self.path)
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
            self.journal.close()
            raise data_file_error(self.path, f"cannot be written ({error.strerror})") from None

    def record(self, changes: Mapping[str, Changes]) -> None:
        """Keep all changes or none, before the tables change. Raises NotKept."""
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
        mark = {"version": VERSION, "generation": self.generation + 1, "next": self.first}
        new = self.path.with_name(f".{self.path.name}.new")
        # A crash may have left one.
        new.unlink(missing_ok=True)
        try:
            with new.open("xb") as file:
                file.write(render_tables({MARK: {"1": mark}, **self.tables}).encode())
                file.flush()
                os.fsync(file.fileno())
                self.limit = max(SMALL, file.tell())
            os.replace(new, self.path)
        except BaseException:
            new.unlink(missing_ok=True)
            raise
        self.generation += 1
        _sync_folder(self.path)
        self.journal.begin(self.generation)

    def close(self) -> None:
        if self.journal.size:
            self._compact()
        self.journal.close()


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
