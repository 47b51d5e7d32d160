"""The first step of all: an assistant that the last steps read again."""

from contract_tests.generators.session import Session
from contract_tests.generators.steps import step


@step("retrieve/equals-created", "list/complete", "create/keeps-what-it-is-given")
def made_at_first(session: Session) -> None:
    """An assistant is made before all others, and is not changed from then on."""
    session.retrieve(session.subject())
