"""What the data file reads like, TinyDB's own JSON with a row a line, and what may be wrong with one."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any, NamedTuple

from fake_server.contract import json_text
from fake_server.domain.assistants import Key, Organization, Project

Row = dict[str, Any]
Tables = dict[str, dict[str, Row]]
# By the rows' numbers what they become: None for one that is removed.
Changes = dict[str, Row | None]


class Kind(NamedTuple):
    """What a table's rows are, and the field in which no two are equal."""

    row: type[Organization] | type[Key] | type[Project]
    unique: str


TABLES = {"organizations": Kind(Organization, "id"), "keys": Kind(Key, "secret"), "projects": Kind(Project, "id")}
# The table that marks the file as ours, so that nobody else's is ever written over; its one row is "1".
MARK, VERSION = "fake", 3
TYPES: Mapping[Any, tuple[type, ...]] = {
    str: (str,),
    str | None: (str, type(None)),
    int: (int,),
    float | None: (int, float, type(None)),
    bool: (bool,),
}
NUMBER = re.compile("[1-9][0-9]{0,17}", re.ASCII)
# Text that a person can read, whatever its script.
ENCODER = json.JSONEncoder(ensure_ascii=False)


class DataFileError(Exception):
    """The data file or its journal cannot be used; the message names it and says what to do."""


def readable(tables: Tables) -> str:
    return "{\n" + ",\n".join(f'"{name}": {{\n{lines(table)}\n}}' for name, table in tables.items()) + "\n}\n"


def lines(table: dict[str, Row]) -> str:
    return ",\n".join(f'"{number}": {ENCODER.encode(row)}' for number, row in table.items())


def read_file(path: Path) -> Tables:
    """Empty when there is no file yet, or an empty one. Raises DataFileError."""
    text = text_of(path)
    if not text:
        return {}
    try:
        tables: Tables = json_text.parse(text)
    except json_text.JsonError as error:
        raise unusable(path, str(error)) from None
    fault = next(faults(tables), None)
    if fault:
        raise unusable(path, fault)
    return tables


def text_of(path: Path) -> str:
    try:
        # A device or a pipe can be read, but is not to be replaced.
        if path.exists() and not path.is_file():
            raise unusable(path, "is no file")
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""
    except OSError as error:
        raise unusable(path, f"cannot be read ({error.strerror})") from None
    except ValueError:
        raise unusable(path, "is not in UTF-8") from None


def unusable(path: Path, why: str) -> DataFileError:
    return DataFileError(f"The data file {path} {why}. Give --data another path, or mend it or move it away.")


def faults(tables: object) -> Iterator[str]:
    """Somebody else's file, or a slip of whoever edited ours. No more than the first is asked for."""
    mark = tables.get(MARK) if isinstance(tables, dict) else None
    row = mark.get("1") if isinstance(mark, dict) else None
    if not isinstance(tables, dict) or not isinstance(row, dict) or type(row.get("version")) is not int:
        yield "is not this fake's"
        return
    if row["version"] > VERSION:
        yield f"is of version {row['version']}, which this release of the fake does not know"
    if {MARK, *TABLES} != set(tables) or not is_mark(row):
        yield "is not this fake's, or lacks a part"
    for name, kind in TABLES.items():
        yield from faults_of(name, tables[name], kind, tables["organizations"])


def is_mark(row: Row) -> bool:
    following = row.get("next", {})
    if not isinstance(following, dict) or not following.keys() <= TABLES.keys():
        return False
    return all(type(number) is int and number >= 0 for number in (row.get("generation", 0), *following.values()))


def faults_of(name: str, table: object, kind: Kind, organizations: Mapping[str, Row]) -> Iterator[str]:
    if not isinstance(table, dict):
        yield f"has in '{name}' no table"
        return
    types = {field.name: TYPES[field.type] for field in fields(kind.row)}
    # What has a default is of version 3, and need not be there.
    needed = {field.name for field in fields(kind.row) if field.default is MISSING}
    known = {row["id"] for row in organizations.values()} if "organization" in types else set()
    seen: set[str] = set()
    for number, row in table.items():
        where = f"row '{number:.20}' of '{name}'"
        if not NUMBER.fullmatch(number):
            yield f"has a {where}, and rows are numbered 1, 2, 3 and so on"
        elif not is_row(row, types, needed):
            yield f"has a {where} whose fields are not exactly {', '.join(types)}, each of its type"
        elif "organization" in types and row["organization"] not in known:
            yield f"has a {where} whose organization '{row['organization']:.50}' is not there"
        elif row[kind.unique] in seen:
            yield f"has a {where} with the {kind.unique} of another"
        seen.add(row[kind.unique])


def is_row(row: object, types: Mapping[str, tuple[type, ...]], needed: set[str]) -> bool:
    if not isinstance(row, dict) or not needed <= row.keys() <= types.keys():
        return False
    return all(type(value) in types[name] for name, value in row.items())
