"""The store of organizations, keys and projects. It knows TinyDB, and it does not know the JSON of an assistant."""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, cast, overload

from tinydb import TinyDB
from tinydb.storages import MemoryStorage

from fake_server.contract.editions import PAGE
from fake_server.domain.assistants import Key, Organization, Project
from fake_server.domain.errors import InvalidParameter
from fake_server.domain.ids import random_id
from fake_server.storage.data_file import DataFile
from fake_server.storage.file_format import TABLES, Changes, Row, Tables
from fake_server.storage.table import IndexedTable


class Store:
    """All data of the fake, in memory and, if `data` is given, in a file (see DataFile for `durable` and `edition`).

    The returned records are copies. Only the sequence of an organization's projects is live. `now` gives Unix seconds.
    Raises DataFileError.
    """

    def __init__(self, data: Path | None, now: Callable[[], float], durable: bool = False, edition: str = PAGE) -> None:
        self.now = now
        self.new_id: Callable[[str], str] = random_id
        self.file = None if data is None else DataFile(data, durable, edition)
        self.db = TinyDB(storage=MemoryStorage)
        self.tables: dict[str, IndexedTable] = {}
        self.db.table_class = IndexedTable  # type: ignore[assignment]  # TinyDB passes its own arguments to it
        if self.file is not None and self.file.tables:
            self._set_tables(self.file.tables)

    def is_new(self) -> bool:
        return not self.tables

    def fill(self, organizations: Iterable[Organization], keys: Iterable[Key], projects: Iterable[Project]) -> None:
        """Fill a new store in one write. Raises DataFileError if the file cannot be written."""
        rows = {"organizations": organizations, "keys": keys, "projects": projects}
        tables = {name: {str(n): _row(row) for n, row in enumerate(rows[name], 1)} for name in rows}
        if self.file is not None:
            self.file.create(tables)
        self._set_tables(tables)

    def number_rows(
        self, organizations: Iterable[Organization], keys: Iterable[Key], projects: Iterable[Project]
    ) -> Tables:
        """The rows with new numbers, which no other row will get. Nothing is stored yet."""
        rows = {"organizations": organizations, "keys": keys, "projects": projects}
        return {name: {self.table(name).free_number(): _row(row) for row in rows[name]} for name in rows}

    def copy_rows(self, organization: str | None = None) -> Tables:
        """A copy of all rows, or of the rows of one organization."""
        return {name: table.rows_of(organization) for name, table in self.tables.items()}

    def restore(self, wanted: Tables, organization: str | None = None) -> None:
        """Store exactly these rows, in total or for one organization. Only differences are written.

        Raises InvalidParameter if another organization has one of the keys or ids by now, and NotKept.
        """
        now = self.copy_rows(organization)
        changes = {name: _differences(now[name], wanted[name]) for name in TABLES}
        if organization is not None:
            self._check_owner(changes, organization)
        self.commit(changes)

    def _check_owner(self, changes: Mapping[str, Changes], organization: str) -> None:
        for name, rows in changes.items():
            unique = TABLES[name].unique
            for row in filter(None, rows.values()):
                for _, other in self.table(name).find_all(row[unique]):
                    if (owner := other.get("organization", organization)) != organization:
                        raise InvalidParameter(f"'{row[unique]}' is in use by the organization '{owner}' by now.")

    def commit(self, changes: Mapping[str, Mapping[str, Row | None]]) -> None:
        """Make changes in several tables, all or none. Raises NotKept."""
        real = {name: dict(rows) for name, rows in changes.items() if rows}
        if real and self.file is not None:
            self.file.record(real)
        for name, rows in real.items():
            for number, row in rows.items():
                self.table(name).put(number, row)

    def _set_tables(self, tables: Tables) -> None:
        self.db.storage.write(tables)
        for name, kind in TABLES.items():
            first, record = (1, _record_nothing) if self.file is None else (self.file.first[name], self.file.record)
            table = self.db.table(name, unique=kind.unique, first=first, record=record)
            self.tables[name] = cast(IndexedTable, table)

    def all_organizations(self) -> list[Organization]:
        return [Organization(**row) for row in self.table("organizations")]

    def all_projects(self) -> list[Project]:
        """Oldest first."""
        return [Project(**row) for row in self.table("projects")]

    def all_keys(self) -> list[Key]:
        return [Key(**row) for row in self.table("keys")]

    def keys_of(self, organization: str) -> list[Key]:
        return [Key(**row) for row in self.table("keys").rows_of(organization).values()]

    def key(self, secret: str) -> Key | None:
        row = self.table("keys").find_first(secret)
        return None if row is None else Key(**row)

    def organization(self, organization: str) -> Organization:
        """Raises KeyError if there is no such organization."""
        row = self.table("organizations").find_first(organization)
        if row is None:
            raise KeyError(organization)
        return Organization(**row)

    def projects(self, organization: str) -> Sequence[Project]:
        """The projects of the organization, oldest first. In the same second the row number decides."""
        return Projects(self.table("projects"), organization)

    def add(
        self, organization: str, title: str | None, prompt: str | None, fields: dict[str, Any] | None = None
    ) -> Project:
        """A new project with an unused id. Raises NotKept, as all methods that write."""
        project = Project(self.new_id(organization), organization, title, prompt, int(self.now()), fields)
        self.table("projects").append(_row(project))
        return project

    def get(self, organization: str, project: str | None) -> Project | None:
        found = self.find(project)
        return found if found is not None and found.organization == organization else None

    def change(self, organization: str, project: str | None, changes: Mapping[str, Any]) -> Project | None:
        """Set `changes` (title, prompt), and return the changed project, or None if there is no such project.

        `fields` in `changes` are set one by one, and a field of None is removed.
        """
        number = self.number(organization, project)
        if number is None:
            return None
        table = self.table("projects")
        if "fields" in changes:
            fields = {**(table.rows[str(number)].get("fields") or {}), **changes["fields"]}
            changes = {**changes, "fields": {name: value for name, value in fields.items() if value is not None}}
        table.update(changes, doc_ids=[number])
        return Project(**table.rows[str(number)])

    def remove(self, organization: str, project: str | None) -> bool:
        """True if there was such a project."""
        number = self.number(organization, project)
        return number is not None and bool(self.table("projects").remove(doc_ids=[number]))

    def find(self, project: str | None) -> Project | None:
        """The project of any organization."""
        row = self.table("projects").find_first(project)
        return None if row is None else Project(**row)

    def has(self, name: tuple[str, str]) -> bool:
        """True if a row of the table has this value in its unique field. The table may be missing."""
        table, value = name
        return table in self.tables and bool(self.table(table).find_all(value))

    def alter(self, name: str, value: str, changes: Mapping[str, Any]) -> None:
        """Set `changes` in the rows whose unique field has this value."""
        table = self.table(name)
        table.update(changes, doc_ids=[number for number, _ in table.find_all(value)])

    def drop(self, name: str, value: str) -> None:
        """Remove the rows whose unique field has this value."""
        table = self.table(name)
        table.remove(doc_ids=[number for number, _ in table.find_all(value)])

    def number(self, organization: str, project: str | None) -> int | None:
        """The row number in the table `projects`."""
        for number, row in self.table("projects").find_all(project):
            if row["organization"] == organization:
                return number
        return None

    def table(self, name: str) -> IndexedTable:
        return self.tables[name]

    async def wait_until_durable(self) -> None:
        """If the store is durable, wait until all changes so far are on the disk. Raises NotKept."""
        if self.file is not None:
            await self.file.journal.wait_until_durable()

    def check_files(self) -> None:
        """If somebody removed or replaced the files, write everything anew. Raises NotKept."""
        if self.file is not None and self.file.tables:
            self.file.check()

    def close(self) -> None:
        if self.file is not None:
            self.file.close()


class Projects(Sequence[Project]):
    """The projects of one organization, oldest first. Live: a project is loaded when it is used."""

    def __init__(self, table: IndexedTable, organization: str) -> None:
        self.table = table
        self.organization = organization
        self.numbers = table.orders[organization]

    def __len__(self) -> int:
        return len(self.numbers)

    @overload
    def __getitem__(self, index: int) -> Project: ...
    @overload
    def __getitem__(self, index: slice) -> list[Project]: ...
    def __getitem__(self, index: int | slice) -> Project | list[Project]:
        if isinstance(index, slice):
            return [self._at(number) for number in self.numbers[index]]
        return self._at(self.numbers[index])

    def _at(self, number: int) -> Project:
        return Project(**self.table.rows[str(number)])

    def index(self, value: Any, start: int = 0, stop: int | None = None) -> int:
        """Compare only the ids. Raises ValueError."""
        for number, row in self.table.find_all(value.id):
            place = bisect_left(self.numbers, number)
            if row["organization"] == self.organization and place in range(len(self))[start:stop]:
                return place
        raise ValueError(f"no project has the id {value.id}")


def _row(record: object) -> Row:
    """A project of an edition without kept fields has no column for them, as in files of earlier releases."""
    row = dict(vars(record))
    if row.get("fields", row) is None:
        del row["fields"]
    return row


def _differences(now: dict[str, Row], wanted: dict[str, Row]) -> Changes:
    """The changes that turn `now` into `wanted`. Unchanged rows are the same objects, so the comparison is fast."""
    gone: Changes = dict.fromkeys(now.keys() - wanted.keys())
    others = {n: row for n, row in wanted.items() if (old := now.get(n)) is not row and old != row}
    return gone | others


def _record_nothing(*_: object) -> None:
    """Without a data file no change is recorded."""
