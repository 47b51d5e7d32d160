"""Modifies by POST and by PATCH: the fields that a modify changes, and all else that it must not change."""

from contract_tests.generators.session import Session
from contract_tests.generators.steps import REFUSALS, step
from contract_tests.generators.tour.create import NOT_TEXT
from contract_tests.http import operations
from contract_tests.http.messages import Json
from contract_tests.http.openapi import page_limit


def _both(session: Session, note: str) -> dict[str, Json]:
    """A body with a new name and new instructions."""
    return {"name": session.unique_text(note), "instructions": session.unique_text(note)}


@step(
    "modify/partial",
    "modify/post-and-patch-alike",
    "modify/keeps-identity",
    "modify/seen-everywhere",
    "modify/only-its-target",
    "retrieve/equals-created",
)
def one_field_at_a_time(session: Session) -> None:
    """A field that is sent changes everywhere; a field that is not sent, and every other assistant, does not change."""
    for verb in operations.VERBS:
        other, id, another = session.create_assistant(), session.create_assistant(), session.create_assistant()
        for body in (
            {"name": session.unique_text("renamed")},
            {"instructions": session.unique_text("rewritten")},
            {"name": session.unique_text("both"), "instructions": session.unique_text("both")},
        ):
            session.send(verb(id, body))
            session.retrieve(id)
            session.send(operations.list_(limit=page_limit().maximum))
        session.retrieve(other)
        session.retrieve(another)
        session.walk()


@step("modify/empty-body-changes-nothing", "modify/post-and-patch-alike", requests=2)
def an_empty_body(session: Session, rich: str) -> None:
    """A modify with the body `{}` changes nothing and answers the assistant."""
    for verb in operations.VERBS:
        session.send(verb(rich, {}))
        session.verify(rich)


@step("modify/empty-instructions-clear", "modify/post-and-patch-alike", "modify/partial", "modify/only-its-target")
def empty_instructions(session: Session) -> None:
    """An empty string clears the instructions, and a later modify can set them again."""
    for verb in operations.VERBS:
        other, id = session.create_assistant(), session.create_assistant()
        session.send(verb(id, {"instructions": ""}))
        session.retrieve(id)
        session.retrieve(other)
        session.walk()
        session.send(verb(id, {"name": session.unique_text("after clearing")}))
        session.retrieve(id)
        session.send(verb(id, {"instructions": session.unique_text("set again")}))
        session.retrieve(id)
        session.send(verb(id, {"name": session.unique_text("with it"), "instructions": ""}))
        session.retrieve(id)


@step("modify/bad-body-changes-nothing", "errors/bad-input-is-400", *REFUSALS, requests=1)
def a_wrong_type_beside_a_valid_value(session: Session, rich: str) -> None:
    """A value of a wrong type is refused, and the valid value in the same body changes nothing."""
    for verb in session.sample(operations.VERBS[::-1], 1):
        for name, other in session.sample((("name", "instructions"), ("instructions", "name")), 1):
            session.send(verb(rich, {name: session.unique_text("good"), other: 7}))
            session.verify(rich)
        if session.thorough:
            session.send(verb(rich, _both(session, "control")))
        session.verify(rich)


@step("modify/bad-body-changes-nothing", "errors/bad-input-is-400", wide=True)
def every_wrong_type(session: Session) -> None:
    """A value of each JSON type but string is refused, and the valid value in the same body changes nothing."""
    id = session.create_assistant()
    for verb in operations.VERBS:
        for value in NOT_TEXT:
            for body in (
                {"instructions": session.unique_text("good"), "name": value},
                {"name": session.unique_text("good"), "instructions": value},
            ):
                session.send(verb(id, body))
            session.retrieve(id)


@step("modify/unknown-is-404", *REFUSALS, requests=1)
def modifying_an_unknown_id(session: Session, rich: str) -> None:
    """A modify of an id that names nothing answers 404 and creates nothing."""
    unknown = session.unknown_id(rich)
    for verb in session.sample(operations.VERBS, 1):
        session.send(verb(unknown, _both(session, "ghost")))
    session.verify_list()
    session.verify(unknown)
    for verb in operations.VERBS if session.thorough else ():
        session.send(verb(rich, _both(session, "control")))


@step("modify/keeps-identity")
def an_identity_that_a_modify_sends(session: Session) -> None:
    """A modify that sends an id, an object or a created_at changes none of them."""
    other, id = session.create_assistant(), session.create_assistant()
    for verb in operations.VERBS:
        for sent in ({"id": session.unknown_id(id)}, {"object": "thread"}, {"created_at": 1}, {"id": other}):
            session.send(verb(id, {"name": session.unique_text("identity"), **sent}))
        session.retrieve(id)
    session.walk()


@step("modify/partial", wide=True)
def null_for_one_field(session: Session) -> None:
    """Null for one field, which a service may treat as it likes, does not change the other field."""
    for verb in operations.VERBS:
        id = session.create_assistant()
        for body in ({"instructions": None}, {"name": None}):
            session.send(verb(id, body))
            session.retrieve(id)


@step("retrieve/unknown-is-404", *REFUSALS, requests=1)
def retrieving_an_unknown_id(session: Session, rich: str) -> None:
    """A retrieve of an id that names nothing answers 404."""
    session.retrieve(session.unknown_id(rich))
    session.verify(rich)
