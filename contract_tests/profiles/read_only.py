"""The profile `read-only`: the steps of `production` that only read, and steps that read existing assistants. No call
creates, modifies or deletes an assistant, also none that should be refused.
"""

from __future__ import annotations

from contract_tests.generators.scenario import Scenario
from contract_tests.generators.session import Session
from contract_tests.generators.steps import REFUSALS, step
from contract_tests.http import operations
from contract_tests.profiles import production


@step("list/after", "list/before", "list/limit", reads_only=True, requests=2)
def pages_beside_listed_ids(session: Session) -> None:
    """A page after a listed id, and a page before a listed id. The opening of the run has asked for a page without a
    limit."""
    if session.others:
        session.send(operations.list_(limit=2, after=session.others[0]))
        session.send(operations.list_(limit=2, before=session.others[-1]))


@step(
    "auth/missing-key-refused",
    "auth/unknown-key-refused",
    "auth/other-scheme-refused",
    *REFUSALS,
    reads_only=True,
    requests=3,
)
def the_list_without_a_good_key(session: Session) -> None:
    """The list is refused without a key, with an unknown key, and under another scheme."""
    for role in ("nobody", "stranger", "basic"):
        session.send(operations.list_(role))


@step("retrieve/equals-created", "org/shared-by-its-keys", needs=("bound_id",), reads_only=True, requests=2)
def the_bound_assistant(session: Session) -> None:
    """Two keys retrieve the assistant that the key is bound to as the list shows it."""
    session.retrieve(session.target.bound_id or "")
    session.retrieve(session.target.bound_id or "", session.second)


@step("org/closed-to-others", "org/others-look-unknown", needs=("foreign", "bound_id"), reads_only=True, requests=1)
def the_bound_assistant_and_another_organization(session: Session) -> None:
    """A key of another organization cannot retrieve the assistant that the key is bound to. The opening of the run has
    listed with the key."""
    session.retrieve(session.target.bound_id or "", "foreign")


@step("retrieve/unknown-is-404", *REFUSALS, needs=("bound_id",), reads_only=True, requests=1)
def an_unknown_id_beside_the_bound_assistant(session: Session) -> None:
    """A retrieve of an id that names nothing answers 404."""
    session.retrieve(session.unknown_id(session.target.bound_id or ""))


SCENARIO = Scenario(
    after=(
        *(each for each in production.SCENARIO.steps if each.reads_only),
        pages_beside_listed_ids,
        the_list_without_a_good_key,
        the_bound_assistant,
        the_bound_assistant_and_another_organization,
        an_unknown_id_beside_the_bound_assistant,
    )
)
