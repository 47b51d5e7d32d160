"""The profile `production`: tests the whole catalogue with few calls. Steps share assistants, and one walk at the end
reads all that they have written.

Every text that is sent has the run's tag in it. The order matters: a step may use what the steps before it have shown.
"""

from __future__ import annotations

from contract_tests.generators.field_values import rounds, uncertain
from contract_tests.generators.scenario import Scenario
from contract_tests.generators.session import Session
from contract_tests.generators.steps import REFUSALS, step
from contract_tests.generators.tour import delete, errors, ignored, kept, lists, modify, parallel
from contract_tests.generators.tour.ignored import ACCEPTED, HOLD, NOT_KEPT
from contract_tests.http import operations
from contract_tests.http.messages import Json
from contract_tests.http.openapi import page_limit, required_fields
from contract_tests.profiles.fixtures import send_each_alone

FIELDS = len(ACCEPTED)


@step(
    "create/keeps-what-it-is-given",
    "create/name-suffices",
    "create/id-is-asst-hyphen",
    "create/ids-are-unique",
    "create/identity-is-the-servers",
    "create/answers-the-assistant",
    "create/status-200",
    "parallel/creates-all-kept",
    *ACCEPTED,
    *NOT_KEPT,
    *HOLD,
    "create/model-suffices",
    "create/id-is-asst",
    "create/defaults",
    "create/every-field",
    "kept/*",
    fixtures=("one", "other", "rich"),
    requests=0,
    reserve=2 + FIELDS,
)
def creates(_: Session) -> None:
    """A name alone creates an assistant. Two parallel creates with equal names make two assistants. Texts come back
    unchanged, and so do kept fields. Ignored fields and an identity that is sent have no effect."""


@step("create/null-is-accepted", fixtures=("nulls",), requests=0)
def null_for_kept_fields(_: Session) -> None:
    """A create accepts null for each field that may be null."""


@step("retrieve/equals-created", "create/keeps-what-it-is-given", "org/shared-by-its-keys", *NOT_KEPT, requests=1)
def a_second_key_retrieves(session: Session, rich: str) -> None:
    """A second key retrieves an assistant as another key has created it."""
    session.send_first(operations.retrieve(rich, session.second))


@step("org/closed-to-others", "org/others-look-unknown", needs=("foreign",), requests=4)
def a_key_of_another_organization(session: Session, rich: str) -> None:
    """A key of another organization cannot retrieve, modify or delete an assistant of this organization. The opening
    of the run has listed with the key."""
    for request in (
        operations.retrieve(rich, "foreign"),
        operations.modify(rich, {"name": session.unique_text("stolen")}, "foreign"),
        operations.patch(rich, {"instructions": session.unique_text("stolen")}, "foreign"),
        operations.delete(rich, "foreign"),
    ):
        session.send(request)


@step(
    "modify/seen-everywhere",
    "modify/post-and-patch-alike",
    "modify/keeps-identity",
    "modify/only-its-target",
    "retrieve/equals-created",
    *ACCEPTED,
    *NOT_KEPT,
    *HOLD,
    "kept/*",
    requests=3,
    reserve=2 * (1 + FIELDS),
    control=True,
)
def modifies(session: Session, one: str, other: str) -> None:
    """A modify by POST or PATCH changes name, instructions and kept fields, ignored fields have no effect, and a
    retrieve shows the change at once."""
    _modify_all(session, operations.modify, one, rounds()[2])
    session.retrieve(one)
    _modify_all(session, operations.patch, other, rounds()[1])


def _modify_all(session: Session, verb: operations.Modify, id: str, fields: dict[str, Json]) -> None:
    """Texts and ignored fields in one call; if that is refused, the texts alone and each field alone."""
    texts: dict[str, Json] = {"name": session.unique_text("modified"), "instructions": session.unique_text("modified")}
    if not session.send(verb(id, texts | fields)).response.accepted:
        session.send(verb(id, texts))
        send_each_alone(session, verb, id, fields)


@step("modify/metadata-is-replaced", requests=2)
def another_metadata(session: Session, other: str) -> None:
    """A metadata that a modify sends replaces the one before."""
    for number in ("one", "two"):
        session.send(operations.modify(other, {"metadata": {number: session.unique_text("metadata")}}))


@step("kept/reasoning_effort", requests_each=1)
def a_value_that_some_servers_refuse(session: Session, other: str) -> None:
    """A value that a server may refuse comes back as sent if the server accepts it."""
    first = {name: value for name, value in reversed(uncertain()) if name not in required_fields()}
    for name, value in first.items():
        session.send(operations.modify(other, {name: value}))


@step("limits/*", requests_each=1)
def a_value_outside_each_limit(session: Session, other: str) -> None:
    """A value outside the limits of each field is refused and changes nothing."""
    for field, value in kept.outside_each():
        session.send(operations.modify(other, {"name": session.unique_text("outside"), field: value}))


@step("parallel/modifies-not-lost", "modify/partial", requests=2)
def two_parallel_modifies(session: Session, one: str, other: str) -> None:
    """Two assistants that are renamed in parallel both show the new name and keep their instructions."""
    session.send_group(
        lambda group: [
            operations.modify(other, {"name": session.unique_text("at once")}, group=group),
            operations.patch(one, {"name": session.unique_text("at once")}, group=group),
        ]
    )


@step(
    "modify/empty-instructions-clear",
    "modify/post-and-patch-alike",
    "modify/partial",
    "org/shared-by-its-keys",
    requests=2,
)
def a_second_key_clears(session: Session, one: str, other: str) -> None:
    """An empty string clears the instructions and changes nothing else, by POST and by PATCH, sent by a second key."""
    session.send(operations.modify(one, {"instructions": ""}, session.second))
    session.send(operations.patch(other, {"instructions": ""}, session.second))


@step("errors/never-5xx", requests=1)
def a_nul_in_a_name(session: Session, one: str) -> None:
    """A NUL in a name is accepted or refused, and crashes nothing."""
    session.send(operations.modify(one, {"name": session.unique_text("nul \x00 within")}))


@step(
    "auth/missing-key-refused",
    "auth/unknown-key-refused",
    "auth/other-scheme-refused",
    "auth/refused-changes-nothing",
    *REFUSALS,
    requests=8,
)
def every_operation_without_a_good_key(session: Session, rich: str) -> None:
    """Each operation without a key is refused; so is one with a key that is nearly good, and one under Basic."""
    for request in operations.every_operation(rich, session.unique_text("refused"), "nobody"):
        session.send(request)
    session.send(operations.retrieve(rich, "other-end"))
    session.send(operations.patch(rich, {"name": session.unique_text("refused")}, "basic"))


@step(
    "create/name-is-text",
    "create/name-required",
    "create/model-required",
    "create/instructions-are-text",
    "errors/bad-input-is-400",
    *REFUSALS,
    fixtures=("rich",),
    requests=4,
)
def refused_creates(session: Session) -> None:
    """A create without a field that it must have, with null for the field, or with a text that is not a string creates
    nothing."""
    text = session.unique_text
    for field in required_fields():
        session.send_without(field, {"instructions": text(f"no {field}")})
        session.send_without(field, {field: None, "instructions": text(f"null {field}")})
    for body in (
        {"name": 7, "instructions": text("name of another type")},
        {"name": text("instructions of another type"), "instructions": {"text": "text"}},
    ):
        session.send(operations.create(body))


@step(
    "delete/answers-deleted",
    "delete/gone",
    "delete/only-its-target",
    "org/shared-by-its-keys",
    ends=("one",),
    requests=4,
)
def deleted_by_a_second_key(session: Session, one: str) -> None:
    """An assistant that a second key deletes is gone for every operation of the first key."""
    session.send(operations.delete(one, session.second))
    session.retrieve(one)
    session.send(operations.patch(one, {"name": session.unique_text("revived")}))
    session.send(operations.delete(one))


@step(
    "list/has-more-is-true-to-its-word",
    "list/limit",
    "org/shared-by-its-keys",
    "browser/preflight",
    reads_only=True,
    requests=1,
)
def a_small_page(session: Session) -> None:
    """A second key gets the same list; a page of two holds two assistants and says if more follow."""
    session.send_first(parallel.from_a_page(operations.list_(session.second, limit=2)))


@step("list/after", "list/before", "list/limit", requests=2)
def pages_beside_an_id(session: Session, other: str, rich: str) -> None:
    """A page after an id, and a page before an id. The opening of the run has asked for a page without a limit."""
    session.send(operations.list_(limit=2, after=rich))
    session.send(operations.list_(limit=2, before=other))


@step("list/newest-first", "list/order-asc", fixtures=("rich", "last"), requests=2)
def one_created_after_another(session: Session) -> None:
    """The newest assistant comes first, or last if the order is ascending."""
    session.send(operations.list_(limit=page_limit().default))
    after = {"after": session.others[0]} if session.others else {}
    session.send(operations.list_(limit=page_limit().maximum, order="asc", **after))


SCENARIO = Scenario(
    before=(
        creates,
        null_for_kept_fields,
        a_second_key_retrieves,
        a_key_of_another_organization,
        modifies,
        two_parallel_modifies,
        a_second_key_clears,
        modify.an_empty_body,
        modify.a_wrong_type_beside_a_valid_value,
        errors.bodies_that_are_not_an_object,
        ignored.absurd_values,
        another_metadata,
        a_value_that_some_servers_refuse,
        a_value_outside_each_limit,
        a_nul_in_a_name,
        every_operation_without_a_good_key,
        refused_creates,
        modify.retrieving_an_unknown_id,
        modify.modifying_an_unknown_id,
        delete.deleting_an_unknown_id,
        deleted_by_a_second_key,
        delete.the_siblings_own_assistant,
        delete.the_keys_own_assistant,
    ),
    after=(
        a_small_page,
        pages_beside_an_id,
        one_created_after_another,
        lists.limits_out_of_range,
        ignored.newer_fields,
        errors.an_unknown_url,
        errors.a_wrong_method,
        parallel.preflights,
        delete.another_keys_own_assistant,
    ),
    limiter=True,
)
