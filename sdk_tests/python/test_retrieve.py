"""Retrieve through the SDK, and the three forms in which the SDK gives an answer."""

from __future__ import annotations

import openai
import pytest
from openai.types.beta import Assistant

from sdk_tests.clients import Client, visible_fields
from sdk_tests.values import unknown_id


@pytest.mark.requirement("retrieve/equals-created")
def test_retrieve_gives_what_create_gave(client: Client, mine: Assistant) -> None:
    """Retrieve gives the assistant that create gave."""
    assert visible_fields(client.retrieve(mine.id)) == visible_fields(mine)


@pytest.mark.requirement("retrieve/equals-created")
def test_retrieve_gives_what_update_gave(client: Client, mine: Assistant) -> None:
    """Retrieve gives the assistant that update gave."""
    updated = client.update(mine.id, instructions="Answer in one sentence.")

    assert visible_fields(client.retrieve(mine.id)) == visible_fields(updated)


@pytest.mark.requirement("retrieve/equals-created")
def test_a_strict_client_reads_what_retrieve_answers(strict: Client, mine: Assistant) -> None:
    """Every field has the type that the SDK gives it."""
    assert visible_fields(strict.retrieve(mine.id)) == visible_fields(mine)


@pytest.mark.requirement("retrieve/equals-created", "errors/json-content-type")
def test_a_raw_response_parses_to_the_same(client: Client, mine: Assistant) -> None:
    """with_raw_response gives the same assistant, said to be JSON."""
    raw = client.raw("retrieve", mine.id)

    assert visible_fields(raw.parse()) == visible_fields(mine)
    assert raw.headers.get("content-type", "").lower().startswith("application/json")


@pytest.mark.requirement("retrieve/equals-created")
def test_a_streamed_response_parses_to_the_same(client: Client, mine: Assistant) -> None:
    """with_streaming_response gives the same assistant."""
    assert visible_fields(client.streamed("retrieve", mine.id)) == visible_fields(mine)


@pytest.mark.requirement("retrieve/unknown-is-404")
def test_an_unknown_id_is_not_found(client: Client) -> None:
    """An id that names nothing raises NotFoundError."""
    with pytest.raises(openai.NotFoundError):
        client.retrieve(unknown_id())


@pytest.mark.sdk_fact
def test_the_request_id_is_the_header(client: Client, mine: Assistant) -> None:
    """_request_id is the header x-request-id, and None where a server sends none."""
    raw = client.raw("retrieve", mine.id)

    assert raw.parse()._request_id == raw.headers.get("x-request-id")
