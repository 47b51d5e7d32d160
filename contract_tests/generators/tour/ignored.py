"""The ignored fields: OpenAI has them, a project does not. They are accepted and have no effect."""

from collections.abc import Callable

from contract_tests.generators.field_values import absurd, rounds
from contract_tests.generators.hostile_call import find_present, send_hostile
from contract_tests.generators.session import Session
from contract_tests.generators.steps import step
from contract_tests.http import editions, operations
from contract_tests.http.messages import Exchange, Json, Request
from contract_tests.http.openapi import ignored_fields, ignored_names

# The fields of the page's edition, whatever the process judges by: other editions leave these steps out.
with editions.use(editions.PAGE):
    SHOWN = [ignored_fields()[name] for name in ignored_names()]
    UNSHOWN = [field for field in ignored_fields().values() if not field.reads]
ACCEPTED = tuple(field.accepted_id for field in SHOWN)
NOT_KEPT = tuple(field.not_kept_id for field in SHOWN)
HOLD = (
    "ignored/constants-hold",
    "ignored/model-and-temperature-are-the-organizations",
    "ignored/tools-are-file-search",
)


def send_fields(session: Session, build: Callable[[dict[str, Json]], Request], fields: dict[str, Json]) -> Exchange:
    """Sends all fields in one call; if that call is refused, each field alone, to find the refused one."""
    exchange = session.send(build(fields))
    if not exchange.response.accepted:
        for name, value in fields.items():
            session.send(build({name: value}))
    return exchange


def send_round(session: Session, fields: dict[str, Json]) -> None:
    """Sends the fields by create, POST and PATCH, and reads after each; another assistant is read at both ends."""
    plain = session.create_assistant()
    session.retrieve(plain)
    created = send_fields(
        session, lambda body: operations.create({"name": session.unique_text("loaded"), **body}), fields
    )
    id = session.created_id(created) if created.response.accepted else plain
    session.retrieve(id)
    for verb in operations.VERBS:
        send_fields(session, lambda body, verb=verb: verb(id, body), fields)  # type: ignore[misc]  # mypy: a default binds it
        session.retrieve(id)
    session.retrieve(plain)


@step(*ACCEPTED, *NOT_KEPT, *HOLD)
def typical_values(session: Session) -> None:
    """Typical values of an application are accepted and have no effect."""
    send_round(session, rounds()[0])
    session.walk()
    session.retrieve(session.create_assistant())


@step(*ACCEPTED, *NOT_KEPT, *HOLD)
def nulls_and_empties(session: Session) -> None:
    """Null and empty values, which some SDKs always send, are accepted and have no effect."""
    send_round(session, rounds()[1])


@step(*ACCEPTED, *NOT_KEPT, *HOLD, wide=True)
def values_at_the_limits(session: Session) -> None:
    """Values at the limits of OpenAI's reference are accepted and have no effect."""
    for fields in rounds()[2:]:
        send_round(session, fields)


@step("ignored/model-and-temperature-are-the-organizations", needs=("sibling",), wide=True)
def ignored_fields_of_a_second_key(session: Session) -> None:
    """Ignored fields that one key sends do not appear in assistants that another key creates."""
    session.create_assistant("sibling", **rounds()[0])
    session.create_assistant("sibling")
    session.retrieve(session.create_assistant())


@step("ignored/constants-hold", needs=("foreign",), wide=True)
def constants_in_another_organization(session: Session) -> None:
    """The constant fields have the same values in every organization."""
    session.retrieve(session.create_assistant("foreign", **rounds()[0]), "foreign")
    session.retrieve(session.create_assistant("foreign"), "foreign")


@step(*(field.accepted_id for field in UNSHOWN), requests=len(UNSHOWN))
def newer_fields(session: Session, rich: str) -> None:
    """A field that newer SDKs can send, and that no answer shows, is accepted by create and by both modifies."""
    for field in UNSHOWN:
        body = {field.name: field.value(0)}
        create = operations.create({"name": session.unique_text("newer"), **body})
        for request in session.sample((operations.modify(rich, body), operations.patch(rich, body), create), 1):
            session.send(request)
    session.verify(rich)


@step("ignored/absurd-values-are-harmless", requests=1)
def absurd_values(session: Session, other: str) -> None:
    """Values of a wrong type or out of range, all in one call, are ignored or refused, and are not stored."""
    session.send(operations.patch(other, {name: values[0] for name, values in absurd().items()}))
    session.verify(other)


@step("ignored/absurd-values-are-harmless", wide=True, hostile=True)
def absurd_values_beside_a_name(session: Session) -> None:
    """Each such value beside a new name is not stored, by create, POST and PATCH. A refused call changes nothing."""
    id = ""
    for field, values in absurd().items():
        for value in values:
            send_hostile(session, operations.create({"name": session.unique_text("absurd"), field: value}))
            for verb in operations.VERBS:
                id = find_present(session, id)
                send_hostile(session, verb(id, {"name": session.unique_text("absurd"), field: value}), id)
            session.retrieve(id)
    session.walk()
