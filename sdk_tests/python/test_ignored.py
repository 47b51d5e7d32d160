"""The arguments that the SDK offers and the service ignores, in an edition with such fields."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import openai
import pytest
from openai.types.beta import Assistant

from contract_tests.http.openapi import CONSTANT, ignored_fields, ignored_names
from sdk_tests import values
from sdk_tests.clients import Client, Maker, visible_fields
from sdk_tests.open_clients import Clients
from sdk_tests.values import Case

# LlamaIndex and Semantic Kernel send these values for "nothing".
NOTHING: dict[str, Any] = {"temperature": None, "top_p": None, "metadata": {}, "tools": [], "tool_resources": {}}


@pytest.fixture(scope="module")
def plain(clients: Clients, tag: str, kind: str) -> Iterator[Assistant]:
    """An assistant that was created without any ignored argument."""
    with Maker(clients.with_key_of("primary", kind), tag, "plain") as make:
        yield make()


def nothing() -> list[Case]:
    fields = ignored_fields()
    return [Case(name, value, fields[name].id) for name, value in NOTHING.items() if name in fields]


def loads() -> dict[str, Any]:
    """A typical value of each ignored argument that an answer shows."""
    return {case.field: case.value for case in values.shown()}


@pytest.mark.each("ignored/{}-accepted", values.ignored)
def test_an_ignored_argument_is_accepted(client: Client, make: Maker, field: str, value: Any) -> None:
    """A value that OpenAI's reference allows is accepted, by create and by update."""
    created = make(**{field: value})

    assert client.update(created.id, **{field: value}).id == created.id


@pytest.mark.each("ignored/{}-accepted", nothing)
def test_nothing_is_accepted_for_an_ignored_argument(client: Client, make: Maker, field: str, value: Any) -> None:
    """None, [] and {} are accepted where OpenAI's reference allows them, by create and by update."""
    created = make(**{field: value})

    assert client.update(created.id, **{field: value}).id == created.id


@pytest.mark.each("ignored/{}-not-kept", values.shown)
def test_create_keeps_no_ignored_argument(make: Maker, plain: Assistant, field: str, value: Any) -> None:
    """An assistant that was created with an ignored argument shows what one shows that was created without."""
    created = make(**{field: value})

    assert visible_fields(created)[field] == visible_fields(plain)[field]


@pytest.mark.each("ignored/{}-not-kept", values.shown)
def test_update_keeps_no_ignored_argument(client: Client, mine: Assistant, field: str, value: Any) -> None:
    """An update with an ignored argument changes nothing."""
    with suppress(openai.BadRequestError):  # a refused value is not kept either; another test judges the refusal
        client.update(mine.id, **{field: value})

    assert visible_fields(client.retrieve(mine.id)) == visible_fields(mine)


@pytest.mark.requirement("ignored/constants-hold")
def test_constants_hold(make: Maker, plain: Assistant) -> None:
    """The constants are the same on every assistant, whatever was sent."""
    loaded, constants = make(**loads()), ignored_names(CONSTANT)

    assert [visible_fields(loaded)[field] for field in constants] == [
        visible_fields(plain)[field] for field in constants
    ]


@pytest.mark.requirement("ignored/model-and-temperature-are-the-organizations")
def test_model_and_temperature_are_the_organizations(make: Maker, plain: Assistant) -> None:
    """model and temperature are the same on every assistant, whatever was sent."""
    loaded = make(**loads())

    assert (loaded.model, loaded.temperature) == (plain.model, plain.temperature)


@pytest.mark.requirement("ignored/tools-are-file-search")
def test_the_one_tool_is_file_search(make: Maker) -> None:
    """Every assistant has exactly one tool, of type file_search, whatever was sent."""
    loaded = make(**loads())

    assert [getattr(tool, "type", None) for tool in loaded.tools or []] == ["file_search"]
