"""The fields that OpenAI knows and a project has not: accepted, and without effect."""

from collections.abc import Callable

from contract_tests.generators.session import Session, step
from contract_tests.http import operations
from contract_tests.http.messages import Exchange, Json, Request
from contract_tests.http.openapi import ignored_fields, ignored_names

SHOWN = [ignored_fields()[name] for name in ignored_names()]
UNSHOWN = [field for field in ignored_fields().values() if not field.reads]
ACCEPTED = tuple(field.accepted_id for field in SHOWN)
NOT_KEPT = tuple(field.not_kept_id for field in SHOWN)
HOLD = (
    "ignored/constants-hold",
    "ignored/model-and-temperature-are-the-organizations",
    "ignored/tools-are-file-search",
)

# The longest values that the schemas allow.
AT_BOUNDS: dict[str, Json] = {
    "description": "d" * 512,
    "metadata": {f"{number:02}".ljust(64, "k"): "v" * 512 for number in range(16)},
}
# Typical values, null and empty values, and two rounds at the bounds.
ROUNDS: list[dict[str, Json]] = [{field.name: field.value(number) for field in SHOWN} for number in range(4)]
ROUNDS[-1] |= AT_BOUNDS
ABSURD: dict[str, list[Json]] = {field.name: list(field.absurd) for field in SHOWN}


def _sent(session: Session, send: Callable[[dict[str, Json]], Request], fields: dict[str, Json]) -> Exchange:
    """All the fields in one call; each in one of its own if that is not accepted, so as to tell which it is."""
    exchange = session.send(send(fields))
    if not exchange.response.accepted:
        for name, value in fields.items():
            session.send(send({name: value}))
    return exchange


def _round(session: Session, fields: dict[str, Json]) -> None:
    plain = session.create_assistant()
    session.read(plain)
    created = _sent(session, lambda body: operations.create({"name": session.unique_text("loaded"), **body}), fields)
    id = session.created_id(created) if created.response.accepted else plain
    session.read(id)
    for verb in (operations.modify, operations.patch):
        _sent(session, lambda body, verb=verb: verb(id, body), fields)  # type: ignore[misc]  # mypy: a default binds it
        session.read(id)
    session.read(plain)


@step(*ACCEPTED, *NOT_KEPT, *HOLD)
def typical_values(session: Session) -> None:
    """Values as an application sends them are accepted and leave no trace."""
    _round(session, ROUNDS[0])
    session.walk()
    session.read(session.create_assistant())


@step(*ACCEPTED, *NOT_KEPT, *HOLD)
def nulls_and_empties(session: Session) -> None:
    """Null and empty values, which some SDKs always send, are accepted and leave no trace."""
    _round(session, ROUNDS[1])


@step(*ACCEPTED, *NOT_KEPT, *HOLD, wide=True)
def values_at_their_bounds(session: Session) -> None:
    """Values at the bounds of OpenAI's reference are accepted and leave no trace."""
    for fields in ROUNDS[2:]:
        _round(session, fields)


@step("ignored/model-and-temperature-are-the-organizations", needs=["sibling"], wide=True)
def another_key_of_the_organization(session: Session) -> None:
    """What one key sends for the ignored fields does not reach what another makes."""
    session.create_assistant("sibling", **ROUNDS[0])
    session.create_assistant("sibling")
    session.read(session.create_assistant())


@step("ignored/constants-hold", needs=["foreign"], wide=True)
def another_organization(session: Session) -> None:
    """The constants are the same in every organization."""
    session.read(session.create_assistant("foreign", **ROUNDS[0]), "foreign")
    session.read(session.create_assistant("foreign"), "foreign")


@step(*(field.accepted_id for field in UNSHOWN))
def newer_fields(session: Session) -> None:
    """A field that newer SDKs can send, and that no answer shows, is accepted by create, POST and PATCH."""
    for field in UNSHOWN:
        body = {field.name: field.value(0)}
        session.send(operations.create({"name": session.unique_text("newer"), **body}))
        id = session.subject()
        for verb in (operations.modify, operations.patch):
            session.send(verb(id, body))
        session.read(id)


@step("ignored/absurd-values-are-harmless")
def absurd_values(session: Session) -> None:
    """A value out of range is ignored or refused, and stored by nobody."""
    id = session.create_assistant()
    for name, values in ABSURD.items():
        session.send(operations.modify(id, {"name": session.unique_text("absurd"), name: values[0]}))
    session.read(id)


@step("ignored/absurd-values-are-harmless", wide=True)
def more_absurd_values(session: Session) -> None:
    """The same of values of a wrong type, on create and by PATCH."""
    id = session.create_assistant()
    for name, values in ABSURD.items():
        for value in values:
            made = session.send(operations.create({"name": session.unique_text("absurd"), name: value}))
            if made.response.accepted:
                session.read(session.created_id(made))
            session.send(operations.patch(id, {name: value}))
        session.read(id)
