"""Calls with a key that is nearly a good one, and with a good key where no key belongs."""

from contract_tests.generators.session import Session
from contract_tests.generators.steps import step
from contract_tests.http import operations
from contract_tests.http.credentials import NEAR


def _refuse(session: Session, *roles: str) -> None:
    """With each credential a list, a retrieve and one write. The writes take turns. Then the good key, as a control."""
    id = session.create_assistant()
    for number, role in enumerate(roles):
        calls = operations.every_operation(id, session.unique_text(f"refused {role}"), role)
        writes = calls[1], calls[3], calls[4], calls[5]
        for request in (calls[0], calls[2], writes[number % len(writes)]):
            session.send(request)
    session.retrieve(id)
    session.walk()
    for request in operations.every_operation(id, session.unique_text("control"))[3:]:
        session.send(request)


@step("auth/unknown-key-refused", "auth/refused-changes-nothing")
def a_key_near_a_good_one(session: Session) -> None:
    """A key in another case, with a letter more, cut short or with another end is refused, and changes nothing. So is a
    word of a programming language.
    """
    _refuse(session, *NEAR, "word")


@step("auth/unknown-key-refused", "auth/refused-changes-nothing")
def a_good_key_elsewhere(session: Session) -> None:
    """A good key in the query or in another header is refused, and changes nothing."""
    _refuse(session, "in-a-header", "in-the-query")


@step("auth/other-scheme-refused", "auth/refused-changes-nothing")
def the_scheme_token(session: Session) -> None:
    """A good key under the scheme Token is refused, and changes nothing."""
    _refuse(session, "token")
