"""The kept fields, of an edition that has them: each comes back as it was sent, and a value outside its limits is
refused."""

from collections.abc import Iterator

from contract_tests.generators.field_values import absurd, nulls, rounds, uncertain
from contract_tests.generators.hostile_call import find_present, send_hostile
from contract_tests.generators.session import Session
from contract_tests.generators.steps import REFUSALS, step
from contract_tests.generators.tour.create import INSTRUCTIONS, NAMES
from contract_tests.generators.tour.ignored import send_fields, send_round
from contract_tests.http import operations
from contract_tests.http.messages import Json
from contract_tests.http.openapi import beyond_lengths, body
from contract_tests.http.operations import VERBS
from contract_tests.oracle.calls import TEXTS

KEPT = ("kept/*", "modify/partial", "modify/seen-everywhere", "modify/only-its-target", "retrieve/equals-created")


@step(
    "create/model-suffices",
    "create/defaults",
    "create/every-field",
    "create/id-is-asst",
    "create/answers-the-assistant",
)
def a_create_with_little(session: Session) -> None:
    """A model and one text make an assistant, with the default of each other field."""
    for text in TEXTS:
        created = session.send(operations.create({text: session.unique_text("little")}))
        session.retrieve(session.created_id(created))
    session.walk()


@step("create/model-required", "errors/bad-input-is-400", *REFUSALS)
def no_model(session: Session) -> None:
    """A create without a model, or with null for it, is refused and creates nothing."""
    for model in ({}, {"model": None}):
        session.send_without("model", {"name": session.unique_text("no model"), **model})
    session.walk()
    session.create_assistant()


@step(*KEPT)
def kept_values(session: Session) -> None:
    """Typical values come back as sent, by create, POST and PATCH, and a modify replaces them."""
    send_round(session, rounds()[0])
    send_round(session, rounds()[1])
    session.walk()


@step(*KEPT, wide=True)
def kept_values_at_the_limits(session: Session) -> None:
    """Values at the limits of OpenAI's reference, and empty ones, come back as sent."""
    for fields in rounds()[2:]:
        send_round(session, fields)


@step(*KEPT, "modify/empty-body-changes-nothing")
def one_kept_field_at_a_time(session: Session) -> None:
    """A kept field that a modify sends changes everywhere; every other field keeps its value."""
    other = session.create_assistant(**rounds()[1])
    for verb in VERBS:
        id = session.create_assistant(**rounds()[0])
        for name, value in rounds()[1].items():
            session.send(verb(id, {name: value}))
            session.retrieve(id)
        for fields in ({"name": session.unique_text("and a name")}, {}):
            session.send(verb(id, fields))
            session.retrieve(id)
    session.retrieve(other)
    session.walk()


@step("create/null-is-accepted")
def null_values(session: Session) -> None:
    """A create accepts null for each field that may be null. A modify with null leaves the other fields alone."""
    text = session.unique_text("nulls")
    created = send_fields(session, lambda fields: operations.create({"name": text, **fields}), nulls())
    session.retrieve(session.created_id(created))
    id = session.create_assistant(**rounds()[0])
    for name in nulls():
        session.send(operations.modify(id, {name: None}))
        session.retrieve(id)


@step("kept/*", wide=True)
def values_that_some_servers_refuse(session: Session) -> None:
    """A value that a server may refuse, such as another model, comes back as sent if the server accepts it."""
    id = session.create_assistant()
    for name, value in uncertain():
        created = session.send(operations.create({"name": session.unique_text("uncertain"), name: value}))
        if created.response.accepted:
            session.retrieve(session.created_id(created))
        for verb in VERBS:
            session.send(verb(id, {name: value}))
            session.retrieve(id)


@step("kept/metadata", "kept/description", "kept/tools", wide=True)
def texts_in_kept_fields(session: Session) -> None:
    """Texts that servers tend to trim, fold, escape or parse come back unchanged in metadata, description and tools."""
    id = session.create_assistant()
    for turn, text in enumerate([*NAMES, *INSTRUCTIONS]):
        fields: dict[str, Json] = {
            "description": text,
            "metadata": {"key": text, f" {turn} ": " ", "empty": ""},
            "tools": [{"type": "function", "function": {"name": f"f{turn}", "description": text}}],
        }
        session.retrieve(session.create_assistant(**fields))
        session.send(VERBS[turn % 2](id, fields))
        session.retrieve(id)


@step("modify/metadata-is-replaced", "kept/metadata", "modify/partial")
def metadata_as_a_whole(session: Session) -> None:
    """The metadata of a modify is the whole metadata afterwards, also if it is empty, or has a key of before."""
    for verb in VERBS:
        id = session.create_assistant(metadata={"first": "1", "second": "2"})
        for metadata in ({"third": "3"}, {"third": "4", "fourth": "4"}, {}, {"first": "again"}):
            session.send(verb(id, {"metadata": metadata}))
            session.retrieve(id)


@step("limits/*", "modify/bad-body-changes-nothing", "errors/bad-input-is-400", hostile=True)
def values_outside_the_limits(session: Session) -> None:
    """A value of a wrong type or out of its range is refused by create, POST and PATCH, and changes nothing."""
    id = ""
    for field, value in _outside():
        send_hostile(session, operations.create({"name": session.unique_text("outside"), field: value}))
        for verb in VERBS:
            id = find_present(session, id)
            send_hostile(session, verb(id, {"name": session.unique_text("outside"), field: value}), id)
        session.retrieve(id)
    session.walk()


def _outside() -> Iterator[tuple[str, Json]]:
    for field, values in absurd().items():
        yield from ((field, value) for value in values)
    # The step below has the longest text of all.
    yield from ((name, value) for name, value in _too_long() if name != "instructions")
    yield "tools", [{"type": "code_interpreter"}, {"type": "browser"}]


def _too_long() -> Iterator[tuple[str, Json]]:
    for name in body()["properties"]:
        yield from ((name, value) for value in beyond_lengths(name))


def outside_each() -> Iterator[tuple[str, Json]]:
    """One value outside the limits for each field that has limits."""
    yield from dict([*_too_long(), *_outside()]).items()


@step("limits/instructions", hostile=True, wide=True)
def instructions_that_are_too_long(session: Session) -> None:
    """Instructions that are one character longer than the limit are refused."""
    (text,) = beyond_lengths("instructions")
    send_hostile(session, operations.create({"name": session.unique_text("long"), "instructions": text}))
    id = find_present(session, "")
    send_hostile(session, operations.modify(id, {"instructions": text}), id)
    session.retrieve(id)
