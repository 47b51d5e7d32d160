"""The data file and its journal: the kept data, and the refused files, which stay unchanged."""

import asyncio
import errno
import json
import os
import resource
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from tinydb import TinyDB, where

from fake_server.domain.errors import NotKept
from fake_server.storage import seed
from fake_server.storage.file_format import MARK, DataFileError
from fake_server.storage.store import Store
from self_tests.fake.storage.filled_store import fill
from self_tests.fake.storage.killed import kill


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "data.json"


@pytest.fixture
def journal(file: Path) -> Path:
    return file.with_name("data.json.journal")


@contextmanager
def opened(file: Path) -> Iterator[Store]:
    made = Store(file, lambda: 1_000.0)
    try:
        if made.is_new():
            fill(made)
        yield made
    finally:
        made.close()


@contextmanager
def killed(file: Path) -> Iterator[Store]:
    """A store whose process is killed: the lock is released, and the journal stays."""
    made = Store(file, lambda: 1_000.0)
    if made.is_new():
        fill(made)
    yield made
    kill(made)


def titles(store: Store) -> list[str | None]:
    return [project.title for project in store.projects("org-acme")]


SEEDED = ["Acme Support", "Acme Research"]


@pytest.mark.parametrize("ending", [opened, killed], ids=["closed", "killed"])
def test_a_file_keeps_everything(file: Path, ending: Callable[[Path], Any]) -> None:
    """A new store has all data of the one before, after every kind of end: exact texts, in the same order."""
    with ending(file) as first:
        made = first.add("org-acme", "Grüße 日本 🤖 \x00", " \t\r\n")
        first.change("org-acme", "acme-support", {"title": "changed"})
        first.remove("org-acme", "acme-research")

    with opened(file) as second:
        assert titles(second) == ["changed", made.title]
        assert second.get("org-acme", made.id) == made


def test_tinydb_reads_the_file(file: Path) -> None:
    """The file is TinyDB's own JSON with one row per line, in any script; after the close it is the only file."""
    with opened(file) as store:
        store.add("org-acme", "Grüße", None)

    with TinyDB(file, encoding="utf-8") as db:
        assert db.table("projects").search(where("title") == "Grüße")[0]["organization"] == "org-acme"
    assert sum('"title": "Grüße"' in line for line in file.read_text().splitlines()) == 1
    assert list(file.parent.iterdir()) == [file]


def test_a_file_is_edited_by_hand(file: Path) -> None:
    """A change by a person between two runs is loaded by the next run."""
    with opened(file):
        pass
    file.write_text(file.read_text().replace("Acme Support", "By hand"))

    with opened(file) as store:
        assert titles(store) == ["By hand", "Acme Research"]


@pytest.mark.parametrize("version", [1, 2])
@pytest.mark.parametrize("ending", [opened, killed], ids=["closed", "killed"])
def test_a_file_of_an_earlier_version_is_read(file: Path, ending: Callable[[Path], Any], version: int) -> None:
    """A file of an earlier version lacks later fields; the first change writes the current version."""
    with opened(file):
        pass
    tables = json.loads(file.read_text())
    for name, field in (("keys", "active"), ("organizations", "instructions")):
        tables[name] = {number: without(row, field) for number, row in tables[name].items()}
    file.write_text(json.dumps(tables | {MARK: {"1": {"version": version}}}))

    with ending(file) as store:
        store.add("org-acme", "new", None)

    assert json.loads(file.read_text())[MARK]["1"]["version"] == 3
    with opened(file) as store:
        assert titles(store) == [*SEEDED, "new"]
        assert store.all_keys() == seed.KEYS


def without(row: dict[str, Any], field: str) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != field}


def test_a_journal_of_the_earlier_version_is_read(file: Path) -> None:
    """A line of an earlier version names one table."""
    with killed(file) as first:
        assert first.file is not None
        row = vars(first.projects("org-acme")[0]) | {"title": "changed"}
        first.file.journal.append(["projects", {"1": row}])

    with opened(file) as second:
        assert titles(second) == ["changed", "Acme Research"]


@pytest.mark.parametrize("ending", [opened, killed], ids=["closed", "killed"])
def test_a_store_that_was_restored_stays_so(file: Path, ending: Callable[[Path], Any]) -> None:
    """A restore undoes all creates, changes and removals, also after the next start."""
    with ending(file) as first:
        before = first.copy_rows()
        first.add("org-acme", "new", None)
        first.change("org-acme", "acme-support", {"title": "changed"})
        first.drop("keys", "sk-fake-foreign")
        first.drop("organizations", "org-globex")
        first.restore(before)
        restored = first.copy_rows()

    with opened(file) as second:
        assert second.copy_rows() == restored == before


def test_a_restore_without_room_changes_nothing(file: Path, journal: Path) -> None:
    """A full disk leaves everything unchanged."""
    with opened(file) as store:
        before = store.copy_rows()
        store.change("org-acme", "acme-support", {"title": "changed"})
        with room(journal.stat().st_size), pytest.raises(NotKept):
            store.restore(before)

        assert titles(store) == ["changed", "Acme Research"]


@pytest.mark.parametrize("ending", [opened, killed], ids=["closed", "killed"])
def test_numbers_are_never_used_again(file: Path, ending: Callable[[Path], Any]) -> None:
    """A row number is never used again, also after the newest row was removed and the store was opened again."""
    numbers = []
    for _ in range(3):
        with ending(file) as store:
            project = store.add("org-acme", "a", None)
            numbers.append(store.number("org-acme", project.id))
            store.remove("org-acme", project.id)

    assert numbers == [4, 5, 6]


def test_an_empty_file_is_a_new_one(file: Path) -> None:
    """An empty file, such as one from mktemp, is a new data file."""
    file.touch()

    with opened(file) as store:
        assert store.key("sk-fake-primary") is not None


def test_a_journal_that_outgrows_its_file_goes_into_it(file: Path, journal: Path) -> None:
    """The journal moves into the file again and again, so that neither grows without limit."""
    with killed(file) as store:
        for number in range(30):
            store.change("org-acme", "acme-support", {"prompt": f"{number}" + "x" * 100_000})

    assert journal.stat().st_size < 2_000_000
    with opened(file) as store:
        support = store.get("org-acme", "acme-support")
        assert support is not None
        assert str(support.prompt).startswith("29x")


def test_a_stale_journal_is_not_done_again(file: Path, journal: Path) -> None:
    """A crash after the file was replaced and before the journal was emptied loses nothing."""
    with killed(file) as store:
        store.add("org-acme", "once", None)
    stale = journal.read_bytes()
    with opened(file) as store:
        store.change("org-acme", "acme-support", {"title": "later"})
        store.remove("org-acme", store.projects("org-acme")[-1].id)
    journal.write_bytes(stale)

    with opened(file) as store:
        assert titles(store) == ["later", "Acme Research"]


def test_a_crash_while_the_file_is_replaced_leaves_the_old_one(file: Path) -> None:
    """A half-written new file is ignored, and removed with the next replacement."""
    with killed(file) as store:
        store.add("org-acme", "a", None)
    file.with_name(".data.json.new").write_text('{"fake": {"1"')

    with opened(file) as store:
        assert titles(store) == [*SEEDED, "a"]
    assert list(file.parent.iterdir()) == [file]


def test_a_torn_last_line_is_dropped_and_said(file: Path, journal: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A torn last line is dropped, for a tear at every byte; later changes are kept."""
    with killed(file) as store:
        store.add("org-acme", "whole", None)
    whole = journal.read_bytes()
    with killed(file) as store:
        store.add("org-acme", "torn", None)
    line = journal.read_bytes()[len(whole) :]

    for end in range(1, len(line)):
        journal.write_bytes(whole + line[:end])
        with killed(file) as store:
            assert titles(store) == [*SEEDED, "whole"]
    assert f"Dropped the incomplete last line of {journal}" in caplog.text


def test_a_journal_torn_in_its_first_line_is_a_new_one(file: Path, journal: Path) -> None:
    """A torn first line is dropped, because nothing in it was answered."""
    with killed(file) as store:
        store.add("org-acme", "torn", None)
    written = journal.read_bytes()

    for end in range(1, written.index(b"\n") + 2):
        journal.write_bytes(written[:end])
        with killed(file) as store:
            assert titles(store) == SEEDED


def flipped(content: bytes) -> bytes:
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]


def without_second_line(content: bytes) -> bytes:
    first, _, *others = content.splitlines(keepends=True)
    return b"".join([first, *others])


DAMAGE: dict[str, Callable[[bytes], bytes]] = {
    "a bit": flipped,
    "a line lost": without_second_line,
    "a line twice": lambda content: content + content.splitlines(keepends=True)[-1],
    "somebody else's": lambda _: b"my notes\n",
    "somebody else's line": lambda _: b"my notes",
    "of a later file, and torn": lambda content: content[:-1],
}


@pytest.mark.parametrize("harm", DAMAGE.keys())
def test_a_damaged_journal_is_refused_and_untouched(file: Path, journal: Path, harm: str) -> None:
    """The message names the journal and says what to do."""
    with killed(file) as store:
        for number in range(5):
            store.add("org-acme", str(number), None)
    if harm == "of a later file, and torn":
        file.write_text(file.read_text().replace('"generation": 1', '"generation": 0'))
    content = DAMAGE[harm](journal.read_bytes())
    journal.write_bytes(content)
    before = file.read_bytes()

    with pytest.raises(DataFileError, match="Restore the right file, or move this one away") as refused:
        Store(file, lambda: 1_000.0)

    assert str(journal) in str(refused.value)
    assert (journal.read_bytes(), file.read_bytes()) == (content, before)


def test_a_journal_without_its_file_is_refused(file: Path, journal: Path) -> None:
    """A journal without its data file is refused, so that no kept change is lost."""
    with killed(file) as store:
        store.add("org-acme", "a", None)
    file.unlink()

    with pytest.raises(DataFileError, match="belongs to another data file"):
        Store(file, lambda: 1_000.0)

    assert journal.exists()


def test_a_second_store_is_refused(file: Path) -> None:
    """A second store on the same file is refused, and the first one works on."""
    with opened(file) as first:
        with pytest.raises(DataFileError, match="Another fake is using"):
            Store(file, lambda: 1_000.0)
        first.add("org-acme", "a", None)

    with opened(file) as again:
        assert titles(again) == [*SEEDED, "a"]


@contextmanager
def room(size: int) -> Iterator[None]:
    """No file can grow beyond this number of bytes, as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_changes_nothing(file: Path, journal: Path) -> None:
    """A change without room is refused at every size; reads work, and writes work when there is room again."""
    with killed(file) as store:
        store.add("org-acme", "kept", None)
        size = journal.stat().st_size
        for more in range(0, 100, 7):
            with room(size + more), pytest.raises(NotKept, match="The change was not made"):
                store.add("org-acme", "lost", None)
            assert titles(store) == [*SEEDED, "kept"]
            assert journal.stat().st_size == size
        store.change("org-acme", "acme-support", {"title": "room again"})

    with opened(file) as store:
        assert titles(store) == ["room again", "Acme Research", "kept"]


def test_a_full_disk_at_the_end_loses_nothing(file: Path, caplog: pytest.LogCaptureFixture) -> None:
    """If the file cannot be replaced, file and journal stay unchanged, and no other file is left."""
    with opened(file) as store:
        store.add("org-acme", "kept", None)
        with room(100):
            store.close()
        store.file = None

    assert "stay in" in caplog.text
    assert len(list(file.parent.iterdir())) == 2
    with opened(file) as store:
        assert titles(store) == [*SEEDED, "kept"]


GOOD: dict[str, Any] = {
    "fake": {"1": {"version": 2, "generation": 1, "next": {"projects": 2}}},
    "organizations": {"1": {"id": "o", "name": "O", "model": "m", "temperature": 1}},
    "keys": {"1": {"secret": "s", "label": "l", "organization": "o", "project": "p"}},
    "projects": {"1": {"id": "p", "organization": "o", "title": "P", "prompt": None, "created_at": 1}},
}
PROJECT = GOOD["projects"]["1"]


def changed(**tables: Any) -> bytes:
    return json.dumps(GOOD | tables).encode()


FOREIGN = {
    "no JSON": b"hello",
    "no UTF-8": b"\xff\xfe",
    "too deep": b"[" * 100_000,
    "a list": b"[]",
    "an object": b"{}",
    "another TinyDB": b'{"_default": {"1": {"name": "x"}}}',
    "a later version": changed(fake={"1": {"version": 4}}),
    "no version": changed(fake={"1": {"generation": 1}}),
    "a generation that is none": changed(fake={"1": {"version": 2, "generation": "x"}}),
    "a number that is none": changed(fake={"1": {"version": 2, "next": {"projects": None}}}),
    "a table missing": json.dumps({"fake": GOOD["fake"]}).encode(),
    "a table too many": changed(others={}),
    "a table of another shape": changed(projects=[]),
    "organizations of another shape": changed(organizations=[1]),
    "a row of another shape": changed(projects={"1": {"id": "x"}}),
    "a row that is none": changed(organizations={"1": "x"}),
    "a row without a number": changed(projects={"x": PROJECT}),
    "a number with a zero": changed(projects={"01": PROJECT}),
    "a text that is a number": changed(projects={"1": PROJECT | {"title": 1}}),
    "a text that is no text": changed(projects={"1": PROJECT | {"title": "\ud800"}}),
    "an organization that is not there": changed(projects={"1": PROJECT | {"organization": "x"}}),
    "an id twice": changed(projects={"1": PROJECT, "2": PROJECT}),
}


def test_a_good_file_is_read(file: Path) -> None:
    """A valid file, from which the wrong files are made."""
    file.write_bytes(changed())

    with opened(file) as store:
        assert [project.id for project in store.projects("o")] == ["p"]


@pytest.mark.parametrize("content", FOREIGN.values(), ids=FOREIGN.keys())
def test_a_foreign_file_is_refused_and_untouched(file: Path, content: bytes) -> None:
    """A wrongly edited file is refused too. The message has one line, the file's name and an advice."""
    file.write_bytes(content)

    with pytest.raises(DataFileError, match="Give --data") as refused:
        Store(file, lambda: 1_000.0)

    assert str(file) in str(refused.value)
    assert len(str(refused.value)) < 400
    assert file.read_bytes() == content
    assert list(file.parent.iterdir()) == [file]


def test_a_folder_is_no_data_file(tmp_path: Path) -> None:
    """A folder, a device and a file in a missing folder are refused."""
    with pytest.raises(DataFileError, match="is not a regular file"):
        Store(tmp_path, lambda: 1_000.0)
    with pytest.raises(DataFileError, match="cannot be written"):
        Store(tmp_path / "missing" / "data.json", lambda: 1_000.0)
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(DataFileError, match="is not a regular file"):
        Store(tmp_path / "pipe", lambda: 1_000.0)


def test_one_fsync_serves_all_who_wait(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A durable store uses one fsync for all changes that wait at the same time."""
    store = Store(file, lambda: 1_000.0, durable=True)
    fill(store)
    synced: list[int] = []
    monkeypatch.setattr("os.fsync", synced.append)
    for number in range(50):
        store.add("org-acme", str(number), None)
    assert synced == []

    asyncio.run(all_settled(store))

    assert len(synced) == 1
    store.close()


def test_a_failed_fsync_promises_nothing_more(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All waiting and all later writes are refused, and reads work."""
    store = Store(file, lambda: 1_000.0, durable=True)
    fill(store)
    with monkeypatch.context() as patched:
        patched.setattr("os.fsync", broken)
        store.add("org-acme", "unsure", None)
        with pytest.raises(NotKept, match="Restart the fake"):
            asyncio.run(all_settled(store))

    with pytest.raises(NotKept, match="Restart the fake"):
        store.add("org-acme", "refused", None)
    asyncio.run(all_settled(store))
    assert titles(store) == [*SEEDED, "unsure"]
    store.close()


def broken(_: int) -> None:
    raise OSError(errno.EIO, "the disk is gone")


async def all_settled(store: Store) -> None:
    await asyncio.gather(*(store.wait_until_durable() for _ in range(20)))
