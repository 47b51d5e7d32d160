"""Where organizations, keys and projects are kept; knows TinyDB, and nothing of assistants on the wire."""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from secrets import token_hex
from typing import Any, cast, overload

from tinydb import TinyDB
from tinydb.storages import MemoryStorage

from fake_server.domain.assistants import Key, Organization, Project
from fake_server.storage.data_file import DataFile
from fake_server.storage.file_format import TABLES, Changes, Row, Tables
from fake_server.storage.table import IndexedTable


class Store:
    """All that the fake holds, in memory and, where `data` names one, in a file; see DataFile for `durable`.

    What it hands out is never live, but for the sequence of an organization's projects. `now` gives Unix seconds.
    Raises DataFileError.
    """

    def __init__(self, data: Path | None, now: Callable[[], float], durable: bool = False) -> None:
        self.now = now
        self.new_id: Callable[[str], str] = random_id
        self.file = None if data is None else DataFile(data, durable)
        self.db = TinyDB(storage=MemoryStorage)
        self.tables: dict[str, IndexedTable] = {}
        self.db.table_class = IndexedTable  # type: ignore[assignment]  # TinyDB passes its arguments on
        if self.file is not None and self.file.tables:
            self.hold(self.file.tables)

    def is_new(self) -> bool:
        return not self.tables

    def plant(self, organizations: Iterable[Organization], keys: Iterable[Key], projects: Iterable[Project]) -> None:
        """Fill a new store, all in one write. Raises DataFileError when the file cannot be written."""
        rows = {"organizations": organizations, "keys": keys, "projects": projects}
        tables = {name: {str(n): dict(vars(row)) for n, row in enumerate(rows[name], 1)} for name in rows}
        if self.file is not None:
            self.file.plant(tables)
        self.hold(tables)

    def numbered(
        self, organizations: Iterable[Organization], keys: Iterable[Key], projects: Iterable[Project]
    ) -> Tables:
        """As rows under numbers that no other row will get; nothing is kept yet."""
        rows = {"organizations": organizations, "keys": keys, "projects": projects}
        return {name: {self.table(name).free_number(): dict(vars(row)) for row in rows[name]} for name in rows}

    def held(self, organization: str | None = None) -> Tables:
        """All that is here, or what is an organization's, as it is at this moment."""
        return {name: table.rows_of(organization) for name, table in self.tables.items()}

    def restore(self, wanted: Tables, organization: str | None = None) -> None:
        """Hold exactly these rows, be it of one organization: it costs what differs. Raises NotKept."""
        now = self.held(organization)
        self.commit({name: differences(now[name], wanted[name]) for name in TABLES})

    def commit(self, changes: Mapping[str, Mapping[str, Row | None]]) -> None:
        """Changes of several tables, all of them or none. Raises NotKept."""
        real = {name: dict(rows) for name, rows in changes.items() if rows}
        if real and self.file is not None:
            self.file.record(real)
        for name, rows in real.items():
            for number, row in rows.items():
                self.table(name).put(number, row)

    def hold(self, tables: Tables) -> None:
        self.db.storage.write(tables)
        for name, kind in TABLES.items():
            first, record = (1, nowhere) if self.file is None else (self.file.first[name], self.file.record)
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
        row = self.table("keys").first_of(secret)
        return None if row is None else Key(**row)

    def organization(self, organization: str) -> Organization:
        """Raises KeyError for one that is not there."""
        row = self.table("organizations").first_of(organization)
        if row is None:
            raise KeyError(organization)
        return Organization(**row)

    def projects(self, organization: str) -> Sequence[Project]:
        """The organization's, oldest first: the row's number decides among those of one second."""
        return Projects(self.table("projects"), organization)

    def add(self, organization: str, title: str, prompt: str | None) -> Project:
        """A new project, its id one that was never used before. Raises NotKept, as all that write."""
        project = Project(self.new_id(organization), organization, title, prompt, int(self.now()))
        self.table("projects").insert(vars(project))
        return project

    def get(self, organization: str, project: str | None) -> Project | None:
        found = self.find(project)
        return found if found is not None and found.organization == organization else None

    def change(self, organization: str, project: str | None, changes: Mapping[str, Any]) -> Project | None:
        """Set `changes` (title, prompt) and give the project as it then is, or None when there is no such."""
        number = self.number(organization, project)
        if number is None:
            return None
        table = self.table("projects")
        table.update(changes, doc_ids=[number])
        return Project(**table.rows[str(number)])

    def remove(self, organization: str, project: str | None) -> bool:
        """Whether there was one to remove."""
        number = self.number(organization, project)
        return number is not None and bool(self.table("projects").remove(doc_ids=[number]))

    def find(self, project: str | None) -> Project | None:
        """Whosever it is."""
        row = self.table("projects").first_of(project)
        return None if row is None else Project(**row)

    def has(self, name: tuple[str, str]) -> bool:
        """Whether a table, which need not be there, has a row whose unique field has this value."""
        table, value = name
        return table in self.tables and bool(self.table(table).found(value))

    def alter(self, name: str, value: str, changes: Mapping[str, Any]) -> None:
        """Set `changes` in the rows of a table whose unique field has this value."""
        table = self.table(name)
        table.update(changes, doc_ids=[number for number, _ in table.found(value)])

    def drop(self, name: str, value: str) -> None:
        """The rows of a table whose unique field has this value."""
        table = self.table(name)
        table.remove(doc_ids=[number for number, _ in table.found(value)])

    def number(self, organization: str, project: str | None) -> int | None:
        """The number of the project's row, in the table `projects`."""
        for number, row in self.table("projects").found(project):
            if row["organization"] == organization:
                return number
        return None

    def table(self, name: str) -> IndexedTable:
        return self.tables[name]

    async def settled(self) -> None:
        """When all that was written so far would outlive a power cut, if the store is durable. Raises NotKept."""
        if self.file is not None:
            await self.file.journal.settled()

    def close(self) -> None:
        if self.file is not None:
            self.file.close()


class Projects(Sequence[Project]):
    """An organization's, oldest first; live, and read only where it is looked at."""

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
            return [self.at(number) for number in self.numbers[index]]
        return self.at(self.numbers[index])

    def at(self, number: int) -> Project:
        return Project(**self.table.rows[str(number)])

    def index(self, value: Any, start: int = 0, stop: int | None = None) -> int:
        """By its id alone. Raises ValueError."""
        for number, row in self.table.found(value.id):
            place = bisect_left(self.numbers, number)
            if row["organization"] == self.organization and place in range(len(self))[start:stop]:
                return place
        raise ValueError(f"no project of this id: {value.id}")


def random_id(_: str) -> str:
    return token_hex(12)


def differences(now: dict[str, Row], wanted: dict[str, Row]) -> Changes:
    """What makes the one of the other. Rows that nobody changed are the same ones, and told so at once."""
    gone: Changes = dict.fromkeys(now.keys() - wanted.keys())
    others = {n: row for n, row in wanted.items() if (old := now.get(n)) is not row and old != row}
    return gone | others


def nowhere(*_: object) -> None:
    """In memory alone there is nothing to record."""
