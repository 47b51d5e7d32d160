"""Who may not come in."""

from contract_tests.generators.session import REFUSALS, Session, step
from contract_tests.http import operations


def _refused(session: Session, role: str) -> None:
    """Each operation without a good key; then the same calls with it, which is their control."""
    session.send(operations.list_(role))
    session.send(operations.create({"name": session.unique_text(f"refused {role}")}, role))
    id = session.create_assistant()
    for request in operations.every_operation(id, session.unique_text(f"refused {role}"), role)[2:]:
        session.send(request)
    session.read(id)
    session.walk()
    for request in operations.every_operation(id, session.unique_text("control")):
        session.send(request)


@step("auth/missing-key-refused", "auth/refused-changes-nothing", *REFUSALS)
def no_key(session: Session) -> None:
    """Without an Authorization header nothing opens, and nothing happens."""
    _refused(session, "nobody")


@step("auth/unknown-key-refused", "auth/refused-changes-nothing")
def an_unknown_key(session: Session) -> None:
    """A key that nobody was given opens nothing, and nothing happens."""
    _refused(session, "stranger")


@step("auth/other-scheme-refused", "auth/refused-changes-nothing")
def another_scheme(session: Session) -> None:
    """A good key sent as Basic opens nothing, and nothing happens."""
    _refused(session, "basic")


@step("auth/other-scheme-refused", "auth/refused-changes-nothing", wide=True)
def no_scheme(session: Session) -> None:
    """A good key without a scheme opens nothing, and nothing happens."""
    _refused(session, "bare")
