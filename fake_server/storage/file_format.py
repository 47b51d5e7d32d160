"""The format of the data file: the JSON of TinyDB with one row per line, and the checks of a file."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any, NamedTuple

from fake_server.contract import json_text
from fake_server.contract.editions import PAGE
from fake_server.domain.assistants import Key, Organization, Project

Row = dict[str, Any]
Tables = dict[str, dict[str, Row]]
# The new row for each row number, or None for a removed row.
Changes = dict[str, Row | None]


class TableKind(NamedTuple):
    """The class of a table's rows, and the field that is unique in the table."""

    row: type[Organization] | type[Key] | type[Project]
    unique: str


TABLES = {
    "organizations": TableKind(Organization, "id"),
    "keys": TableKind(Key, "secret"),
    "projects": TableKind(Project, "id"),
}
# This table marks the file as ours, so that a file of another program is never overwritten. Its only row is "1".
MARK, VERSION = "fake", 3
# A file of another edition than the page's has this version, so that an earlier release refuses the file.
EDITION_VERSION = 4
TYPES: Mapping[Any, tuple[type, ...]] = {
    str: (str,),
    str | None: (str, type(None)),
    int: (int,),
    float | None: (int, float, type(None)),
    bool: (bool,),
    dict[str, Any] | None: (dict, type(None)),
}
NUMBER = re.compile("[1-9][0-9]{0,17}", re.ASCII)
# Text stays readable for a person, in every script.
ENCODER = json.JSONEncoder(ensure_ascii=False)


class DataFileError(Exception):
    """The data file or its journal cannot be used. The message names it and says what to do."""


def render_tables(tables: Tables) -> str:
    return "{\n" + ",\n".join(f'"{name}": {{\n{_render_rows(table)}\n}}' for name, table in tables.items()) + "\n}\n"


def _render_rows(table: dict[str, Row]) -> str:
    return ",\n".join(f'"{number}": {ENCODER.encode(row)}' for number, row in table.items())


def render_mark(edition: str, generation: int, following: Mapping[str, int]) -> Row:
    """The mark of a file; `following` has the next free row number of each table."""
    version = {"version": VERSION} if edition == PAGE else {"version": EDITION_VERSION, "edition": edition}
    return {**version, "generation": generation, "next": following}


def load_tables(path: Path, edition: str) -> Tables:
    """The tables of the file, or {} if there is no file or an empty file. Raises DataFileError."""
    text = _load_text(path)
    if not text:
        return {}
    try:
        tables: Tables = json_text.parse(text)
    except json_text.JsonError as error:
        raise data_file_error(path, str(error)) from None
    problem = next(_problems(tables, edition), None)
    if problem:
        raise data_file_error(path, problem)
    return tables


def _load_text(path: Path) -> str:
    try:
        # A device or a pipe can be read, but must not be replaced by a file.
        if path.exists() and not path.is_file():
            raise data_file_error(path, "is not a regular file")
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""
    except OSError as error:
        raise data_file_error(path, f"cannot be read ({error.strerror})") from None
    except ValueError:
        raise data_file_error(path, "is not in UTF-8") from None


def data_file_error(path: Path, why: str) -> DataFileError:
    return DataFileError(f"The data file {path} {why}. Give --data another path, or repair the file or move it away.")


def _problems(tables: object, edition: str) -> Iterator[str]:
    """The problems of a file, such as a file of another program. The caller uses only the first one."""
    mark = tables.get(MARK) if isinstance(tables, dict) else None
    row = mark.get("1") if isinstance(mark, dict) else None
    if not isinstance(tables, dict) or not isinstance(row, dict) or type(row.get("version")) is not int:
        yield "is not a file of this fake"
        return
    if row["version"] > (EDITION_VERSION if "edition" in row else VERSION):
        yield f"has version {row['version']}, which this release of the fake does not know"
    if (found := row.get("edition", PAGE)) != edition:
        yield f"belongs to the edition '{str(found)[:50]}', and this fake has the edition '{edition}' (see --edition)"
    if {MARK, *TABLES} != set(tables) or not _is_mark(row):
        yield "is not a file of this fake, or it is incomplete"
    for name, kind in TABLES.items():
        yield from _table_problems(name, tables[name], kind, tables["organizations"])


def _is_mark(row: Row) -> bool:
    following = row.get("next", {})
    if not isinstance(following, dict) or not following.keys() <= TABLES.keys():
        return False
    return all(type(number) is int and number >= 0 for number in (row.get("generation", 0), *following.values()))


def _table_problems(name: str, table: object, kind: TableKind, organizations: Mapping[str, Row]) -> Iterator[str]:
    if not isinstance(table, dict):
        yield f"has no table in '{name}'"
        return
    types = {field.name: TYPES[field.type] for field in fields(kind.row)}
    # Fields with a default were added in version 3, so older files do not have them.
    needed = {field.name for field in fields(kind.row) if field.default is MISSING}
    known = {row["id"] for row in organizations.values()} if "organization" in types else set()
    seen: set[str] = set()
    for number, row in table.items():
        where = f"row '{number:.20}' of '{name}'"
        if not NUMBER.fullmatch(number):
            yield f"has a {where}, but rows have the numbers 1, 2, 3 and so on"
        elif not _is_row(row, types, needed):
            yield f"has a {where} whose fields are not exactly {', '.join(types)}, each with its type"
        elif "organization" in types and row["organization"] not in known:
            yield f"has a {where} with the unknown organization '{row['organization']:.50}'"
        elif row[kind.unique] in seen:
            yield f"has a {where} with the same {kind.unique} as another row"
        seen.add(row[kind.unique])


def _is_row(row: object, types: Mapping[str, tuple[type, ...]], needed: set[str]) -> bool:
    if not isinstance(row, dict) or not needed <= row.keys() <= types.keys():
        return False
    return all(type(value) in types[name] for name, value in row.items())
