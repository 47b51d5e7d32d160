"""Ids that are nearly real, and assistants that are read long after they were made."""

from collections.abc import Callable, Sequence

from contract_tests.generators.session import Session
from contract_tests.generators.steps import step
from contract_tests.http import operations

# Each makes an id that is nearly the real one.
NEAR: Sequence[Callable[[str], str]] = ("{}x".format, "{}:x".format, "{}-x".format, lambda id: id[:-1])


@step("retrieve/unknown-is-404", "modify/unknown-is-404", "delete/unknown-is-404")
def ids_near_a_real_one(session: Session) -> None:
    """A real id with a letter, with `:x` or with `-x` behind it, a real id cut short, and a name are no ids for any
    operation.
    """
    name = session.unique_text("named").replace(" ", "-")
    id = session.create_assistant(name=name)
    for near in (*(make(id) for make in NEAR), name):
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


@step("delete/unknown-is-404", "delete/only-its-target")
def deletes_near_a_real_one(session: Session) -> None:
    """An id near a real one deletes nothing, also if no modify has used the id before."""
    for make in NEAR:
        id = session.create_assistant()
        near = make(id)
        session.client.guard.invent(near)
        session.send(operations.delete(near))
        session.retrieve(id)


# Only reads: a server that takes a pattern for an id might delete the assistants of others.
@step("retrieve/unknown-is-404")
def patterns_and_words_as_ids(session: Session) -> None:
    """A pattern of a database that fits a real id, and a word of a programming language are no ids."""
    id = session.create_assistant()
    for pattern in (f"{id[:-1]}_", f"{id}%", f"{id[:-1]}*", "%", "*", "constructor", "__proto__", "toString"):
        session.client.guard.invent(pattern)
        session.retrieve(pattern)
    session.retrieve(id)


@step("retrieve/equals-created", "list/complete", "create/keeps-what-it-is-given")
def made_early_and_read_late(session: Session) -> None:
    """An assistant that was made early in the run is still there, unchanged."""
    session.walk()
    session.retrieve(session.subject())
