"""The files while the fake runs: their access rights, their locks, and people who remove or replace them."""

import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from fake_server.domain.errors import NotKept
from fake_server.storage.file_format import DataFileError
from fake_server.storage.store import Store
from self_tests.fake.storage.filled_store import fill
from self_tests.fake.storage.killed import kill


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "data.json"


@pytest.fixture
def journal(file: Path) -> Path:
    return file.with_name("data.json.journal")


@pytest.fixture
def store(file: Path) -> Iterator[Store]:
    """A store with a change that is in its journal."""
    made = opened(file)
    made.add("org-acme", "kept", None)
    yield made
    made.close()


def opened(file: Path) -> Store:
    made = Store(file, lambda: 1_000.0)
    if made.is_new():
        fill(made)
    return made


def titles(store: Store) -> list[str | None]:
    return [project.title for project in store.projects("org-acme")]


def mode(file: Path) -> int:
    return stat.S_IMODE(file.stat().st_mode)


def other_content(file: Path) -> None:
    """Another file gets the name, as editors do it."""
    new = file.with_name("new")
    new.write_text("mine")
    new.replace(file)


# A harm to one of the files, and the content that is then kept beside it.
HARMS: dict[str, tuple[Callable[[Path], object], str | None]] = {
    "removed": (Path.unlink, None),
    "replaced": (other_content, "mine"),
    "emptied": (lambda path: path.write_text(""), ""),
}


def test_only_the_owner_reads_new_files(file: Path, store: Store, journal: Path) -> None:
    """A new data file and its journal have keys in them, so their mode is 0600."""
    assert store.file is not None
    assert (mode(file), mode(journal)) == (0o600, 0o600)


@pytest.mark.parametrize("given", [0o600, 0o640, 0o664])
def test_a_data_file_keeps_its_mode(file: Path, given: int) -> None:
    """The mode that a person has set stays when the file is written anew; the journal stays private."""
    opened(file).close()
    file.chmod(given)
    store = opened(file)
    store.add("org-acme", "a", None)
    store.close()

    assert mode(file) == given


def test_a_journal_of_an_earlier_release_becomes_private(file: Path, journal: Path) -> None:
    """An earlier release wrote the journal for everybody."""
    first = opened(file)
    first.add("org-acme", "a", None)
    kill(first)
    journal.chmod(0o644)
    second = opened(file)

    assert mode(journal) == 0o600
    second.close()


@pytest.mark.parametrize("harmed", ["data.json", "data.json.journal"])
@pytest.mark.parametrize(("harm", "kept"), HARMS.values(), ids=HARMS)
@pytest.mark.parametrize("end", [Store.close, kill], ids=["closed", "killed"])
def test_a_harm_to_a_file_loses_nothing(
    file: Path,
    store: Store,
    caplog: pytest.LogCaptureFixture,
    harmed: str,
    harm: Callable[[Path], object],
    kept: str | None,
    end: Callable[[Store], None],
) -> None:
    """Before the next write is answered, all data are written anew and the harm is said. The content that somebody
    else wrote is kept beside the file.
    """
    path = file.with_name(harmed)
    harm(path)
    store.add("org-acme", "later", None)
    end(store)
    again = opened(file)

    assert titles(again) == ["Acme Support", "Acme Research", "kept", "later"]
    assert f"{path} was removed" in caplog.text
    aside = path.with_name(f"{harmed}.replaced-1")
    assert (aside.read_text() if aside.exists() else None) == kept
    again.close()
    store.file = None


def test_a_harm_at_the_end_loses_nothing(file: Path, journal: Path, store: Store) -> None:
    """A journal that was removed just before the end is noticed at the end."""
    journal.unlink()
    file.unlink()
    store.close()
    store.file = None
    again = opened(file)

    assert titles(again)[-1] == "kept"
    again.close()


def test_a_file_that_cannot_be_written_anew_is_said_once(
    file: Path, store: Store, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next writes are refused, until there is room; reads work on."""
    with monkeypatch.context() as patched:
        file.unlink()
        patched.setattr("os.fsync", full)
        for _ in range(3):
            with pytest.raises(NotKept, match="cannot be written anew"):
                store.add("org-acme", "lost", None)
        assert (titles(store)[-1], caplog.text.count("was removed")) == ("kept", 1)
    store.add("org-acme", "room again", None)

    assert titles(store)[-2:] == ["kept", "room again"]


def full(_: int) -> None:
    raise OSError(28, "No space left on device")


def test_another_fake_on_a_new_journal_is_said(file: Path, journal: Path, store: Store) -> None:
    """If the journal was removed and another fake uses the file since, no change is accepted: it would be lost."""
    assert store.file is not None
    os.rename(journal, file.with_name("moved"))
    os.rename(file, file.with_name("moved too"))
    other = opened(file)

    with pytest.raises(NotKept):
        store.add("org-acme", "lost", None)
    assert titles(other) == ["Acme Support", "Acme Research"]
    kill(other)


@pytest.mark.usefixtures("store")
@pytest.mark.parametrize("link", [Path.hardlink_to, Path.symlink_to])
def test_two_names_of_a_file_are_one_lock(file: Path, link: Callable[[Path, Path], None]) -> None:
    """A second store is refused by each name of the file."""
    other = file.with_name("other.json")
    link(other, file)

    with pytest.raises(DataFileError, match="Another fake is using"):
        Store(other, lambda: 1_000.0)


def test_a_harm_is_noticed_without_a_write(file: Path, store: Store) -> None:
    """The command looks at the files every second."""
    file.unlink()
    store.check_files()

    assert "kept" in file.read_text()


def test_a_hard_link_is_warned_of(file: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A file is replaced when it is written, so its other name keeps the old content."""
    opened(file).close()
    file.with_name("hard.json").hardlink_to(file)
    opened(file).close()

    assert "has another name (a hard link)" in caplog.text
