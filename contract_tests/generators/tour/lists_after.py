"""The list after something: a cursor that was deleted, a cursor that is no id, and names that are equal or empty."""

from itertools import islice

from contract_tests.generators.session import Session
from contract_tests.generators.steps import step
from contract_tests.http import operations
from contract_tests.http.openapi import page_limit

EQUAL = 5  # assistants with the same name


@step("list/after")
def after_a_deleted_id(session: Session) -> None:
    """An `after` that was deleted since does not give the first page again."""
    ids = [session.create_assistant() for _ in range(4)]
    for order in ("desc", "asc"):
        session.walk(order=order)
    session.send(operations.delete(ids[1]))
    for order in ("desc", "asc"):
        session.walk(order=order)
        session.send(operations.list_(limit=page_limit().maximum, order=order, after=ids[1]))
    session.send(operations.list_(limit=2, after=ids[1]))


@step("list/after", "errors/never-5xx")
def cursors_that_are_no_ids(session: Session) -> None:
    """A cursor with a quote in it names nothing, and does not give the first page."""
    id = session.create_assistant()
    session.walk()
    for cursor in (f"{id}'", f"{id}' OR '1'='1", f'{id}"', f"{id}%", f"{id}\\"):
        session.send(operations.list_(limit=page_limit().maximum, after=cursor))


@step("list/complete", "list/after", "create/ids-are-unique")
def equal_and_empty_names(session: Session) -> None:
    """Pages of two show every assistant once, also if names are equal or, where that is accepted, empty."""
    name = session.unique_text("equal")
    for _ in range(EQUAL):
        session.create_assistant(name=name)
    for _ in range(2):
        session.send(operations.create({"name": "", "instructions": session.unique_text("no name")}))
    session.walk()
    for _ in islice(session.pages(limit=2), EQUAL):
        pass  # the newest assistants are enough
