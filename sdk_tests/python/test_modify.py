"""Update, which the SDK sends as a POST."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import openai
import pytest
from openai.types.beta import Assistant

from sdk_tests.clients import REFUSED, Client, Maker, visible_fields
from sdk_tests.values import unknown_id

NEW = "Answer in one sentence."


@pytest.mark.requirement("modify/partial")
def test_a_new_name_leaves_the_rest(client: Client, make: Maker, mine: Assistant) -> None:
    """Updating the name changes the name alone."""
    updated = client.update(mine.id, name=(name := make.name()))

    assert visible_fields(updated) == visible_fields(mine) | {"name": name}


@pytest.mark.requirement("modify/partial")
def test_new_instructions_leave_the_rest(client: Client, mine: Assistant) -> None:
    """Updating the instructions changes the instructions alone."""
    updated = client.update(mine.id, instructions=NEW)

    assert visible_fields(updated) == visible_fields(mine) | {"instructions": NEW}


@pytest.mark.requirement("modify/empty-body-changes-nothing")
def test_an_update_of_nothing_changes_nothing(client: Client, mine: Assistant) -> None:
    """An update without arguments gives the unchanged assistant."""
    updated = client.update(mine.id)

    assert visible_fields(updated) == visible_fields(mine)
    assert visible_fields(client.retrieve(mine.id)) == visible_fields(mine)


@pytest.mark.requirement("modify/empty-instructions-clear")
def test_empty_instructions_clear(client: Client, mine: Assistant) -> None:
    """instructions="" clears them: None or "" wherever the assistant is shown, and the name stays."""
    updated = client.update(mine.id, instructions="")

    assert updated.instructions in (None, "")
    assert client.retrieve(mine.id).instructions in (None, "")
    assert [listed.instructions or "" for listed in client.walk(limit=100) if listed.id == mine.id] == [""]


@pytest.mark.requirement("modify/keeps-identity")
def test_identity_stays(client: Client, mine: Assistant) -> None:
    """id, object and created_at never change."""
    updated = client.update(mine.id, instructions=NEW)

    assert (updated.id, updated.object, updated.created_at) == (mine.id, mine.object, mine.created_at)


@pytest.mark.requirement("modify/only-its-target")
def test_another_assistant_stays_as_it_is(client: Client, make: Maker, mine: Assistant) -> None:
    """An update changes the assistant that it names and no other."""
    client.update(make().id, instructions=NEW)

    assert visible_fields(client.retrieve(mine.id)) == visible_fields(mine)


@pytest.mark.requirement("modify/seen-everywhere")
def test_new_values_are_seen_everywhere(client: Client, mine: Assistant) -> None:
    """Retrieve and list show the new values at once."""
    client.update(mine.id, instructions=NEW)

    assert client.retrieve(mine.id).instructions == NEW
    assert [listed.instructions for listed in client.walk(limit=100) if listed.id == mine.id] == [NEW]


@pytest.mark.requirement("modify/seen-everywhere")
def test_a_strict_client_reads_what_update_answers(strict: Client, mine: Assistant) -> None:
    """Every field has the type that the SDK gives it."""
    assert strict.update(mine.id, instructions=NEW).instructions == NEW


@pytest.mark.requirement("modify/bad-body-changes-nothing")
@pytest.mark.parametrize("body", [{"name": 7}, {"instructions": ["text"]}], ids=["name", "instructions"])
def test_a_wrong_type_is_refused(client: Client, mine: Assistant, body: dict[str, Any]) -> None:
    """A name or instructions of another type are refused."""
    with pytest.raises(REFUSED):
        client.update(mine.id, extra_body=body)


@pytest.mark.requirement("modify/bad-body-changes-nothing")
def test_a_refused_update_changes_nothing(client: Client, mine: Assistant) -> None:
    """A wrong type changes no field, not even the valid one beside it."""
    with suppress(*REFUSED):
        client.update(mine.id, instructions=NEW, extra_body={"name": 7})

    assert visible_fields(client.retrieve(mine.id)) == visible_fields(mine)


@pytest.mark.requirement("modify/unknown-is-404")
def test_an_unknown_id_is_not_found(client: Client) -> None:
    """An id that names nothing raises NotFoundError, and is not created."""
    with pytest.raises(openai.NotFoundError):
        client.update(unknown_id(), instructions=NEW)

    with pytest.raises(openai.NotFoundError):
        client.retrieve(unknown_id())
