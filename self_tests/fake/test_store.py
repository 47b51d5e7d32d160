"""The fake's store in memory."""

from collections.abc import MutableMapping
from dataclasses import replace
from typing import Any

import pytest
from tinydb import where

from fake_server.domain.assistants import Project
from fake_server.storage import seed
from fake_server.storage.store import Store


@pytest.fixture
def memory() -> Store:
    made = Store(None, lambda: 1_000.9)
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


def test_tinydb_queries_find_what_is_there(memory: Store) -> None:
    """The tables are TinyDB's: its query language reads and changes them, and the store sees it."""
    project = memory.add("org-acme", "a", None)

    memory.table("projects").update({"title": "b"}, where("title") == "a")

    (row,) = memory.table("projects").search(where("title") == "b")
    assert row["id"] == project.id
    row["title"] = "not live"
    assert memory.get("org-acme", project.id) == replace(project, title="b")


def test_a_row_that_moves_is_found_where_it_is(memory: Store) -> None:
    """Also one whose id or organization TinyDB's own words change, and none that is removed by them."""
    project = memory.add("org-acme", "a", None)

    memory.table("projects").update({"id": "new", "organization": "org-globex"}, where("id") == project.id)

    assert memory.get("org-acme", project.id) is None
    assert memory.get("org-globex", "new") == memory.projects("org-globex")[-1]
    memory.table("projects").remove(where("id") == "new")
    assert [each.id for each in memory.projects("org-globex")] == ["globex-sales"]


def test_an_updater_that_fails_changes_nothing(memory: Store) -> None:
    """What it changed before it failed was a draft."""
    before = list(memory.projects("org-acme"))

    with pytest.raises(ZeroDivisionError):
        memory.table("projects").update(fail_late, where("id").exists())

    assert list(memory.projects("org-acme")) == before


def fail_late(row: MutableMapping[str, Any]) -> None:
    row["title"] = "changed"
    if row["organization"] == "org-globex":
        raise ZeroDivisionError


def test_an_organization_is_restored_alone(memory: Store) -> None:
    """What another has made since stays, and each row is where it was."""
    before = memory.held("org-acme")
    order = [each.id for each in memory.projects("org-acme")]
    memory.add("org-acme", "new", None)
    memory.remove("org-acme", "acme-support")
    theirs = memory.add("org-globex", "theirs", None)

    memory.restore(before, "org-acme")

    assert [each.id for each in memory.projects("org-acme")] == order
    assert memory.held("org-acme") == before
    assert memory.projects("org-globex")[-1] == theirs


def test_what_is_held_is_a_moment(memory: Store) -> None:
    """Later changes do not reach it."""
    before = memory.held()
    memory.change("org-acme", "acme-support", {"title": "changed"})
    memory.drop("keys", "sk-fake-foreign")

    assert [row["title"] for row in before["projects"].values()] == ["Acme Support", "Acme Research", "Globex Sales"]
    assert len(before["keys"]) == 3


def test_numbered_rows_get_no_number_of_others(memory: Store) -> None:
    """So that an organization that is restored later overwrites nobody."""
    later = memory.numbered([], [], [Project("later", "org-acme", "later", None, 1)])
    memory.add("org-globex", "theirs", None)

    memory.commit(later)

    assert [each.title for each in memory.projects("org-globex")] == ["Globex Sales", "theirs"]
    assert memory.projects("org-acme")[-1].id == "later"


def test_a_place_is_found_by_id(memory: Store) -> None:
    """An organization's sequence knows where each of its projects stands, and no other's."""
    made = [memory.add("org-acme", str(number), None) for number in range(3)]
    memory.remove("org-acme", made[1].id)
    projects = memory.projects("org-acme")

    assert [projects.index(each) for each in projects] == [0, 1, 2, 3]
    with pytest.raises(ValueError, match="no project"):
        memory.projects("org-globex").index(made[0])
