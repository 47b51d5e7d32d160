"""Where organizations, keys and projects are kept; alone in knowing TinyDB, and nothing of assistants on the wire."""

import json
import os
import tempfile
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import fields
from pathlib import Path
from secrets import token_hex
from typing import Any

from tinydb import TinyDB, where
from tinydb.queries import QueryInstance
from tinydb.storages import MemoryStorage, Storage
from tinydb.table import Document, Table

from fake_server.assistants import Key, Organization, Project

# A table that marks the file as ours, so that nobody else's is ever written over.
MARK = {"fake": {"1": {"version": 1}}}
TABLES = {"organizations": Organization, "keys": Key, "projects": Project}


class DataFileError(Exception):
    """The data file cannot be used; the message names it and says what to do."""


class Store:
    """All that the fake holds, in memory or in the file `data`; what it hands out is never live.

    `now` gives Unix seconds. Raises DataFileError when the file is not one of ours or cannot be written.
    """

    def __init__(self, data: Path | None, now: Callable[[], float]) -> None:
        self.db = TinyDB(storage=MemoryStorage) if data is None else TinyDB(data, storage=JsonFile)
        self.data = data
        self.now = now

    def is_new(self) -> bool:
        return not self.db.tables()

    def plant(self, organizations: Iterable[Organization], keys: Iterable[Key], projects: Iterable[Project]) -> None:
        """Fill a new store, all in one write. Raises DataFileError when the file cannot be written."""
        rows = {"organizations": organizations, "keys": keys, "projects": projects}
        tables = {name: {str(n): vars(row) for n, row in enumerate(rows[name], 1)} for name in rows}
        try:
            self.db.storage.write(MARK | tables)
        except OSError as error:
            raise DataFileError(
                f"Cannot write the data file {self.data} ({error}). Give --data another path."
            ) from None

    def all_keys(self) -> list[Key]:
        return [Key(**document) for document in self.table("keys")]

    def key(self, secret: str) -> Key | None:
        document = found(self.table("keys"), where("secret") == secret)
        return None if document is None else Key(**document)

    def organization(self, organization: str) -> Organization:
        """Raises KeyError for one that is not there."""
        document = found(self.table("organizations"), where("id") == organization)
        if document is None:
            raise KeyError(organization)
        return Organization(**document)

    def projects(self, organization: str) -> list[Project]:
        """The organization's, oldest first: the document's number decides among those of one second."""
        documents = self.table("projects").search(where("organization") == organization)
        return [Project(**document) for document in sorted(documents, key=lambda each: each.doc_id)]

    def add(self, organization: str, title: str, prompt: str | None) -> Project:
        """A new project, its id random and so never one that was used before."""
        project = Project(token_hex(12), organization, title, prompt, int(self.now()))
        self.table("projects").insert(vars(project))
        return project

    def get(self, organization: str, project: str | None) -> Project | None:
        document = found(self.table("projects"), this(organization, project))
        return None if document is None else Project(**document)

    def change(self, organization: str, project: str | None, changes: Mapping[str, Any]) -> Project | None:
        """Set `changes` (title, prompt) and give the project as it then is, or None when there is no such."""
        self.table("projects").update(dict(changes), this(organization, project))
        return self.get(organization, project)

    def remove(self, organization: str, project: str | None) -> bool:
        """Whether there was one to remove."""
        return bool(self.table("projects").remove(this(organization, project)))

    def table(self, name: str) -> Table:
        # TinyDB's query cache hands out the same documents again, changed by whoever had them.
        return self.db.table(name, cache_size=0)


def this(organization: str, project: str | None) -> QueryInstance:
    both: QueryInstance = (where("id") == project) & (where("organization") == organization)
    return both


def found(table: Table, query: QueryInstance) -> Document | None:
    return next(iter(table.search(query)), None)


class JsonFile(Storage):
    """TinyDB's own JSON in a file that is replaced whole, so that a crash leaves the old or the new one."""

    def __init__(self, path: Path) -> None:
        self.path = path.resolve()
        if not os.access(self.path.parent, os.W_OK):
            raise DataFileError(f"The folder of the data file {path} cannot be written. Give --data another path.")
        self.tables = read_file(self.path)

    def read(self) -> dict[str, dict[str, Any]] | None:
        return self.tables

    def write(self, data: dict[str, dict[str, Any]]) -> None:
        handle, name = tempfile.mkstemp(dir=self.path.parent, prefix=f".{self.path.name}.")
        try:
            with os.fdopen(handle, "w") as file:
                json.dump(data, file)
                file.flush()
                os.fsync(file.fileno())
            os.replace(name, self.path)
        except BaseException:
            with suppress(OSError):
                os.unlink(name)
            raise
        self.tables = data


def read_file(path: Path) -> dict[str, dict[str, Any]] | None:
    """None when there is no file yet, or an empty one. Raises DataFileError and leaves the file as it is."""
    try:
        text = path.read_text(encoding="utf-8")
        tables: dict[str, dict[str, Any]] | None = json.loads(text) if text else None
    except FileNotFoundError:
        return None
    except OSError as error:
        raise DataFileError(f"Cannot read the data file {path} ({error.strerror}). Give --data another path.") from None
    except (ValueError, RecursionError):
        raise DataFileError(f"The data file {path} is not JSON. Give --data a new path, or move it away.") from None
    if tables is not None and not is_ours(tables):
        raise DataFileError(f"The data file {path} is not this fake's. Give --data a new path, or move it away.")
    return tables


def is_ours(tables: object) -> bool:
    """Marked as ours, and each table's rows of the right fields under whole numbers."""
    if not isinstance(tables, dict) or tables.get("fake") != MARK["fake"]:
        return False
    return all(is_table_of(tables.get(name), {field.name for field in fields(row)}) for name, row in TABLES.items())


def is_table_of(table: object, names: set[str]) -> bool:
    return isinstance(table, dict) and all(
        number.isdecimal() and isinstance(row, dict) and set(row) == names for number, row in table.items()
    )
