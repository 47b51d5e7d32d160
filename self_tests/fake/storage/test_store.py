"""The fake's store in memory."""

from collections.abc import MutableMapping
from dataclasses import replace
from typing import Any

import pytest
from tinydb import where

from fake_server.domain.assistants import Project
from fake_server.storage.store import Store
from self_tests.fake.storage.filled_store import fill


@pytest.fixture
def memory() -> Store:
    made = Store(None, lambda: 1_000.9)
    fill(made)
    return made


def test_a_project_is_born_in_whole_seconds(memory: Store) -> None:
    """created_at is the time of the clock, rounded down."""
    project = memory.add("org-acme", "a", None)

    assert project.created_at == 1_000
    assert memory.get("org-acme", project.id) == project


def test_creation_order_decides_within_a_second(memory: Store) -> None:
    """Projects of the same second stay in the order of their creation, also after a change."""
    made = [memory.add("org-acme", str(number), None).id for number in range(30)]
    memory.change("org-acme", made[3], {"title": "changed"})

    assert [project.id for project in memory.projects("org-acme")][-30:] == made


def test_an_organization_sees_only_its_own(memory: Store) -> None:
    """A project of another organization cannot be found, changed or removed."""
    project = memory.add("org-acme", "a", None)

    assert memory.get("org-globex", project.id) is None
    assert memory.change("org-globex", project.id, {"title": "b"}) is None
    assert not memory.remove("org-globex", project.id)
    assert memory.get("org-acme", project.id) == project


def test_ids_are_never_used_again(memory: Store) -> None:
    """The id of a removed project is not used again."""
    ids = []
    for _ in range(50):
        ids.append(memory.add("org-acme", "a", None).id)
        memory.remove("org-acme", ids[-1])

    assert len(set(ids)) == 50


def test_a_returned_record_is_a_copy(memory: Store) -> None:
    """A change of a returned record does not change the store."""
    project = memory.add("org-acme", "a", None)
    vars(project)["title"] = "b"

    again = memory.get("org-acme", project.id)

    assert again is not None
    assert again.title == "a"


def test_an_unknown_organization_is_an_error(memory: Store) -> None:
    """An unknown organization raises KeyError, and gets no default values."""
    with pytest.raises(KeyError):
        memory.organization("org-nobody")


def test_tinydb_queries_find_what_is_there(memory: Store) -> None:
    """The tables are TinyDB tables: its queries work, and the store sees their changes."""
    project = memory.add("org-acme", "a", None)

    memory.table("projects").update({"title": "b"}, where("title") == "a")

    (row,) = memory.table("projects").search(where("title") == "b")
    assert row["id"] == project.id
    row["title"] = "not live"
    assert memory.get("org-acme", project.id) == replace(project, title="b")


def test_a_row_that_moves_is_found_where_it_is(memory: Store) -> None:
    """Changes with TinyDB's own methods keep the indexes right, also for ids, organizations and removals."""
    project = memory.add("org-acme", "a", None)

    memory.table("projects").update({"id": "new", "organization": "org-globex"}, where("id") == project.id)

    assert memory.get("org-acme", project.id) is None
    assert memory.get("org-globex", "new") == memory.projects("org-globex")[-1]
    memory.table("projects").remove(where("id") == "new")
    assert [each.id for each in memory.projects("org-globex")] == ["globex-sales"]


def test_an_updater_that_fails_changes_nothing(memory: Store) -> None:
    """A change that fails leaves the table unchanged."""
    before = list(memory.projects("org-acme"))

    with pytest.raises(ZeroDivisionError):
        memory.table("projects").update(fail_late, where("id").exists())

    assert list(memory.projects("org-acme")) == before


def fail_late(row: MutableMapping[str, Any]) -> None:
    row["title"] = "changed"
    if row["organization"] == "org-globex":
        raise ZeroDivisionError


def test_an_organization_is_restored_alone(memory: Store) -> None:
    """A restore of one organization keeps the changes of others, and each row keeps its place."""
    before = memory.copy_rows("org-acme")
    order = [each.id for each in memory.projects("org-acme")]
    memory.add("org-acme", "new", None)
    memory.remove("org-acme", "acme-support")
    theirs = memory.add("org-globex", "theirs", None)

    memory.restore(before, "org-acme")

    assert [each.id for each in memory.projects("org-acme")] == order
    assert memory.copy_rows("org-acme") == before
    assert memory.projects("org-globex")[-1] == theirs


def test_copied_rows_do_not_change(memory: Store) -> None:
    """Later changes do not change a copy."""
    before = memory.copy_rows()
    memory.change("org-acme", "acme-support", {"title": "changed"})
    memory.drop("keys", "sk-fake-foreign")

    assert [row["title"] for row in before["projects"].values()] == ["Acme Support", "Acme Research", "Globex Sales"]
    assert len(before["keys"]) == 3


def test_numbered_rows_get_no_number_of_others(memory: Store) -> None:
    """New rows do not overwrite the rows of an organization that is restored later."""
    later = memory.number_rows([], [], [Project("later", "org-acme", "later", None, 1)])
    memory.add("org-globex", "theirs", None)

    memory.commit(later)

    assert [each.title for each in memory.projects("org-globex")] == ["Globex Sales", "theirs"]
    assert memory.projects("org-acme")[-1].id == "later"


def test_a_place_is_found_by_id(memory: Store) -> None:
    """The sequence of an organization finds the index of its own projects, and of no others."""
    made = [memory.add("org-acme", str(number), None) for number in range(3)]
    memory.remove("org-acme", made[1].id)
    projects = memory.projects("org-acme")

    assert [projects.index(each) for each in projects] == [0, 1, 2, 3]
    with pytest.raises(ValueError, match="no project"):
        memory.projects("org-globex").index(made[0])
