"""The keys of an organization share its assistants; no other key can use them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import openai
import pytest
from openai.types.beta import Assistant

from sdk_tests.clients import Client, ids, visible_fields

REFUSED = (openai.NotFoundError, openai.PermissionDeniedError, openai.BadRequestError)
BY_ID: dict[str, Callable[[Client, str], Any]] = {
    "retrieve": lambda foreign, theirs: foreign.retrieve(theirs),
    "update": lambda foreign, theirs: foreign.update(theirs, instructions="Changed."),
    "delete": lambda foreign, theirs: foreign.delete(theirs),
}


@pytest.mark.requirement("org/shared-by-its-keys")
def test_a_sibling_key_lists_it(sibling: Client, mine: Assistant) -> None:
    """Another key of the organization lists the assistant."""
    assert mine.id in ids(sibling.walk(limit=100))


@pytest.mark.requirement("org/shared-by-its-keys")
def test_a_sibling_key_retrieves_it(sibling: Client, mine: Assistant) -> None:
    """Another key of the organization retrieves the same assistant."""
    assert visible_fields(sibling.retrieve(mine.id)) == visible_fields(mine)


@pytest.mark.requirement("org/shared-by-its-keys")
def test_a_sibling_key_updates_it(client: Client, sibling: Client, mine: Assistant) -> None:
    """Another key of the organization updates the assistant."""
    sibling.update(mine.id, instructions="By a sibling.")

    assert client.retrieve(mine.id).instructions == "By a sibling."


@pytest.mark.requirement("org/shared-by-its-keys")
def test_a_sibling_key_deletes_it(client: Client, sibling: Client, mine: Assistant) -> None:
    """Another key of the organization deletes the assistant."""
    sibling.delete(mine.id)

    with pytest.raises(openai.NotFoundError):
        client.retrieve(mine.id)


@pytest.mark.requirement("org/closed-to-others")
def test_a_foreign_key_does_not_list_it(foreign: Client, mine: Assistant) -> None:
    """A key of another organization does not list the assistant."""
    assert mine.id not in ids(foreign.walk(limit=100))


@pytest.mark.requirement("org/closed-to-others")
def test_a_foreign_key_does_not_retrieve_it(foreign: Client, mine: Assistant) -> None:
    """A key of another organization is refused the assistant."""
    with pytest.raises(REFUSED):
        foreign.retrieve(mine.id)


@pytest.mark.requirement("org/closed-to-others")
@pytest.mark.parametrize("operation", ["update", "delete"])
def test_a_foreign_key_changes_nothing(client: Client, foreign: Client, mine: Assistant, operation: str) -> None:
    """The attempts of another organization's key change nothing."""
    with suppress(*REFUSED):
        BY_ID[operation](foreign, mine.id)

    assert visible_fields(client.retrieve(mine.id)) == visible_fields(mine)


@pytest.mark.requirement("org/others-look-unknown")
@pytest.mark.parametrize("operation", BY_ID.values(), ids=BY_ID)
def test_to_a_foreign_key_it_is_not_there(foreign: Client, mine: Assistant, operation: Callable[..., Any]) -> None:
    """To another organization's key the assistant raises NotFoundError, as an unknown one does."""
    with pytest.raises(openai.NotFoundError):
        operation(foreign, mine.id)
