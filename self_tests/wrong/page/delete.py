"""Wrong deletes: they answer otherwise, do not delete, or delete too much."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from contract_tests.http.operations import DELETE, MODIFIES, MODIFY, PATCH, RETRIEVE
from fake_server.domain.assistants import PREFIX, Project
from fake_server.domain.errors import BoundAssistant, UnknownAssistant
from fake_server.fake import Answer, Call, Fake, Handler
from fake_server.http.handlers import delete_assistant
from self_tests.wrong.wrong_server import answering, around, for_unknown, handling, kind, refusal, target, write, wrong

DELETED, GONE, ONLY = "delete/answers-deleted", "delete/gone", "delete/only-its-target"
SELF, SURVIVES, OWN = "delete/self-refused", "delete/self-survives", "delete/self-is-the-keys-own"
UNKNOWN = "delete/unknown-is-404"
ANSWERS: dict[str, Callable[[str], Any]] = {
    "object assistant": lambda id: {"id": id, "object": "assistant", "deleted": True},
    "deleted false": lambda id: {"id": id, "object": "assistant.deleted", "deleted": False},
    "deleted as text": lambda id: {"id": id, "object": "assistant.deleted", "deleted": "true"},
    "no deleted": lambda id: {"id": id, "object": "assistant.deleted"},
    "a bare id": lambda id: {"id": id.removeprefix(PREFIX), "object": "assistant.deleted", "deleted": True},
    "the id of another": lambda _: {"id": "asst-abc", "object": "assistant.deleted", "deleted": True},
    "null": lambda _: None,
    "success": lambda _: {"success": True},
}


@wrong(DELETED, each=ANSWERS)
def a_delete_answers(fake: Fake, what: str) -> None:
    answering(fake, lambda _, answer: Answer(ANSWERS[what](answer.body["id"])), DELETE)


@wrong(DELETED, each=[204])
def a_delete_answers_the_status(fake: Fake, status: int) -> None:
    answering(fake, lambda _, answer: setattr(answer, "status", status), DELETE)


@wrong(DELETED)
def a_delete_answers_the_assistant_that_was(fake: Fake) -> None:
    async def handle(old: Handler, call: Call) -> Answer:
        before = await fake.handlers[RETRIEVE](call)
        await old(call)
        return before

    handling(fake, handle, DELETE)


# --- gone


@wrong(GONE)
def nothing_is_deleted(fake: Fake) -> None:
    around(fake.store, "remove", lambda _old, *_project: True)


def remember_deleted(fake: Fake) -> dict[str, Project]:
    """A dictionary that is filled with the deleted projects, by the assistant's id."""
    gone: dict[str, Project] = {}

    async def handle(old: Handler, call: Call) -> Answer:
        before, answer = target(call), await old(call)
        if before:
            gone[call.assistant] = before
        return answer

    handling(fake, handle, DELETE)
    return gone


def restored(call: Call, gone: dict[str, Project]) -> None:
    """Adds the project again that the call names, if it was deleted."""
    if call.assistant in gone and not target(call):
        call.fake.store.table("projects").insert(vars(gone[call.assistant]))


@wrong(GONE, each=[RETRIEVE, MODIFY, PATCH])
def a_soft_delete_that_an_operation_does_not_heed(fake: Fake, operation: str) -> None:
    """The code sets `deleted_at`, and one older query does not look at that column."""
    gone = remember_deleted(fake)

    async def handle(old: Handler, call: Call) -> Answer:
        restored(call, gone)
        answer = await old(call)
        if call.assistant in gone:
            fake.store.remove(call.key.organization, gone[call.assistant].id)
        return answer

    handling(fake, handle, operation)


@wrong(GONE)
def a_deleted_assistant_is_listed_still(fake: Fake) -> None:
    gone = remember_deleted(fake)
    around(fake.store, "projects", lambda old, organization: [*old(organization), *of(organization, gone)])


def of(organization: str, projects: dict[str, Project]) -> list[Project]:
    return [each for each in projects.values() if each.organization == organization]


@wrong(GONE)
def a_modify_revives(fake: Fake) -> None:
    gone = remember_deleted(fake)

    def handle(old: Handler, call: Call) -> Awaitable[Answer]:
        restored(call, gone)
        return old(call)

    handling(fake, handle, *MODIFIES)


@wrong(GONE)
def a_second_delete_is_a_success(fake: Fake) -> None:
    """Textbooks on REST want an idempotent delete."""
    gone = remember_deleted(fake)

    def handle(old: Handler, call: Call) -> Awaitable[Answer]:
        restored(call, gone)
        return old(call)

    handling(fake, handle, DELETE)


@wrong(GONE, each=[403, 410])
def a_deleted_assistant_answers(fake: Fake, status: int) -> None:
    gone = remember_deleted(fake)
    refused = refusal(fake, status)

    async def handle(old: Handler, call: Call) -> Answer:
        try:
            return await old(call)
        except UnknownAssistant:
            raise refused if call.assistant in gone else UnknownAssistant("No.") from None

    handling(fake, handle, RETRIEVE, *MODIFIES, DELETE)


@wrong(GONE)
def a_deleted_assistant_reads_null(fake: Fake) -> None:
    gone = remember_deleted(fake)
    answer = Answer(None)

    async def handle(old: Handler, call: Call) -> Answer:
        return answer if call.assistant in gone else await old(call)

    handling(fake, handle, RETRIEVE)


# --- only-its-target


def deleting_too(fake: Fake, which: Callable[[Project, Project], bool]) -> None:
    """Deletes other projects with the named one, but no project that a key is bound to."""

    async def handle(old: Handler, call: Call) -> Answer:
        meant, answer = target(call), await old(call)
        for each in list(fake.store.projects(call.key.organization)):
            if meant and each.prompt and which(meant, each):
                fake.store.remove(each.organization, each.id)
        return answer

    handling(fake, handle, DELETE)


@wrong(ONLY)
def a_neighbour_is_deleted_too(fake: Fake) -> None:
    deleting_too(fake, lambda _, each: each == fake.store.projects(each.organization)[-1])


@wrong(ONLY)
def those_of_the_same_minute_are_deleted_too(fake: Fake) -> None:
    deleting_too(fake, lambda meant, each: each.created_at - meant.created_at < 60)


@wrong(ONLY)
def all_are_deleted(fake: Fake) -> None:
    """The DELETE has no WHERE."""
    deleting_too(fake, lambda _meant, _each: True)


@wrong(ONLY, "delete/gone")
def the_oldest_is_deleted_in_its_place(fake: Fake) -> None:
    """The code takes the row number for the id."""

    def remove(old: Callable[..., bool], organization: str, id: str) -> bool:
        ours = [each.id for each in fake.store.projects(organization) if each.prompt]
        return old(organization, ours[0] if ours else id)

    around(fake.store, "remove", remove)


# --- self


@wrong(SELF)
def the_own_assistant_can_be_deleted(fake: Fake) -> None:
    handling(fake, lambda old, call: old(replace(call, key=replace(call.key, project=""))), DELETE)


@wrong(SELF)
def the_organizations_first_is_guarded_and_not_the_keys_own(fake: Fake) -> None:
    handling(fake, lambda old, call: old(replace(call, key=replace(call.key, project="acme-support"))), DELETE)


@wrong(SELF, each=[403])
def the_own_assistants_deletion_is_refused_with(fake: Fake, status: int) -> None:
    kind(fake, BoundAssistant, status=status)


@wrong(SELF, "errors/types", each=["permission_error"])
def the_own_assistants_deletion_is_refused_as(fake: Fake, type: str) -> None:
    kind(fake, BoundAssistant, type=type)


SENTENCE = "Cannot delete the assistant this API key is bound to. Rotate the key first, then retry."
SENTENCES = {
    "of its own": "You cannot delete this assistant.",
    "without its full stop": SENTENCE.removesuffix("."),
    "before which stands more": f"400 Bad Request: {SENTENCE}",
    "with a typographic space": SENTENCE.replace(" Rotate", "\u00a0Rotate"),
}


@wrong(SELF, each=SENTENCES)
def the_own_assistants_deletion_is_refused_with_a_sentence(fake: Fake, what: str) -> None:
    refusing_self(fake, BoundAssistant(SENTENCES[what]))


def refusing_self(fake: Fake, refused: Exception, first: Callable[[Call], Any] = lambda _: None) -> None:
    async def handle(old: Handler, call: Call) -> Answer:
        try:
            return await old(call)
        except BoundAssistant:
            first(call)
            raise refused from None

    handling(fake, handle, DELETE)


@wrong(SELF)
def the_own_assistants_deletion_is_a_success_that_does_nothing(fake: Fake) -> None:
    async def handle(old: Handler, call: Call) -> Answer:
        if call.assistant == PREFIX + call.key.project:
            return Answer({"id": call.assistant, "object": "assistant.deleted", "deleted": True})
        return await old(call)

    handling(fake, handle, DELETE)


@wrong(SURVIVES)
def the_own_assistants_deletion_is_refused_but_done(fake: Fake) -> None:
    """The delete runs, and a trigger complains afterwards."""
    refused = BoundAssistant(SENTENCE)
    refusing_self(fake, refused, lambda call: fake.store.remove(call.key.organization, call.key.project))


@wrong(SURVIVES, "modify/seen-everywhere")
def the_refused_deletion_empties_the_assistant(fake: Fake) -> None:
    """The parts are deleted first, and the guard stands before the last of them."""
    refusing_self(fake, BoundAssistant(SENTENCE), lambda call: write(fake, target(call) or nobody(), title="(deleted)"))


def nobody() -> Project:
    return Project("", "", "", None, 0)


@wrong("delete/self-survives")
def the_refused_deletion_hides_it_from_the_list(fake: Fake) -> None:
    hidden: list[str] = []
    refusing_self(fake, BoundAssistant(SENTENCE), lambda call: hidden.append(call.assistant))
    around(
        fake, "page", lambda page, projects, query: page([p for p in projects if PREFIX + p.id not in hidden], query)
    )


@wrong(OWN)
def every_keys_assistant_is_guarded(fake: Fake) -> None:
    """`exists(select key where project = ...)` also finds the keys of other users."""

    def handle(old: Handler, call: Call) -> Awaitable[Answer]:
        if call.assistant in [PREFIX + key.project for key in fake.store.all_keys()]:
            raise BoundAssistant(SENTENCE)
        return old(call)

    handling(fake, handle, DELETE)


@wrong(OWN, each=[403, 409, 500])
def another_keys_assistant_is_refused_with(fake: Fake, status: int) -> None:
    refused = refusal(fake, status)

    def handle(old: Handler, call: Call) -> Awaitable[Answer]:
        if call.assistant in [PREFIX + key.project for key in fake.store.all_keys() if key != call.key]:
            raise refused
        return old(call)

    handling(fake, handle, DELETE)


@wrong(OWN)
def another_keys_assistant_looks_unknown(fake: Fake) -> None:
    def handle(old: Handler, call: Call) -> Awaitable[Answer]:
        if call.assistant in [PREFIX + key.project for key in fake.store.all_keys() if key != call.key]:
            raise UnknownAssistant("No such assistant.")
        return old(call)

    handling(fake, handle, DELETE)


# --- unknown-is-404


@wrong(UNKNOWN)
def deleting_an_unknown_id_is_a_success(fake: Fake) -> None:
    """REST says that DELETE is idempotent, and the code does not count the rows."""

    async def handle(_: Handler, call: Call) -> Answer:
        try:
            return await delete_assistant(call)
        except UnknownAssistant:
            return Answer({"id": call.assistant, "object": "assistant.deleted", "deleted": True})

    handling(fake, handle, DELETE)


NOT_DELETED = {"id": "asst-x", "object": "assistant.deleted", "deleted": False}
NOTHING: dict[str, Any] = {"deleted false": NOT_DELETED, "null": None, "an empty object": {}}


@wrong(UNKNOWN, each=NOTHING)
def deleting_an_unknown_id_answers(fake: Fake, what: str) -> None:
    for_unknown(fake, Answer(NOTHING[what]), DELETE)


@wrong(UNKNOWN, each=[204, 400, 500])
def deleting_an_unknown_id_is_refused_with(fake: Fake, status: int) -> None:
    error = fake.envelope("No assistant found.", "invalid_request_error", None, None)
    for_unknown(fake, Answer(error, status), DELETE)


@wrong("errors/envelope")
def deleting_an_unknown_id_is_a_404_with_the_body_of_a_success(fake: Fake) -> None:
    for_unknown(fake, Answer(NOT_DELETED, 404), DELETE)
