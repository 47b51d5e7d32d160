"""Refusals: the exceptions that the SDK raises, and what they carry."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import openai
import pytest
from openai.types.beta import Assistant

from contract_tests.http.openapi import required_fields
from sdk_tests.clients import Client, Maker, body_of, visible_fields
from sdk_tests.values import unknown_id
from sdk_tests.versions import OMIT

OPERATIONS: dict[str, Callable[[Client, Maker, str], Any]] = {
    "create": lambda stranger, make, _: make(stranger),
    "retrieve": lambda stranger, _, assistant_id: stranger.retrieve(assistant_id),
    "update": lambda stranger, _, assistant_id: stranger.update(assistant_id, instructions="Changed."),
    "list": lambda stranger, _, __: stranger.page(),
    "delete": lambda stranger, _, assistant_id: stranger.delete(assistant_id),
}
REFUSALS: dict[str, Callable[[Client, Client, Maker], Any]] = {
    "a required field is absent": lambda _, __, make: make(**dict.fromkeys(required_fields(), OMIT)),
    "a number for a name": lambda _, __, make: make(extra_body={"name": 7}),
    "an unknown key": lambda _, stranger, __: stranger.page(),
    "retrieve an unknown id": lambda client, _, __: client.retrieve(unknown_id()),
    "update an unknown id": lambda client, _, __: client.update(unknown_id(), instructions="Changed."),
    "delete an unknown id": lambda client, _, __: client.delete(unknown_id()),
}
TYPES = {
    400: {"invalid_request_error"},
    401: {"authentication_error", "invalid_request_error"},
    404: {"not_found_error", "invalid_request_error"},
}


@pytest.fixture(scope="module", params=REFUSALS)
def refusal(request: pytest.FixtureRequest, client: Client, stranger: Client, tag: str) -> openai.APIStatusError:
    """The exception that the SDK raises for a refusal."""
    with Maker(client, tag, "refusal") as make:
        try:
            REFUSALS[request.param](client, stranger, make)
        except openai.RateLimitError:
            raise
        except openai.APIStatusError as error:
            return error
    pytest.skip("it was not refused, which another test judges")


@pytest.mark.requirement("auth/unknown-key-refused")
@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS)
def test_an_unknown_key_is_refused(
    stranger: Client, make: Maker, mine: Assistant, operation: Callable[..., Any]
) -> None:
    """With a key that nobody was given every operation raises AuthenticationError."""
    with pytest.raises(openai.AuthenticationError):
        operation(stranger, make, mine.id)


@pytest.mark.requirement("auth/refused-changes-nothing")
@pytest.mark.parametrize("operation", ["update", "delete"])
def test_an_unknown_key_changes_nothing(
    client: Client, stranger: Client, make: Maker, mine: Assistant, operation: str
) -> None:
    """A call that is refused for its key has no effect."""
    with suppress(openai.AuthenticationError):
        OPERATIONS[operation](stranger, make, mine.id)

    assert visible_fields(client.retrieve(mine.id)) == visible_fields(mine)


@pytest.mark.requirement("errors/envelope")
def test_a_refusal_says_what_and_why(refusal: openai.APIStatusError) -> None:
    """The exception carries a message that is not empty and a type, both text."""
    body = body_of(refusal)

    assert type(body.get("message")) is str
    assert body["message"] != ""
    assert type(body.get("type")) is str


@pytest.mark.requirement("errors/param-and-code-present")
def test_a_refusal_has_param_and_code(refusal: openai.APIStatusError) -> None:
    """param and code are present; each may be None."""
    assert {"param", "code"} <= body_of(refusal).keys()


@pytest.mark.requirement("errors/types")
def test_the_type_fits_the_exception(refusal: openai.APIStatusError) -> None:
    """The exception's type is one that fits its status."""
    assert refusal.type in TYPES.get(refusal.status_code, {refusal.type})  # another test judges any other status


@pytest.mark.requirement("errors/code-is-text-or-null")
def test_the_code_is_text_or_none(refusal: openai.APIStatusError) -> None:
    """The code is text or None as it was sent; the SDK would turn a number into text."""
    assert type(body_of(refusal).get("code")) in (str, type(None))


@pytest.mark.sdk_fact
def test_a_refusal_has_the_request_id_of_its_header(refusal: openai.APIStatusError) -> None:
    """request_id is the header x-request-id, and None where a server sends none."""
    assert refusal.request_id == refusal.response.headers.get("x-request-id")
