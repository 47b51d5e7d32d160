"""Deletes: the assistant that a delete removes, and the assistants that it must not remove."""

from contract_tests.generators.session import Session
from contract_tests.generators.steps import REFUSALS, step
from contract_tests.http import operations
from contract_tests.requirements.permissions import ASK_SELF


@step("delete/answers-deleted", "delete/gone", "delete/only-its-target")
def deleted_and_gone(session: Session) -> None:
    """A deleted assistant is gone for every operation, and the assistants created before and after it stay."""
    older, id, newer = session.create_assistant(), session.create_assistant(), session.create_assistant()
    session.walk()
    session.send(operations.delete(id))
    session.retrieve(id)
    session.retrieve(older)
    session.retrieve(newer)
    session.walk()
    for verb in operations.VERBS:
        session.send(verb(id, {"name": session.unique_text("revived")}))
    session.send(operations.delete(id))
    session.retrieve(id)
    session.walk()
    for request in operations.every_operation(older, session.unique_text("control"))[3:]:
        session.send(request)
    session.retrieve(newer)


@step("delete/unknown-is-404", *REFUSALS, requests=1)
def deleting_an_unknown_id(session: Session, rich: str) -> None:
    """A delete of an id that names nothing answers 404."""
    session.send(operations.delete(session.unknown_id(rich)))
    session.verify_list()
    if session.thorough:
        session.send(operations.delete(rich))


@step("delete/self-refused", "delete/self-survives", needs=("bound_id", ASK_SELF), requests=1)
def the_keys_own_assistant(session: Session) -> None:
    """A key cannot delete the assistant that it is bound to; the assistant stays unchanged."""
    bound = session.target.bound_id or ""
    session.verify(bound)
    session.send(operations.delete(bound))
    session.verify(bound)
    if session.thorough:
        session.send(operations.delete(bound))
        session.walk()  # no retrieve in between, so only the delete can be the cause of a loss
        session.send(operations.delete(session.create_assistant()))


@step("delete/self-refused", "delete/self-survives", needs=("sibling", "expendable_id"), requests=1)
def the_siblings_own_assistant(session: Session) -> None:
    """The second key cannot delete the assistant that it is bound to; the assistant stays unchanged."""
    expendable = session.target.expendable_id or ""
    if session.thorough and not session.retrieve(expendable).response.accepted:
        return
    session.send(operations.delete(expendable, "sibling"))
    session.verify(expendable)


@step("delete/self-is-the-keys-own", "delete/self-survives", needs=("sibling", "expendable_id"), requests=1, last=True)
def another_keys_own_assistant(session: Session) -> None:
    """A key can delete an assistant that only another key of the organization is bound to."""
    expendable = session.target.expendable_id or ""
    if session.thorough and not session.retrieve(expendable).response.accepted:
        return
    session.send(operations.delete(expendable))
    session.verify(expendable)
    session.verify_list()
    if session.thorough:
        session.send(operations.list_("sibling", limit=1))  # a service may refuse this key from now on
