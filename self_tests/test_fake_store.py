"""The fake's store, in memory and in a file."""

import json
from pathlib import Path

import pytest

from fake_server import seed
from fake_server.file_format import DataFileError
from fake_server.store import Store


@pytest.fixture
def memory() -> Store:
    made = Store(None, lambda: 1_000.9)
    seed.plant(made)
    return made


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "data.json"


def opened(file: Path) -> Store:
    made = Store(file, lambda: 1_000.0)
    if made.is_new():
        seed.plant(made)
    return made


def test_a_project_is_born_in_whole_seconds(memory: Store) -> None:
    """created_at is the clock's, rounded down."""
    project = memory.add("org-acme", "a", None)

    assert project.created_at == 1_000
    assert memory.get("org-acme", project.id) == project


def test_creation_order_decides_within_a_second(memory: Store) -> None:
    """Projects of one second stay in the order in which they were made, also after a change."""
    made = [memory.add("org-acme", str(number), None).id for number in range(30)]
    memory.change("org-acme", made[3], {"title": "changed"})

    assert [project.id for project in memory.projects("org-acme")][-30:] == made


def test_an_organization_sees_only_its_own(memory: Store) -> None:
    """Another's project can be neither read, changed nor removed."""
    project = memory.add("org-acme", "a", None)

    assert memory.get("org-globex", project.id) is None
    assert memory.change("org-globex", project.id, {"title": "b"}) is None
    assert not memory.remove("org-globex", project.id)
    assert memory.get("org-acme", project.id) == project


def test_ids_are_never_used_again(memory: Store) -> None:
    """A removed project's id does not come back."""
    ids = []
    for _ in range(50):
        ids.append(memory.add("org-acme", "a", None).id)
        memory.remove("org-acme", ids[-1])

    assert len(set(ids)) == 50


def test_what_is_handed_out_is_not_live(memory: Store) -> None:
    """Changing what the store gave changes nothing in the store."""
    project = memory.add("org-acme", "a", None)
    vars(project)["title"] = "b"

    again = memory.get("org-acme", project.id)

    assert again is not None
    assert again.title == "a"


def test_an_unknown_organization_is_an_error(memory: Store) -> None:
    """No default stands in for an organization that is not there."""
    with pytest.raises(KeyError):
        memory.organization("org-nobody")


def test_a_file_keeps_everything(file: Path) -> None:
    """What one store wrote the next one reads: texts as they were, and the same order."""
    first = opened(file)
    made = first.add("org-acme", "Grüße 日本 🤖 \x00", " \t\r\n")
    first.remove("org-acme", "acme-research")

    second = opened(file)

    assert second.projects("org-acme") == first.projects("org-acme")
    assert second.get("org-acme", made.id) == made
    assert second.get("org-acme", "acme-research") is None


def test_a_failed_write_leaves_the_old_file(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A crash before the new file is in place leaves the old one whole, and no litter."""
    made = opened(file)
    before = file.read_bytes()
    monkeypatch.setattr("os.replace", broken)

    with pytest.raises(OSError, match="disk"):
        made.add("org-acme", "a", None)

    assert file.read_bytes() == before
    assert list(file.parent.iterdir()) == [file]


def broken(*_: object) -> None:
    raise OSError("disk is gone")


def test_an_empty_file_is_a_new_one(file: Path) -> None:
    """mktemp's file will do."""
    file.touch()

    assert opened(file).key("sk-fake-primary") is not None


GOOD = {"fake": {"1": {"version": 1}}, "organizations": {}, "keys": {}, "projects": {}}
FOREIGN = {
    "no JSON": b"hello",
    "no UTF-8": b"\xff\xfe",
    "too deep": b"[" * 100_000,
    "a list": b"[]",
    "an object": b"{}",
    "another TinyDB": b'{"_default": {"1": {"name": "x"}}}',
    "another version": json.dumps(GOOD | {"fake": {"1": {"version": 2}}}).encode(),
    "a table missing": json.dumps({"fake": GOOD["fake"]}).encode(),
    "a table of another shape": json.dumps(GOOD | {"projects": []}).encode(),
    "a row of another shape": json.dumps(GOOD | {"projects": {"1": {"id": "x"}}}).encode(),
    "a row without a number": json.dumps(GOOD | {"keys": {"x": {}}}).encode(),
}


@pytest.mark.parametrize("content", FOREIGN.values(), ids=FOREIGN.keys())
def test_a_foreign_file_is_refused_and_untouched(file: Path, content: bytes) -> None:
    """The message names the file and what to do."""
    file.write_bytes(content)

    with pytest.raises(DataFileError, match="Give --data") as refused:
        opened(file)

    assert str(file) in str(refused.value)
    assert file.read_bytes() == content


def test_a_folder_is_no_data_file(tmp_path: Path) -> None:
    """Nor is a file in a folder that is not there."""
    with pytest.raises(DataFileError, match="Give --data"):
        opened(tmp_path)
    with pytest.raises(DataFileError, match="cannot be written"):
        opened(tmp_path / "missing" / "data.json")
