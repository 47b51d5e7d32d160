"""Who shares an organization's assistants, and who does not."""

from contract_tests.generators.session import Session, step
from contract_tests.http import operations


@step("org/shared-by-its-keys", needs=["sibling"])
def a_second_key(session: Session) -> None:
    """What one key of the organization made, another lists, retrieves, modifies and deletes, and vice versa."""
    for maker, other in (("primary", "sibling"), ("sibling", "primary")):
        id = session.create_assistant(maker)
        session.send(operations.modify(id, {"name": session.unique_text("control")}, maker))
        session.send(operations.patch(id, {"name": session.unique_text("control")}, maker))
        session.read(id, maker)
        session.walk(other)
        session.read(id, other)
        session.send(operations.modify(id, {"name": session.unique_text("renamed")}, other))
        session.send(operations.patch(id, {"instructions": session.unique_text("rewritten")}, other))
        session.read(id, maker)
        session.send(operations.delete(id, other))
        session.read(id, maker)


@step("org/closed-to-others", "org/others-look-unknown", needs=["foreign"])
def a_key_of_another_organization(session: Session) -> None:
    """Neither organization lists, retrieves, modifies or deletes what is the other's."""
    for owner, stranger in (("primary", "foreign"), ("foreign", "primary")):
        id = session.create_assistant(owner)
        session.read(id, owner)
        for request in (
            operations.retrieve(id, stranger),
            operations.modify(id, {"name": session.unique_text("stolen")}, stranger),
            operations.patch(id, {"instructions": session.unique_text("stolen")}, stranger),
            operations.delete(id, stranger),
        ):
            session.send(request)
            session.read(id, owner)
        session.walk(stranger)
        for request in operations.every_operation(id, session.unique_text("control"), owner)[2:]:
            session.send(request)
