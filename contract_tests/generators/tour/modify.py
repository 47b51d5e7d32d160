"""What a modify changes, and what it leaves alone; by either verb."""

from contract_tests.generators.session import REFUSALS, Session, step
from contract_tests.generators.tour.create import NOT_TEXT
from contract_tests.http import operations

VERBS = (operations.modify, operations.patch)


@step(
    "modify/partial",
    "modify/post-and-patch-alike",
    "modify/keeps-identity",
    "modify/seen-everywhere",
    "modify/only-its-target",
    "retrieve/equals-created",
)
def one_field_at_a_time(session: Session) -> None:
    """What is sent is changed and shown everywhere; what is not sent, and every other assistant, stays as it is."""
    for verb in VERBS:
        other, id, another = session.create_assistant(), session.create_assistant(), session.create_assistant()
        for body in (
            {"name": session.unique_text("renamed")},
            {"instructions": session.unique_text("rewritten")},
            {"name": session.unique_text("both"), "instructions": session.unique_text("both")},
        ):
            session.send(verb(id, body))
            session.read(id)
            session.send(operations.list_(limit=100))
        session.read(other)
        session.read(another)
        session.walk()


@step("modify/empty-body-changes-nothing", "modify/post-and-patch-alike")
def nothing_to_change(session: Session) -> None:
    """`{}` answers the assistant as it is."""
    id = session.create_assistant()
    for verb in VERBS:
        session.send(verb(id, {}))
        session.read(id)


@step("modify/empty-instructions-clear", "modify/post-and-patch-alike", "modify/partial", "modify/only-its-target")
def clearing(session: Session) -> None:
    """An empty text clears the instructions, and they can be set again."""
    for verb in VERBS:
        other, id = session.create_assistant(), session.create_assistant()
        session.send(verb(id, {"instructions": ""}))
        session.read(id)
        session.read(other)
        session.walk()
        session.send(verb(id, {"name": session.unique_text("after clearing")}))
        session.read(id)
        session.send(verb(id, {"instructions": session.unique_text("set again")}))
        session.read(id)
        session.send(verb(id, {"name": session.unique_text("with it"), "instructions": ""}))
        session.read(id)


@step("modify/bad-body-changes-nothing")
def bad_beside_good(session: Session) -> None:
    """A value of a wrong type is refused, and the valid ones beside it do nothing."""
    id = session.create_assistant()
    for verb in VERBS:
        for body in (
            {"name": session.unique_text("good"), "instructions": 7},
            {"name": 7, "instructions": session.unique_text("good")},
        ):
            session.send(verb(id, body))
            session.read(id)
        session.send(verb(id, {"name": session.unique_text("control"), "instructions": session.unique_text("control")}))
        session.read(id)


@step("modify/bad-body-changes-nothing", wide=True)
def every_wrong_type(session: Session) -> None:
    """So it is with every JSON type that is not text."""
    id = session.create_assistant()
    for verb in VERBS:
        for value in NOT_TEXT:
            for body in (
                {"instructions": session.unique_text("good"), "name": value},
                {"name": session.unique_text("good"), "instructions": value},
            ):
                session.send(verb(id, body))
                session.read(id)


@step("modify/unknown-is-404")
def an_id_that_names_nothing(session: Session) -> None:
    """Modifying what is not there answers 404 and makes nothing."""
    unknown = session.unknown_id()
    for verb in VERBS:
        session.send(
            verb(unknown, {"name": session.unique_text("ghost"), "instructions": session.unique_text("ghost")})
        )
    session.walk()
    session.send(operations.retrieve(unknown))
    for verb in VERBS:
        session.send(
            verb(
                session.subject(),
                {"name": session.unique_text("control"), "instructions": session.unique_text("control")},
            )
        )


@step("modify/partial", wide=True)
def null_is_free_but_stays_apart(session: Session) -> None:
    """What null does is the service's choice; whatever it does to its field, it does to no other."""
    for verb in VERBS:
        id = session.create_assistant()
        for body in ({"instructions": None}, {"name": None}):
            session.send(verb(id, body))
            session.read(id)


@step("retrieve/unknown-is-404", *REFUSALS)
def retrieving_what_is_not_there(session: Session) -> None:
    """Retrieving an id that names nothing answers 404; one that names something, 200."""
    session.send(operations.retrieve(session.unknown_id()))
    session.read(session.subject())
