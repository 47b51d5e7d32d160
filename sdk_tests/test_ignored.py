"""The arguments that the SDK offers and the service ignores."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

import openai
import pytest
from openai.types.beta import Assistant

from contract_tests.http.openapi import CONSTANT, ignored_fields, ignored_names
from sdk_tests.clients import Client, Maker, visible_fields
from sdk_tests.opened import Clients

IGNORED: dict[str, Any] = {field.name: field.value(0) for field in ignored_fields().values()}
CONSTANTS = ignored_names(CONSTANT)
SHOWN = {name: IGNORED[name] for name in ignored_names()}
# LlamaIndex and Semantic Kernel send these values for "nothing".
NOTHING: dict[str, Any] = {"temperature": None, "top_p": None, "metadata": {}, "tools": [], "tool_resources": {}}


@pytest.fixture(scope="module")
def plain(clients: Clients, tag: str, kind: str) -> Iterator[Assistant]:
    """An assistant that was created without any ignored argument."""
    with Maker(clients.with_key_of("primary", kind), tag, "plain") as make:
        yield make()


def each(values: Mapping[str, Any], requirement: str) -> pytest.MarkDecorator:
    """Makes a test for each field. The name of the field replaces the `{}` in the requirement."""
    rows = [
        pytest.param(name, value, id=name, marks=pytest.mark.requirement(requirement.format(ignored_fields()[name].id)))
        for name, value in values.items()
    ]
    return pytest.mark.parametrize(("field", "value"), rows)


@each(IGNORED, "ignored/{}-accepted")
def test_an_ignored_argument_is_accepted(client: Client, make: Maker, field: str, value: Any) -> None:
    """A value that OpenAI's reference allows is accepted, by create and by update."""
    created = make(**{field: value})

    assert client.update(created.id, **{field: value}).id == created.id


@each(NOTHING, "ignored/{}-accepted")
def test_nothing_is_accepted_for_an_ignored_argument(client: Client, make: Maker, field: str, value: Any) -> None:
    """None, [] and {} are accepted where OpenAI's reference allows them, by create and by update."""
    created = make(**{field: value})

    assert client.update(created.id, **{field: value}).id == created.id


@each(SHOWN, "ignored/{}-not-kept")
def test_create_keeps_no_ignored_argument(make: Maker, plain: Assistant, field: str, value: Any) -> None:
    """An assistant that was created with an ignored argument shows what one shows that was created without."""
    created = make(**{field: value})

    assert visible_fields(created)[field] == visible_fields(plain)[field]


@each(SHOWN, "ignored/{}-not-kept")
def test_update_keeps_no_ignored_argument(client: Client, mine: Assistant, field: str, value: Any) -> None:
    """An update with an ignored argument changes nothing."""
    with suppress(openai.BadRequestError):  # a refused value is not kept either; another test judges the refusal
        client.update(mine.id, **{field: value})

    assert visible_fields(client.retrieve(mine.id)) == visible_fields(mine)


@pytest.mark.requirement("ignored/constants-hold")
def test_constants_hold(make: Maker, plain: Assistant) -> None:
    """The constants are the same on every assistant, whatever was sent."""
    loaded = make(**SHOWN)

    assert [visible_fields(loaded)[field] for field in CONSTANTS] == [
        visible_fields(plain)[field] for field in CONSTANTS
    ]


@pytest.mark.requirement("ignored/model-and-temperature-are-the-organizations")
def test_model_and_temperature_are_the_organizations(make: Maker, plain: Assistant) -> None:
    """model and temperature are the same on every assistant, whatever was sent."""
    loaded = make(**SHOWN)

    assert (loaded.model, loaded.temperature) == (plain.model, plain.temperature)


@pytest.mark.requirement("ignored/tools-are-file-search")
def test_the_one_tool_is_file_search(make: Maker) -> None:
    """Every assistant has exactly one tool, of type file_search, whatever was sent."""
    loaded = make(**SHOWN)

    assert [getattr(tool, "type", None) for tool in loaded.tools or []] == ["file_search"]
