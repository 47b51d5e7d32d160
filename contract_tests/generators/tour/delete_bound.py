"""The guard of the bound assistant after something, and assistants that only look like the bound one."""

from contract_tests.generators.session import Session
from contract_tests.generators.steps import step
from contract_tests.http import operations
from contract_tests.requirements.permissions import ASK_SELF


@step("delete/self-refused", "delete/self-survives", needs=("sibling", "expendable_id"))
def a_bound_assistant_that_was_modified(session: Session) -> None:
    """A key cannot delete the assistant that it is bound to after a modify of it either, however often it asks."""
    expendable = session.target.expendable_id or ""
    if not session.retrieve(expendable).response.accepted:
        return
    for verb in operations.VERBS:
        session.send(verb(expendable, {"name": session.unique_text("bound")}, "sibling"))
        for _ in range(2):
            session.send(operations.delete(expendable, "sibling"))
        session.walk()


@step("delete/answers-deleted", "delete/unknown-is-404", needs=("bound_id", ASK_SELF))
def assistants_that_look_bound(session: Session) -> None:
    """An assistant with the name of the bound one can be deleted, and an id that begins alike is unknown."""
    bound = session.target.bound_id or ""
    document = session.retrieve(bound).response.json
    name = document.get("name") if isinstance(document, dict) else None
    id = session.create_assistant(name=name) if isinstance(name, str) else session.create_assistant()
    session.send(operations.delete(id))
    session.client.guard.invent(f"{bound}x")
    session.send(operations.delete(f"{bound}x"))
    session.walk()
