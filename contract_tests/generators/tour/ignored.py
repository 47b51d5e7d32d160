"""The fields that OpenAI knows and a project has not: accepted, and without effect."""

from collections.abc import Callable

from contract_tests.generators.session import Session, step
from contract_tests.http import operations
from contract_tests.http.messages import Exchange, Json, Request
from contract_tests.oracle.expectations import ALLOWED

ACCEPTED = tuple(f"ignored/{name}-accepted" for name in ALLOWED)
NOT_KEPT = tuple(f"ignored/{name}-not-kept" for name in ALLOWED)
HOLD = (
    "ignored/constants-hold",
    "ignored/model-and-temperature-are-the-organizations",
    "ignored/tools-are-file-search",
)

FUNCTION = {
    "type": "function",
    "function": {
        "name": "weather",
        "description": "Tells it.",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
    },
}
SCHEMA = {"type": "json_schema", "json_schema": {"name": "reply", "schema": {"type": "object"}}}
ROUNDS: list[dict[str, Json]] = [
    {
        "model": "gpt-4o",
        "temperature": 0.2,
        "description": "Answers customers.",
        "metadata": {"team": "blue"},
        "tools": [{"type": "code_interpreter"}],
        "tool_resources": {"file_search": {"vector_store_ids": ["vs_1"]}},
        "top_p": 0.5,
        "response_format": {"type": "json_object"},
    },
    {
        "model": "any",
        "temperature": None,
        "description": None,
        "metadata": None,
        "tools": [],
        "tool_resources": None,
        "top_p": None,
        "response_format": None,
    },
    {
        "model": "o3-mini",
        "temperature": 2,
        "description": "",
        "metadata": {},
        "tools": [FUNCTION],
        "tool_resources": {},
        "top_p": 0,
        "response_format": {"type": "text"},
    },
    {
        "model": "ft:gpt-4o:acme::1",
        "temperature": 0,
        "description": "d" * 512,
        "metadata": {f"{number:02}".ljust(64, "k"): "v" * 512 for number in range(16)},
        "tools": [{"type": "file_search"}, {"type": "code_interpreter"}, FUNCTION],
        "tool_resources": {"code_interpreter": {"file_ids": ["file_1"]}},
        "top_p": 1,
        "response_format": SCHEMA,
    },
]
ABSURD: dict[str, list[Json]] = {
    "model": [7, None, {}],
    "temperature": [3, "hot", -1],
    "description": [7, ["d"], {"d": 1}],
    "metadata": [7, "meta", {"n": {"deep": [1]}}],
    "tools": ["file_search", [7], [{"type": "retrieval"}]],
    "tool_resources": [7, "all", ["x"]],
    "top_p": [1.5, "p", -1],
    "response_format": [7, "xml", {"type": "xml"}],
}


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


@step("ignored/reasoning-effort-accepted")
def reasoning_effort(session: Session) -> None:
    """reasoning_effort, which newer SDKs can send, is accepted by create, POST and PATCH."""
    body = {"reasoning_effort": "low"}
    session.send(operations.create({"name": session.unique_text("reasoning"), **body}))
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
