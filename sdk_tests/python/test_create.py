"""Create through the SDK."""

from __future__ import annotations

import time
from typing import Any

import openai
import pytest
from openai.types.beta import Assistant

from sdk_tests.clients import REFUSED, Client, Maker, visible_fields
from sdk_tests.versions import OMIT

# The braces stand for the test's own name, because the name of an assistant shows its owner.
TEXTS = {
    "plain": "{}: if unsure, say so.",
    "unicode": "{} Grüße, 日本, 🤖 and e\u0301",
    "white space": "\t {}\r\ntwo\n\n  three  \n",
    "markup": "<b>{}</b> &amp; \"q\" 'q' \\ %s",
}
NOT_TEXT = {"number": 7, "boolean": True, "array": ["text"], "object": {"text": "text"}}


@pytest.mark.requirement("create/name-suffices")
def test_a_name_alone_creates(client: Client, make: Maker) -> None:
    """A name alone creates an assistant: model=openai.omit has the SDK send nothing else."""
    created = make.keep(client.wait(client.assistants.create(name=(name := make.name()), model=OMIT)))

    assert created.name == name


@pytest.mark.requirement("create/keeps-what-it-is-given")
@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_name_and_instructions_come_back_as_sent(client: Client, make: Maker, text: str) -> None:
    """Name and instructions come back exactly, from create and from retrieve."""
    created = make(name=(name := text.format(make.name())), instructions=text)
    retrieved = client.retrieve(created.id)

    assert (created.name, created.instructions) == (name, text)
    assert (retrieved.name, retrieved.instructions) == (name, text)


@pytest.mark.requirement("create/keeps-what-it-is-given")
def test_long_instructions_come_back_as_sent(client: Client, make: Maker) -> None:
    """Instructions of 10,000 characters are kept to the last."""
    created = make(instructions="0123456789" * 1000)

    assert client.retrieve(created.id).instructions == "0123456789" * 1000


@pytest.mark.requirement("create/id-is-asst-hyphen")
def test_the_id_is_asst_hyphen_and_a_project(mine: Assistant) -> None:
    """The id is `asst-` and a project id that is not empty."""
    assert mine.id.startswith("asst-")
    assert mine.id != "asst-"


@pytest.mark.requirement("create/ids-are-unique")
def test_equal_names_make_two_assistants(make: Maker) -> None:
    """Two assistants may have the same name; their ids differ."""
    one = make(name=(name := make.name()))

    assert make(name=name).id != one.id


@pytest.mark.requirement("create/answers-the-assistant")
def test_create_answers_the_assistant(mine: Assistant) -> None:
    """The answer is an assistant, created now in Unix seconds."""
    assert mine.object == "assistant"
    assert type(mine.created_at) is int
    assert abs(mine.created_at - time.time()) < 86_400  # one day: clocks differ, but not by a factor of 1,000


@pytest.mark.requirement("create/answers-the-assistant")
def test_a_strict_client_reads_what_create_answers(strict: Client, make: Maker) -> None:
    """Every field has the type that the SDK gives it."""
    created = make(strict, instructions="Answer in French.")

    assert created.instructions == "Answer in French."


@pytest.mark.requirement("retrieve/equals-created")
def test_a_raw_create_parses_to_what_is_retrieved(client: Client, make: Maker) -> None:
    """with_raw_response gives the same assistant as the plain call."""
    raw = client.raw("create", **client.create_arguments(name=make.name()))
    created = make.keep(raw.parse())

    assert visible_fields(client.retrieve(created.id)) == visible_fields(created)


@pytest.mark.requirement("create/name-required")
@pytest.mark.parametrize("name", [OMIT, None], ids=["absent", "null"])
def test_a_name_is_required(make: Maker, name: Any) -> None:
    """Without a name, or with the name None, create is refused."""
    with pytest.raises(REFUSED):
        make(name=name)


@pytest.mark.requirement("create/name-is-text")
@pytest.mark.parametrize("value", NOT_TEXT.values(), ids=NOT_TEXT)
def test_a_name_is_text(make: Maker, value: Any) -> None:
    """A name of another type is refused."""
    with pytest.raises(REFUSED):
        make(extra_body={"name": value})


@pytest.mark.requirement("create/instructions-are-text")
@pytest.mark.parametrize("value", NOT_TEXT.values(), ids=NOT_TEXT)
def test_instructions_are_text(make: Maker, value: Any) -> None:
    """Instructions of another type are refused."""
    with pytest.raises(REFUSED):
        make(extra_body={"instructions": value})


@pytest.mark.requirement("errors/bad-input-is-400")
def test_bad_input_raises_bad_request_error(make: Maker) -> None:
    """Bad input raises BadRequestError, which programs catch, and not the SDK's error for another status."""
    with pytest.raises(openai.BadRequestError):
        make(extra_body={"name": 7})
