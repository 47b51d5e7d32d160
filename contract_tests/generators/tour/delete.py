"""What a delete removes, and what it must not."""

from contract_tests.generators.session import REFUSALS, Session, step
from contract_tests.http import operations


@step("delete/answers-deleted", "delete/gone", "delete/only-its-target")
def deleted_and_gone(session: Session) -> None:
    """What is deleted is gone for every operation; its neighbours stay."""
    older, id, newer = session.create_assistant(), session.create_assistant(), session.create_assistant()
    session.walk()
    session.send(operations.delete(id))
    session.read(id)
    session.read(older)
    session.read(newer)
    session.walk()
    for verb in (operations.modify, operations.patch):
        session.send(verb(id, {"name": session.unique_text("revived")}))
    session.send(operations.delete(id))
    session.read(id)
    session.walk()
    for request in operations.every_operation(older, session.unique_text("control"))[3:]:
        session.send(request)
    session.read(newer)


@step("delete/unknown-is-404", *REFUSALS)
def deleting_what_is_not_there(session: Session) -> None:
    """Deleting an id that names nothing answers 404."""
    session.create_assistant()
    session.send(operations.delete(session.unknown_id()))
    session.walk()
    session.send(operations.delete(session.create_assistant()))


@step("delete/self-refused", "delete/self-survives", needs=["bound_id"])
def the_keys_own(session: Session) -> None:
    """The assistant that the key is bound to is not deleted by it; what it is not bound to is."""
    bound = session.target.bound_id or ""
    session.read(bound)
    session.send(operations.delete(bound))
    session.read(bound)
    session.send(operations.delete(bound))
    session.walk()
    session.send(operations.delete(session.create_assistant()))


@step("delete/self-is-the-keys-own", "delete/self-refused", needs=["sibling", "expendable_id"])
def another_keys_own(session: Session) -> None:
    """The protection is the bound key's alone: it holds for the sibling's own, and against nobody else."""
    given_up = session.target.expendable_id or ""
    if not session.read(given_up).response.accepted:
        return
    session.send(operations.delete(given_up, "sibling"))
    if not session.read(given_up).response.accepted:
        return
    session.send(operations.delete(given_up))
    session.read(given_up)
    session.walk()
