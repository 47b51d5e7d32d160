"""The keys of one organization share its assistants. The keys of another organization see none of them."""

from contract_tests.generators.session import Session
from contract_tests.generators.steps import step
from contract_tests.http import operations


@step("org/shared-by-its-keys", needs=("sibling",))
def a_second_key(session: Session) -> None:
    """Each of two keys lists, retrieves, modifies and deletes an assistant that the other key has created."""
    for maker, other in (("primary", "sibling"), ("sibling", "primary")):
        id = session.create_assistant(maker)
        session.send(operations.modify(id, {"name": session.unique_text("control")}, maker))
        session.send(operations.patch(id, {"name": session.unique_text("control")}, maker))
        session.retrieve(id, maker)
        session.walk(other)
        session.retrieve(id, other)
        session.send(operations.modify(id, {"name": session.unique_text("renamed")}, other))
        session.send(operations.patch(id, {"instructions": session.unique_text("rewritten")}, other))
        session.retrieve(id, maker)
        session.send(operations.delete(id, other))
        session.retrieve(id, maker)


@step("org/closed-to-others", "org/others-look-unknown", needs=("foreign",))
def two_organizations(session: Session) -> None:
    """Each of two organizations cannot list, retrieve, modify or delete an assistant of the other."""
    for owner, stranger in (("primary", "foreign"), ("foreign", "primary")):
        id = session.create_assistant(owner)
        session.retrieve(id, owner)
        for request in (
            operations.retrieve(id, stranger),
            operations.modify(id, {"name": session.unique_text("stolen")}, stranger),
            operations.patch(id, {"instructions": session.unique_text("stolen")}, stranger),
            operations.delete(id, stranger),
        ):
            session.send(request)
            session.retrieve(id, owner)
        session.walk(stranger)
        for request in operations.every_operation(id, session.unique_text("control"), owner)[2:]:
            session.send(request)
