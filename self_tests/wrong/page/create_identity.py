"""Wrong creates and modifies: they take over an identity that the caller sends."""

from __future__ import annotations

from contract_tests.http.operations import CREATE, MODIFIES, MODIFY, PATCH
from fake_server.domain.assistants import PREFIX, Project
from fake_server.fake import Answer, Call, Fake, Handler
from self_tests.wrong.wrong_server import everyone, handling, showing, write, wrong

TAKEN, KEPT = "create/identity-is-the-servers", "modify/keeps-identity"


def find(fake: Fake, id: object) -> Project | None:
    return next((each for each in everyone(fake) if PREFIX + each.id == id), None)


def birth_taken_over(fake: Fake, *operations: str) -> None:
    async def handle(old: Handler, call: Call) -> Answer:
        answer = await old(call)
        made = find(fake, answer.body["id"])
        if made and "created_at" in call.body:
            write(fake, made, created_at=call.body["created_at"])
            answer.body["created_at"] = call.body["created_at"]
        return answer

    handling(fake, handle, *operations)


@wrong(TAKEN)
def a_create_takes_the_birth_over(fake: Fake) -> None:
    """The row is made of all that the body has."""
    birth_taken_over(fake, CREATE)


@wrong(TAKEN)
def a_create_takes_the_id_over(fake: Fake) -> None:
    async def handle(old: Handler, call: Call) -> Answer:
        answer = await old(call)
        made, wanted = find(fake, answer.body["id"]), call.body.get("id")
        if made and isinstance(wanted, str) and not find(fake, wanted):
            write(fake, made, id=wanted.removeprefix(PREFIX))
            answer.body["id"] = wanted
        return answer

    handling(fake, handle, CREATE)


@wrong(TAKEN, each=["object", "id"])
def a_create_answers_what_was_sent_as(fake: Fake, field: str) -> None:
    """The answer is the body, merged over the row."""
    showing(fake, lambda call, document: {**document, field: call.body.get(field, document[field])}, CREATE)


@wrong(TAKEN)
def a_create_with_the_id_of_another_replaces_that_one(fake: Fake) -> None:
    """The create is an upsert."""

    async def handle(old: Handler, call: Call) -> Answer:
        known = find(fake, call.body.get("id"))
        if not known:
            return await old(call)
        write(fake, known, title=call.body["name"])
        return await fake.handlers["getAssistant"](Call(fake, call.key, call.body["id"], {}, {}))

    handling(fake, handle, CREATE)


@wrong(KEPT, each=[MODIFY, PATCH])
def the_birth_is_taken_over_by(fake: Fake, operation: str) -> None:
    birth_taken_over(fake, operation)


@wrong(KEPT, each=["id", "object", "created_at"])
def a_modify_answers_what_was_sent_as(fake: Fake, field: str) -> None:
    showing(fake, lambda call, document: {**document, field: call.body.get(field, document[field])}, *MODIFIES)


@wrong(KEPT)
def a_modify_moves_the_assistant_to_another_id(fake: Fake) -> None:
    """The body is merged into the row, the primary key included."""

    async def handle(old: Handler, call: Call) -> Answer:
        answer = await old(call)
        made, wanted = find(fake, call.assistant), call.body.get("id")
        if made and isinstance(wanted, str) and not find(fake, wanted):
            write(fake, made, id=wanted.removeprefix(PREFIX))
            answer.body["id"] = wanted
        return answer

    handling(fake, handle, *MODIFIES)
