"""Facts about the SDK itself, shown without a server: its requests, its paging, and the mistakes that it does not
notice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import openai
import pytest

from sdk_tests.clients import Client
from sdk_tests.versions import OMIT
from sdk_tests.wire import ASSISTANT, Wire, on

pytestmark = [pytest.mark.sdk_fact, pytest.mark.kinds("sync", "async")]

PAGE: dict[str, Any] = {
    "object": "list", "data": [ASSISTANT], "first_id": "asst-abc", "last_id": "asst-abc", "has_more": False,
}  # fmt: skip
DELETED: dict[str, Any] = {"id": "asst-abc", "object": "assistant.deleted", "deleted": True}

# Mistakes that even a strict client does not notice.
UNNOTICED: dict[str, tuple[str, dict[str, Any]]] = {
    "created_at in milliseconds": ("retrieve", ASSISTANT | {"created_at": 1763884800000}),
    "created_at as text": ("retrieve", ASSISTANT | {"created_at": "1763884800"}),
    "temperature as text": ("retrieve", ASSISTANT | {"temperature": "1"}),
    "top_p null": ("retrieve", ASSISTANT | {"top_p": None}),
    "deleted false": ("delete", DELETED | {"deleted": False}),
    "a wrong last_id": ("list", PAGE | {"last_id": "asst-xyz"}),
    "a list of another object": ("list", PAGE | {"object": "page"}),
    "has_more as text": ("list", PAGE | {"has_more": "false"}),
}
CALLS: dict[str, Callable[[Client], Any]] = {
    "create": lambda sdk: sdk.create(name="Support Bot"),
    "retrieve": lambda sdk: sdk.retrieve("asst-abc"),
    "update": lambda sdk: sdk.update("asst-abc", name="Support Bot v2"),
    "list": lambda sdk: sdk.page(),
    "delete": lambda sdk: sdk.wait(sdk.assistants.delete("asst-abc")),
}
METHODS = {"create": "POST", "retrieve": "GET", "update": "POST", "list": "GET", "delete": "DELETE"}


@pytest.fixture(scope="module")
def strict(line: list[Wire], kind: str) -> Iterator[Client]:
    with closing(on(line, kind, _strict_response_validation=True)) as client:
        yield client


def test_the_pages_sample_raises_type_error(sdk: Client, wire: Wire) -> None:
    """The page's own sample raises TypeError, and nothing is sent: the SDK demands a model."""
    with pytest.raises(TypeError, match="model"):
        sdk.wait(sdk.assistants.create(name="Support Bot", instructions="Respond concisely. If unsure, say so."))

    assert wire.sent == []


def test_model_any_cures_the_pages_sample(sdk: Client, wire: Wire) -> None:
    """With model="any" the page's sample is sent."""
    sdk.wait(sdk.assistants.create(name="Support Bot", instructions="Be brief.", model="any"))

    assert wire.body() == {"name": "Support Bot", "instructions": "Be brief.", "model": "any"}


def test_an_omitted_field_is_not_sent(sdk: Client, wire: Wire) -> None:
    """openai.omit leaves an argument out of the body, model as well; None is sent as null."""
    sdk.create(name="Support Bot", model=OMIT, temperature=None)

    assert wire.body() == {"name": "Support Bot", "temperature": None}


@pytest.mark.parametrize("operation", CALLS)
@pytest.mark.usefixtures("wire")
def test_every_call_is_deprecated(sdk: Client, operation: str) -> None:
    """Every call warns that it is deprecated."""
    with pytest.warns(DeprecationWarning, match="deprecated$"):
        CALLS[operation](sdk)


@pytest.mark.parametrize("operation", CALLS)
def test_patch_is_never_sent(sdk: Client, wire: Wire, operation: str) -> None:
    """An update is a POST, and no call is a PATCH."""
    CALLS[operation](sdk)

    assert [request.method for request in wire.sent] == [METHODS[operation]]


@pytest.mark.parametrize("operation", CALLS)
def test_the_beta_header_is_sent_by_itself(sdk: Client, wire: Wire, operation: str) -> None:
    """OpenAI-Beta: assistants=v2 is sent with every call."""
    CALLS[operation](sdk)

    assert wire.sent[0].headers["openai-beta"] == "assistants=v2"


@pytest.mark.parametrize("operation", ["retrieve", "update", "delete"])
def test_an_empty_id_is_not_sent(sdk: Client, wire: Wire, operation: str) -> None:
    """An empty id raises ValueError, and nothing is sent."""
    with pytest.raises(ValueError, match="non-empty"):
        sdk.wait(getattr(sdk.assistants, operation)(""))

    assert wire.sent == []


def test_an_id_cannot_lead_elsewhere(sdk: Client, wire: Wire) -> None:
    """An id is escaped, so that it stays one segment of the path."""
    sdk.retrieve("asst-a/../b?limit=1")

    assert wire.sent[0].url.raw_path == b"/v1/assistants/asst-a%2F..%2Fb%3Flimit=1"


def test_201_is_a_success(sdk: Client, wire: Wire) -> None:
    """An answer of 201 is read as one of 200."""
    wire.status = 201

    assert sdk.create(name="Support Bot").id == "asst-abc"


def test_paging_goes_on_behind_the_last_of_data(sdk: Client, wire: Wire) -> None:
    """The next page is asked for behind the last assistant of this one; last_id is not read."""
    wire.answer = PAGE | {"has_more": True, "last_id": "asst-xyz"}
    sdk.walk()

    assert [request.url.params.get("after") for request in wire.sent] == [None, "asst-abc"]


def test_paging_ends_where_has_more_is_false(sdk: Client, wire: Wire) -> None:
    """has_more false ends the paging. Before 1.62 one more page was asked for, behind the last assistant."""
    wire.answer = PAGE | {"has_more": False}
    sdk.walk()

    assert len(wire.sent) == 1


def test_paging_goes_on_where_has_more_is_absent(sdk: Client, wire: Wire) -> None:
    """Without has_more one more page is asked for, until one is empty."""
    wire.answer = {"object": "list", "data": [ASSISTANT]}
    sdk.walk()

    assert len(wire.sent) == 2


def test_missing_fields_read_none(sdk: Client, wire: Wire) -> None:
    """Fields that are missing from an answer are None, and no error."""
    wire.answer = {}
    retrieved = sdk.wait(sdk.assistants.retrieve("asst-abc"))

    assert {field: getattr(retrieved, field) for field in ASSISTANT} == dict.fromkeys(ASSISTANT)


@pytest.mark.parametrize("mistake", UNNOTICED)
def test_a_mistake_is_not_noticed(strict: Client, wire: Wire, mistake: str) -> None:
    """Even a strict client takes these mistakes for right answers: see the README's table."""
    operation, wire.answer = UNNOTICED[mistake]
    CALLS[operation](strict)

    assert len(wire.sent) == 1


@pytest.mark.parametrize("field", ["id", "object", "created_at", "model", "tools"])
def test_a_strict_client_notices_a_missing_field(strict: Client, wire: Wire, field: str) -> None:
    """A strict client misses the fields that the SDK's types demand."""
    wire.answer = {name: value for name, value in ASSISTANT.items() if name != field}
    with pytest.raises(openai.APIResponseValidationError):
        strict.retrieve("asst-abc")
