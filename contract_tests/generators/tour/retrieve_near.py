"""Ids that are nearly real, and assistants that are read long after they were made."""

from contract_tests.generators.session import Session
from contract_tests.generators.steps import step
from contract_tests.http import operations


@step("retrieve/unknown-is-404", "modify/unknown-is-404", "delete/unknown-is-404")
def ids_near_a_real_one(session: Session) -> None:
    """A real id with a letter or with `:x` behind it, a real id cut short, and a name are no ids for any operation."""
    name = session.unique_text("named").replace(" ", "-")
    id = session.create_assistant(name=name)
    for near in (f"{id}x", f"{id}:x", id[:-1], name):
        session.client.guard.invent(near)
        session.retrieve(near)
        for verb in operations.VERBS:
            session.send(verb(near, {"name": session.unique_text("near")}))
        session.retrieve(id)
        session.send(operations.delete(near))
    session.retrieve(id)
    session.walk()
    for request in operations.every_operation(id, session.unique_text("control"))[2:]:
        session.send(request)


@step("retrieve/equals-created", "list/complete", "create/keeps-what-it-is-given")
def made_early_and_read_late(session: Session) -> None:
    """An assistant that was made early in the run is still there, unchanged."""
    session.walk()
    session.retrieve(session.subject())
