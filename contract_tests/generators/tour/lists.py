"""The list, page by page as the SDKs walk it."""

from contract_tests.generators.session import Session
from contract_tests.generators.steps import step
from contract_tests.http import operations
from contract_tests.http.openapi import page_limit

PAGED = ("list/envelope", "list/complete", "list/has-more-is-true-to-its-word")
MANY = 66  # more than a default page, and more than 64, where some servers have a limit


@step(*PAGED, "list/first-and-last-id", "list/limit", "list/newest-first", "list/after")
def two_pages(session: Session) -> None:
    """A walk of two pages shows every assistant once, the newest first; the page after it is empty."""
    for _ in range(3):
        session.create_assistant()
    everyone = session.walk()
    if len(everyone) < 3:
        return
    session.walk(limit=min(page_limit().maximum, len(everyone) // 2 + 1))
    session.send(operations.list_(limit=page_limit().maximum, after=everyone[-1]))
    for limit in (1, 2):
        session.send(operations.list_(limit=limit, after=everyone[-3]))
    session.send(operations.list_(limit=1))
    session.send(operations.list_(limit=min(page_limit().maximum, len(everyone))))


@step("list/order-asc", "list/before", "list/after", "list/has-more-is-true-to-its-word")
def both_orders(session: Session) -> None:
    """In both orders, `after` and `before` give the assistants on the right side of an id."""
    for _ in range(4):
        session.create_assistant()
    for order in ("desc", "asc"):
        everyone = session.walk(order=order)
        if len(everyone) < 4:
            return
        for limit in session.sample((2, 1, 3), 1):
            session.send(operations.list_(limit=limit, order=order))
            session.send(operations.list_(limit=limit, order=order, before=everyone[3]))
            session.send(operations.list_(limit=limit, order=order, after=everyone[-4]))
        session.send(operations.list_(limit=2, order=order, before=everyone[0]))
        session.send(operations.list_(order=order, after=everyone[0], before=everyone[3]))


@step("list/limit", *PAGED, wide=True)
def the_default_page(session: Session) -> None:
    """A page without a limit holds the default number of assistants, and a walk of such pages shows every assistant."""
    ids = [session.create_assistant() for _ in range(MANY)]
    everyone = session.walk()
    session.walk(limit=None)
    session.walk(limit=None, order="asc")
    session.send(operations.list_(order="asc"))
    least, most, default = page_limit()
    for limit in (7, default, default + 1):
        session.walk(limit=limit)
    for limit in (least, default - 1, most - 1, most):
        session.send(operations.list_(limit=limit))
    for id in ids[: len(everyone) % default]:
        session.send(operations.delete(id))
    session.walk(limit=None)  # the last page is full


@step(*PAGED, needs=("foreign",), wide=True)
def a_small_organization(session: Session) -> None:
    """The list of a small organization is complete at every page size."""
    for _ in range(3):
        session.create_assistant("foreign")
    everyone = session.walk("foreign")
    if len(everyone) <= 60:
        for limit in range(1, len(everyone) + 2)[:8]:
            session.walk("foreign", limit=limit)


@step("list/bad-limit-refused", reads_only=True, requests=4)
def limits_out_of_range(session: Session) -> None:
    """A list with a limit of 0, 101, -1 or "x" is refused."""
    for limit in (0, 101, -1, "x"):
        session.send(operations.list_(limit=limit))


@step("errors/bad-input-is-400", wide=True)
def a_limit_of_none(session: Session) -> None:
    """A limit of 0 is bad input too. The step before tests others, for another requirement."""
    session.send(operations.list_(limit=0))


@step("list/after")
def after_an_unknown_id(session: Session) -> None:
    """An `after` that names no assistant does not give the first page."""
    unknown = session.unknown_id()
    session.walk()
    session.send(operations.list_(limit=page_limit().maximum, after=unknown))


@step("modify/seen-everywhere", "delete/gone", "list/newest-first", "list/complete", wide=True)
def the_list_after_each_write(session: Session) -> None:
    """After each create, modify and delete the list is right at once, and its order is kept."""
    ids = [session.create_assistant() for _ in range(4)]
    session.walk()
    for verb, id in ((operations.modify, ids[0]), (operations.patch, ids[2])):
        session.send(verb(id, {"name": session.unique_text("seen at once")}))
        session.walk()
    session.send(operations.delete(ids[1]))
    session.walk()
    session.create_assistant()
    session.walk()
    session.walk(order="asc")
