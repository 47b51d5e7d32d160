"""A TinyDB table in which each row is found at once, and a write costs what it changes."""

from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from typing import Any

from tinydb.storages import Storage
from tinydb.table import Table

from fake_server.storage.file_format import Changes, Row


class IndexedTable(Table):
    """Finds rows by their field `unique`, and each organization's in the order of their numbers.

    `record` is told of changes, by the table's name, before they are made, and none is made if it raises. `first` is
    the lowest number that the next row may get: none is used again. In `rows`, as in TinyDB's own JSON, the numbers are
    text; a row is replaced, never changed in place.
    """

    def __init__(
        self, storage: Storage, name: str, *, unique: str, first: int, record: Callable[[Mapping[str, Changes]], None]
    ) -> None:
        # Without TinyDB's query cache, which would hand out the same rows again, changed by whoever had them.
        super().__init__(storage, name, cache_size=0)
        self.unique = unique
        self.record = record
        self.rows: dict[str, Row] = self._read_table()  # type: ignore[assignment]  # all of ours are dicts
        self.next = max([first, *(int(number) + 1 for number in self.rows)])
        self.numbers: dict[str | None, tuple[str, ...]] = {}
        self.orders: defaultdict[str | None, list[int]] = defaultdict(list)
        for number, row in self.rows.items():
            self.index(number, row)

    def first_of(self, value: str | None) -> Row | None:
        """The first of `found`, without the list: every call looks up three."""
        numbers = self.numbers.get(value)
        return self.rows[numbers[0]] if numbers else None

    def found(self, value: str | None) -> list[tuple[int, Row]]:
        """The numbers and rows whose unique field has this value: one, but for a table that was made wrong."""
        return [(int(number), self.rows[number]) for number in self.numbers.get(value, ())]

    def rows_of(self, organization: str | None) -> dict[str, Row]:
        """An organization's, or all for None, by their numbers."""
        if organization is None:
            return self.rows.copy()
        return {str(number): self.rows[str(number)] for number in self.orders.get(organization, ())}

    def free_number(self) -> str:
        """One that no other row gets."""
        return str(self._get_next_id())

    def _get_next_id(self) -> int:
        self.next += 1
        return self.next - 1

    def _update_table(self, updater: Callable[[Any], None]) -> None:
        draft = Draft(self.rows)
        updater(draft)
        changes = draft.changes()
        if changes:
            self.record({self.name: changes})
        for number, row in changes.items():
            self.put(number, row)

    def put(self, number: str, row: Row | None) -> None:
        old = self.rows.pop(number) if row is None else self.rows.get(number)
        if row is not None:
            self.rows[number] = row
        if old is not None and row is not None and self.places(old) == self.places(row):
            return
        if old is not None:
            self.unindex(number, old)
        if row is not None:
            self.index(number, row)

    def places(self, row: Row) -> tuple[str, str]:
        """Its value, and whose it is: an organization is its own."""
        value: str = row[self.unique]
        return value, row.get("organization", value)

    def index(self, number: str, row: Row) -> None:
        value, organization = self.places(row)
        self.numbers[value] = (*self.numbers.get(value, ()), number)
        insort(self.orders[organization], int(number))

    def unindex(self, number: str, row: Row) -> None:
        value, organization = self.places(row)
        self.numbers[value] = tuple(each for each in self.numbers[value] if each != number)
        if not self.numbers[value]:
            del self.numbers[value]
        order = self.orders[organization]
        del order[bisect_left(order, int(number))]


class Draft(MutableMapping[int, Row]):
    """A table as TinyDB's updaters may change it: they work on copies, so that nothing has happened yet."""

    def __init__(self, rows: dict[str, Row]) -> None:
        self.rows = rows
        self.touched: Changes = {}

    def changes(self) -> Changes:
        return {number: row for number, row in self.touched.items() if row != self.rows.get(number)}

    def __getitem__(self, number: int) -> Row:
        text = str(number)
        if text not in self.touched:
            self.touched[text] = self.rows[text].copy()
        row = self.touched[text]
        if row is None:
            raise KeyError(number)
        return row

    def __setitem__(self, number: int, row: Row) -> None:
        self.touched[str(number)] = row

    def __delitem__(self, number: int) -> None:
        self.touched[str(number)] = None

    def __iter__(self) -> Iterator[int]:
        return (int(number) for number, row in (self.rows | self.touched).items() if row is not None)

    def __len__(self) -> int:
        return sum(1 for _ in self)
