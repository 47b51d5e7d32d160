"""Delete, and the protection of the assistant that the key is bound to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import openai
import pytest
from openai.types.beta import Assistant

from sdk_tests.clients import Client, Maker, body_of, ids, visible_fields
from sdk_tests.values import unknown_id

SELF_DELETE = "Cannot delete the assistant this API key is bound to. Rotate the key first, then retry."
BY_ID: dict[str, Callable[[Client, str], Any]] = {
    "retrieve": lambda client, gone: client.retrieve(gone),
    "update": lambda client, gone: client.update(gone, instructions="Answer in French."),
    "delete": lambda client, gone: client.delete(gone),
}


@pytest.mark.requirement("delete/answers-deleted")
def test_delete_says_what_it_deleted(client: Client, mine: Assistant) -> None:
    """The answer is the id as retrieved, object "assistant.deleted" and deleted true."""
    answer = client.delete(mine.id)

    assert (answer.id, answer.object, answer.deleted) == (mine.id, "assistant.deleted", True)


@pytest.mark.requirement("delete/answers-deleted")
def test_a_strict_client_reads_what_delete_answers(strict: Client, mine: Assistant) -> None:
    """Every field has the type that the SDK gives it."""
    assert strict.delete(mine.id).deleted is True


@pytest.mark.requirement("delete/gone")
@pytest.mark.parametrize("operation", BY_ID.values(), ids=BY_ID)
def test_a_deleted_assistant_is_not_found(client: Client, mine: Assistant, operation: Callable[..., Any]) -> None:
    """Afterwards retrieve, update and delete raise NotFoundError."""
    client.delete(mine.id)

    with pytest.raises(openai.NotFoundError):
        operation(client, mine.id)


@pytest.mark.requirement("delete/gone")
def test_a_deleted_assistant_is_not_listed(client: Client, mine: Assistant) -> None:
    """Afterwards list leaves it out."""
    client.delete(mine.id)

    assert mine.id not in ids(client.walk(limit=100))


@pytest.mark.requirement("delete/only-its-target")
def test_another_assistant_stays(client: Client, make: Maker, mine: Assistant) -> None:
    """A delete removes the assistant that it names and no other."""
    client.delete(make().id)

    assert visible_fields(client.retrieve(mine.id)) == visible_fields(mine)


@pytest.mark.requirement("delete/unknown-is-404")
def test_an_unknown_id_is_not_found(client: Client) -> None:
    """An id that names nothing raises NotFoundError."""
    with pytest.raises(openai.NotFoundError):
        client.delete(unknown_id())


@pytest.mark.requirement("delete/self-refused")
def test_the_keys_own_assistant_is_refused(client: Client, bound_id: str) -> None:
    """Deleting the assistant that the key is bound to raises BadRequestError with the page's sentence."""
    with pytest.raises(openai.BadRequestError) as refusal:
        client.delete(bound_id)

    assert refusal.value.type == "invalid_request_error"
    assert body_of(refusal.value).get("message") == SELF_DELETE


@pytest.mark.requirement("delete/self-survives")
def test_the_keys_own_assistant_survives(client: Client, bound_id: str) -> None:
    """The assistant whose deletion was refused is still there, unchanged."""
    before = client.retrieve(bound_id)
    with pytest.raises(openai.APIStatusError):
        client.delete(bound_id)

    assert visible_fields(client.retrieve(bound_id)) == visible_fields(before)
