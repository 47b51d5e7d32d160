"""The ignored fields: OpenAI has them, a project does not. They are accepted and have no effect."""

from collections.abc import Callable

from contract_tests.generators.session import Session
from contract_tests.generators.steps import step
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


def _send_fields(session: Session, build: Callable[[dict[str, Json]], Request], fields: dict[str, Json]) -> Exchange:
    """Sends all fields in one call; if that call is refused, each field alone, to find the refused one."""
    exchange = session.send(build(fields))
    if not exchange.response.accepted:
        for name, value in fields.items():
            session.send(build({name: value}))
    return exchange


def _round(session: Session, fields: dict[str, Json]) -> None:
    plain = session.create_assistant()
    session.retrieve(plain)
    created = _send_fields(
        session, lambda body: operations.create({"name": session.unique_text("loaded"), **body}), fields
    )
    id = session.created_id(created) if created.response.accepted else plain
    session.retrieve(id)
    for verb in (operations.modify, operations.patch):
        _send_fields(session, lambda body, verb=verb: verb(id, body), fields)  # type: ignore[misc]  # mypy: a default binds it
        session.retrieve(id)
    session.retrieve(plain)


@step(*ACCEPTED, *NOT_KEPT, *HOLD)
def typical_values(session: Session) -> None:
    """Typical values of an application are accepted and have no effect."""
    _round(session, ROUNDS[0])
    session.walk()
    session.retrieve(session.create_assistant())


@step(*ACCEPTED, *NOT_KEPT, *HOLD)
def nulls_and_empties(session: Session) -> None:
    """Null and empty values, which some SDKs always send, are accepted and have no effect."""
    _round(session, ROUNDS[1])


@step(*ACCEPTED, *NOT_KEPT, *HOLD, wide=True)
def values_at_the_limits(session: Session) -> None:
    """Values at the limits of OpenAI's reference are accepted and have no effect."""
    for fields in ROUNDS[2:]:
        _round(session, fields)


@step("ignored/model-and-temperature-are-the-organizations", needs=("sibling",), wide=True)
def ignored_fields_of_a_second_key(session: Session) -> None:
    """Ignored fields that one key sends do not appear in assistants that another key creates."""
    session.create_assistant("sibling", **ROUNDS[0])
    session.create_assistant("sibling")
    session.retrieve(session.create_assistant())


@step("ignored/constants-hold", needs=("foreign",), wide=True)
def constants_in_another_organization(session: Session) -> None:
    """The constant fields have the same values in every organization."""
    session.retrieve(session.create_assistant("foreign", **ROUNDS[0]), "foreign")
    session.retrieve(session.create_assistant("foreign"), "foreign")


@step("ignored/reasoning-effort-accepted", requests=1)
def reasoning_effort(session: Session, rich: str) -> None:
    """The field reasoning_effort, which newer SDKs can send, is accepted by create and by both modifies."""
    body: dict[str, Json] = {"reasoning_effort": "low"}
    create = operations.create({"name": session.unique_text("reasoning"), **body})
    for request in session.sample((operations.modify(rich, body), operations.patch(rich, body), create), 1):
        session.send(request)
    session.verify(rich)


@step("ignored/absurd-values-are-harmless", requests=1)
def absurd_values(session: Session, other: str) -> None:
    """A value of a wrong type or out of range is ignored or refused, and is not stored."""
    together = operations.patch(other, {name: values[0] for name, values in ABSURD.items()})
    alone = [
        operations.modify(other, {"name": session.unique_text("absurd"), name: values[0]})
        for name, values in ABSURD.items()
    ]
    for request in session.sample((together, *alone), 1):
        session.send(request)
    session.verify(other)


@step("ignored/absurd-values-are-harmless", wide=True)
def more_absurd_values(session: Session) -> None:
    """More such values, sent by create and by PATCH, are not stored."""
    id = session.create_assistant()
    for name, values in ABSURD.items():
        for value in values:
            created = session.send(operations.create({"name": session.unique_text("absurd"), name: value}))
            if created.response.accepted:
                session.retrieve(session.created_id(created))
            session.send(operations.patch(id, {name: value}))
        session.retrieve(id)
