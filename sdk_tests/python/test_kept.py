"""The arguments that the service keeps, in an edition with such fields: they come back as the SDK sent them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import openai
import pytest
from openai.types.beta import Assistant

from contract_tests.http import openapi
from contract_tests.http.openapi import kept_fields
from sdk_tests import values
from sdk_tests.clients import REFUSED, Client, Maker, visible_fields
from sdk_tests.open_clients import Clients
from sdk_tests.values import Case
from sdk_tests.versions import OMIT, member

WEATHER = {"type": "function", "function": {"name": "weather", "parameters": {"type": "object", "properties": {}}}}
# An argument, and the place of the same value in the SDK's own types.
TYPED: dict[str, tuple[Any, Callable[[Any], Any], Any]] = {
    "tools": ([WEATHER], lambda one: one.tools[0].function.name, "weather"),
    "tool_resources": (
        {"code_interpreter": {"file_ids": []}},
        lambda one: one.tool_resources.code_interpreter.file_ids,
        [],
    ),
    "metadata": ({"team": "blue"}, lambda one: one.metadata["team"], "blue"),
    "response_format": ({"type": "json_object"}, lambda one: member(one.response_format, "type"), "json_object"),
    "temperature": (0.2, lambda one: one.temperature, 0.2),
    "top_p": (0.5, lambda one: one.top_p, 0.5),
    "description": ("Answers customers.", lambda one: one.description, "Answers customers."),
}


@pytest.fixture(scope="module")
def least(clients: Clients, tag: str, kind: str) -> Iterator[Assistant]:
    """An assistant that was created with the required fields alone."""
    with Maker(clients.with_key_of("primary", kind), tag, "least") as make:
        yield make.of_required_fields()


@pytest.fixture(scope="module")
def victim(clients: Clients, tag: str, kind: str) -> Iterator[Assistant]:
    """An assistant for updates that must be refused."""
    with Maker(clients.with_key_of("primary", kind), tag, "victim") as make:
        yield make()


def typed() -> list[Case]:
    return [Case(name, TYPED[name], name) for name in TYPED if name in kept_fields()]


def found(place: Callable[[Assistant], Any], assistant: Assistant) -> Any:
    try:
        return place(assistant)
    except (AttributeError, LookupError, TypeError) as fault:
        raise AssertionError(f"the SDK's types do not show it: {fault}") from fault


def kept(assistant: Assistant, field: str, sent: Any) -> Any:
    """The field as the SDK read it, without the members that an answer may add to what was sent."""
    return values.as_sent(field, sent, assistant.to_dict().get(field))


def unless_refused(field: str, call: Callable[..., Assistant], *arguments: str, **body: Any) -> Assistant:
    """The result of the call. Skips the test if the service refuses a value that it is free to refuse."""
    try:
        return call(*arguments, **body)
    except (openai.BadRequestError, openai.NotFoundError):
        if kept_fields()[field].freedom:
            pytest.skip(f"the service refuses this {field}, which is a free choice")
        raise


@pytest.mark.each("kept/{}", values.kept)
def test_create_keeps_an_argument(client: Client, make: Maker, field: str, value: Any) -> None:
    """An argument of create comes back as sent, from create and from retrieve."""
    created = unless_refused(field, make, **{field: value})
    retrieved = client.retrieve(created.id)

    assert kept(created, field, value) == value
    assert kept(retrieved, field, value) == value


@pytest.mark.each("kept/{}", values.changes)
def test_update_replaces_an_argument(client: Client, make: Maker, field: str, value: Any) -> None:
    """An argument of update comes back as sent, from update, retrieve and list."""
    before, after = value
    created = unless_refused(field, make, **{field: before})
    updated = unless_refused(field, client.update, created.id, **{field: after})
    listed = [each for each in client.walk(limit=100) if each.id == created.id]

    assert kept(updated, field, after) == after
    assert kept(client.retrieve(created.id), field, after) == after
    assert [kept(each, field, after) for each in listed] == [after]


@pytest.mark.each("kept/{}", typed)
def test_the_sdks_types_show_an_argument(make: Maker, field: str, value: Any) -> None:
    """A kept argument stands where the SDK's own types have it."""
    sent, place, expected = value
    created = make(**{field: sent})

    assert found(place, created) == expected


@pytest.mark.each("modify/partial", values.changes)
def test_an_update_leaves_the_other_arguments(client: Client, make: Maker, field: str, value: Any) -> None:
    """An update of the name and of one kept argument leaves every other kept argument."""
    created = make(**values.typical())
    updated = unless_refused(field, client.update, created.id, name=make.name(), **{field: value[1]})
    changed = dict.fromkeys(("name", field))

    assert visible_fields(updated) | changed == visible_fields(created) | changed


@pytest.mark.requirement("modify/metadata-is-replaced")
@pytest.mark.parametrize("metadata", [{"third": "3"}, {"first": "changed"}, {}], ids=["other", "same key", "empty"])
def test_metadata_is_replaced_as_a_whole(client: Client, make: Maker, metadata: dict[str, str]) -> None:
    """The metadata of an update is the whole metadata afterwards."""
    created = make(metadata={"first": "1", "second": "2"})
    updated = client.update(created.id, metadata=metadata)

    assert updated.metadata == metadata
    assert client.retrieve(created.id).metadata == metadata


@pytest.mark.requirement("create/model-suffices")
def test_a_model_alone_creates(client: Client, make: Maker) -> None:
    """A model alone creates an assistant."""
    created = make.of_required_fields()

    assert client.retrieve(created.id).object == "assistant"


@pytest.mark.requirement("create/model-required")
@pytest.mark.parametrize("model", [OMIT, None], ids=["absent", "null"])
def test_a_model_is_required(make: Maker, model: Any) -> None:
    """Without a model, or with the model None, create is refused."""
    with pytest.raises(REFUSED):
        make(model=model)


@pytest.mark.requirement("create/id-is-asst")
def test_the_id_has_a_known_prefix(mine: Assistant) -> None:
    """The id is `asst_` or `asst-` and a rest that is not empty."""
    assert mine.id.startswith(openapi.id_prefixes())
    assert mine.id not in openapi.id_prefixes()


@pytest.mark.requirement("create/every-field")
def test_every_field_is_shown(mine: Assistant) -> None:
    """An assistant has every field of the recordings, also those that are not set."""
    assert [field for field in openapi.fields("Assistant") if field not in mine.to_dict()] == []


@pytest.mark.each("create/defaults", values.defaults)
def test_an_argument_has_a_default(least: Assistant, field: str, value: Any) -> None:
    """A field that nobody sent shows its default."""
    if field not in least.to_dict():
        pytest.skip("the field is absent, which another test judges")

    assert least.to_dict()[field] == value


@pytest.mark.each("create/null-is-accepted", values.nulls)
def test_none_is_accepted(make: Maker, least: Assistant, field: str, value: None) -> None:
    """A create accepts None for an argument, and the assistant shows None or what it shows without the argument."""
    created = make(**{field: value})

    assert visible_fields(created)[field] in (None, visible_fields(least)[field])


@pytest.mark.each("limits/{}", values.refused)
def test_create_refuses_a_value_outside_the_limits(make: Maker, field: str, value: Any) -> None:
    """A create with a value of another type, or out of its range, is refused."""
    with pytest.raises(REFUSED):
        make(extra_body={field: value})


@pytest.mark.each("limits/{}", values.refused)
def test_update_refuses_a_value_outside_the_limits(client: Client, victim: Assistant, field: str, value: Any) -> None:
    """An update with a value of another type, or out of its range, is refused."""
    with pytest.raises(REFUSED):
        client.update(victim.id, extra_body={field: value})


@pytest.mark.each("errors/bad-input-is-400", values.bad)
def test_a_bad_argument_raises_bad_request_error(make: Maker, field: str, value: Any) -> None:
    """A bad argument raises BadRequestError, which programs catch, and not the SDK's error for another status."""
    with pytest.raises(openai.BadRequestError):
        make(extra_body={field: value})
