"""Calls without a good key."""

from contract_tests.generators.session import Session
from contract_tests.generators.steps import REFUSALS, step
from contract_tests.http import operations


def _refuse_all(session: Session, role: str) -> None:
    """Sends each operation without a good key, then the same calls with the good key, as controls. The walk is the
    control of the list."""
    session.send(operations.list_(role))
    session.send(operations.create({"name": session.unique_text(f"refused {role}")}, role))
    id = session.create_assistant()
    for request in operations.every_operation(id, session.unique_text(f"refused {role}"), role)[2:]:
        session.send(request)
    session.retrieve(id)
    session.walk()
    for request in operations.every_operation(id, session.unique_text("control"))[1:]:
        session.send(request)


@step("auth/missing-key-refused", "auth/refused-changes-nothing", *REFUSALS)
def no_key(session: Session) -> None:
    """Every call without an Authorization header is refused and changes nothing."""
    _refuse_all(session, "nobody")


@step("auth/unknown-key-refused", "auth/refused-changes-nothing")
def an_unknown_key(session: Session) -> None:
    """Every call with an unknown key is refused and changes nothing."""
    _refuse_all(session, "stranger")


@step("auth/other-scheme-refused", "auth/refused-changes-nothing")
def another_scheme(session: Session) -> None:
    """Every call with a good key under the scheme Basic is refused and changes nothing."""
    _refuse_all(session, "basic")


@step("auth/other-scheme-refused", "auth/refused-changes-nothing", wide=True)
def no_scheme(session: Session) -> None:
    """Every call with a good key but without a scheme is refused and changes nothing."""
    _refuse_all(session, "bare")
