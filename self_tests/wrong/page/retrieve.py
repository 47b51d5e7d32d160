"""Wrong retrieves: they show another assistant or other fields, or find an unknown id."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any

from contract_tests.http.operations import CREATE, LIST, MODIFIES, RETRIEVE
from fake_server.domain.assistants import PREFIX
from fake_server.fake import Answer, Call, Fake, Handler
from self_tests.wrong.wrong_server import BY_ID, answering, for_unknown, handling, showing, target, unknown, wrong

SAME, UNKNOWN = "retrieve/equals-created", "retrieve/unknown-is-404"
KEPT = "create/keeps-what-it-is-given"  # what is shown wrongly does not come back as sent


@wrong(SAME, KEPT)
def retrieve_adds_the_organizations_prompt(fake: Fake) -> None:
    """The page says that both prompts are merged. The merged prompt is for the model, not for the caller."""
    showing(fake, lambda _, document: {**document, "instructions": f"Be brief. {document['instructions']}"}, RETRIEVE)


@wrong(SAME, KEPT)
def retrieve_shows_no_instructions(fake: Fake) -> None:
    showing(fake, lambda _, document: {**document, "instructions": None}, RETRIEVE)


@wrong(SAME)
def retrieve_shows_null_as_empty_text(fake: Fake) -> None:
    showing(fake, lambda _, document: {**document, "instructions": document["instructions"] or ""}, RETRIEVE)


@wrong(SAME, KEPT)
def the_list_shows_null_as_empty_text(fake: Fake) -> None:
    showing(fake, lambda _, document: {**document, "instructions": document["instructions"] or ""}, LIST)


@wrong(SAME, KEPT)
def the_list_shortens_instructions(fake: Fake) -> None:
    showing(fake, lambda _, document: {**document, "instructions": (document["instructions"] or "")[:20] or None}, LIST)


@wrong(SAME, KEPT)
def the_list_shows_names_with_capitals(fake: Fake) -> None:
    showing(fake, lambda _, document: {**document, "name": (document["name"] or "").title()}, LIST)


@wrong(SAME, each=[RETRIEVE, LIST])
def created_at_is_now_in(fake: Fake, operation: str) -> None:
    """The serializer has a default."""
    births = iter(range(1_700_000_000, 2_000_000_000))
    showing(fake, lambda _, document: {**document, "created_at": next(births)}, operation)


@wrong(SAME)
def a_create_answers_a_later_birth(fake: Fake) -> None:
    """The program's clock gives the first time, the database's clock the second."""
    showing(fake, lambda _, document: {**document, "created_at": document["created_at"] + 2}, CREATE)


@wrong(SAME)
def retrieve_never_finds_anything(fake: Fake) -> None:
    """A pattern cuts the id at its hyphen."""
    unknown(fake, lambda _: True, *BY_ID)


@wrong(SAME)
def retrieve_finds_only_at_second_sight(fake: Fake) -> None:
    """A replica lags behind."""
    seen: set[str] = set()
    unknown(fake, lambda call: not (call.assistant in seen or seen.add(call.assistant)), RETRIEVE)  # type: ignore[func-returns-value]


@wrong(SAME)
def retrieve_answers_a_list_of_one(fake: Fake) -> None:
    showing(fake, lambda _, document: {"object": "list", "data": [document]}, RETRIEVE)


@wrong(SAME, KEPT, "org/closed-to-others")
def retrieve_answers_the_newest_whatever_was_asked(fake: Fake) -> None:
    """A mock repeats its last answer."""

    def handle(old: Handler, call: Call) -> Awaitable[Answer]:
        newest = fake.store.projects(call.key.organization)[-1]
        call.assistant = PREFIX + newest.id if target(call) else call.assistant
        return old(call)

    handling(fake, handle, RETRIEVE)


@wrong(SAME, KEPT)
def a_modified_assistant_is_retrieved_with_its_name_in_capitals(fake: Fake) -> None:
    touched: set[str] = set()
    answering(fake, lambda _, answer: touched.add(answer.body["id"]), *MODIFIES)
    showing(
        fake,
        lambda _, document: (
            {**document, "name": (document["name"] or "").upper()} if document["id"] in touched else None
        ),
        RETRIEVE,
    )


BODIES: dict[str, Any] = {
    "null": None,
    "an empty object": {},
    "an error with 200": {
        "error": {"message": "No assistant found.", "type": "not_found_error", "param": None, "code": None}
    },
}


@wrong(UNKNOWN, each=BODIES)
def an_unknown_id_answers(fake: Fake, what: str) -> None:
    for_unknown(fake, Answer(BODIES[what]), RETRIEVE)


@wrong(UNKNOWN, each=[400, 500])
def an_unknown_id_is_refused_with(fake: Fake, status: int) -> None:
    error = fake.envelope("No assistant found.", "invalid_request_error", None, None)
    for_unknown(fake, Answer(error, status), RETRIEVE)


@wrong(UNKNOWN)
def an_unknown_id_finds_the_most_alike(fake: Fake) -> None:
    """The query uses LIKE, or a search index."""

    def handle(old: Handler, call: Call) -> Awaitable[Answer]:
        alike = [each for each in fake.store.projects(call.key.organization) if each.id[:8] == call.assistant[5:13]]
        call.assistant = PREFIX + alike[0].id if alike and not target(call) else call.assistant
        return old(call)

    handling(fake, handle, RETRIEVE)
