"""A data file with a journal beside it: whatever comes, what was kept is there."""

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
    read_file,
    readable,
    unusable,
)
from fake_server.storage.journal import Journal

LOG = logging.getLogger(__name__)
# Up to so many bytes a journal is not worth a new file.
SMALL = 1 << 20


class DataFile:
    """`tables` are the store's own, live, and empty if the file is new; `first` is the next free number of each.

    Raises DataFileError, and then leaves the file and its journal as they are.
    """

    def __init__(self, path: Path, durable: bool) -> None:
        self.path = path.resolve()
        if not os.access(self.path.parent, os.W_OK):
            raise DataFileError(f"The folder of the data file {path} cannot be written. Give --data another path.")
        self.journal = Journal(self.path.with_name(f"{self.path.name}.journal"), durable)
        self.generation = 0
        self.first = dict.fromkeys(TABLES, 1)
        self.tables: Tables = {}
        self.limit = SMALL
        try:
            self.load()
        except BaseException:
            self.journal.close()
            raise
        sync_folder(self.path)

    def load(self) -> None:
        self.tables = read_file(self.path)
        mark = self.tables.pop(MARK, {"1": {}})["1"]
        self.generation = mark.get("generation", 0)
        if mark.get("version", VERSION) < VERSION:
            # An earlier release knows not all that may be recorded: with the first of it the file becomes one of ours.
            self.limit = -1
        self.first |= mark.get("next", {})
        for name, table in self.tables.items():
            self.count(name, table)
        changes = self.journal.read()
        if changes and (not self.tables or self.journal.generation > self.generation):
            raise self.journal.unusable("goes on from another data file")
        self.journal.resume()
        # One of an earlier generation is in the file already: the crash came before it was emptied.
        if not changes or self.journal.generation < self.generation:
            self.journal.begin(self.generation)
            return
        for change in changes:
            # An earlier release recorded one table at a time, as a pair.
            for name, rows in [change] if isinstance(change, list) else change.items():
                self.count(name, rows)
                apply(self.tables[name], rows)

    def count(self, name: str, numbers: Iterable[str]) -> None:
        self.first[name] = max([self.first[name], *(int(number) + 1 for number in numbers)])

    def plant(self, tables: Tables) -> None:
        """The first that it holds. Raises DataFileError."""
        self.tables = tables
        for name, table in tables.items():
            self.count(name, table)
        try:
            self.replace()
        except OSError as error:
            self.journal.close()
            raise unusable(self.path, f"cannot be written ({error.strerror})") from None

    def record(self, changes: Mapping[str, Changes]) -> None:
        """Keep what changes in the tables before it does, all of it or nothing. Raises NotKept."""
        if self.journal.size > self.limit:
            self.compact()
        self.journal.append(changes)
        for name, rows in changes.items():
            self.count(name, rows)

    def compact(self) -> None:
        """The journal into the file, if there is room; if not, all is still in the two of them."""
        try:
            self.replace()
        except OSError as error:
            LOG.warning("Cannot write %s (%s): its latest changes stay in %s.", self.path, error, self.journal.path)
            self.limit = 2 * self.journal.size

    def replace(self) -> None:
        """A crash at any moment leaves the old file and its journal, or the new file. Raises OSError."""
        mark = {"version": VERSION, "generation": self.generation + 1, "next": self.first}
        new = self.path.with_name(f".{self.path.name}.new")
        # One may be left from a crash.
        new.unlink(missing_ok=True)
        try:
            with new.open("xb") as file:
                file.write(readable({MARK: {"1": mark}, **self.tables}).encode())
                file.flush()
                os.fsync(file.fileno())
                self.limit = max(SMALL, file.tell())
            os.replace(new, self.path)
        except BaseException:
            new.unlink(missing_ok=True)
            raise
        self.generation += 1
        sync_folder(self.path)
        self.journal.begin(self.generation)

    def close(self) -> None:
        if self.journal.size:
            self.compact()
        self.journal.close()


def apply(table: dict[str, Row], changes: Changes) -> None:
    for number, row in changes.items():
        if row is None:
            # It may have been removed by hand as well.
            table.pop(number, None)
        else:
            table[number] = row


def sync_folder(path: Path) -> None:
    """The file's name is then on the disk too."""
    # Not every file system can do it for a folder, and not every folder can be read.
    with suppress(OSError):
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
