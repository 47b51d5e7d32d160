"""Wrong modifies: they differ by method, change too much or too little, or are lost."""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import replace
from itertools import count
from typing import Any

from contract_tests.http.operations import CREATE, DELETE, LIST, MODIFIES, MODIFY, PATCH, RETRIEVE
from contract_tests.oracle.calls import TEXTS
from fake_server.contract.openapi import Operation
from fake_server.domain.assistants import Project
from fake_server.domain.errors import InvalidParameter
from fake_server.fake import Answer, Call, Fake, Handler
from fake_server.http.handlers import get_assistant, render
from fake_server.storage.file_format import Tables
from self_tests.wrong.wrong_server import (
    Document,
    answering,
    around,
    for_unknown,
    getting,
    handling,
    listing,
    reading_field,
    refusal,
    refusing,
    showing,
    target,
    write,
    wrong,
)

ALIKE, PARTIAL, EMPTY = "modify/post-and-patch-alike", "modify/partial", "modify/empty-body-changes-nothing"
KEPT = "create/keeps-what-it-is-given"  # a text that a modify does not write does not come back as sent
CLEAR, IDENTITY, ONLY = "modify/empty-instructions-clear", "modify/keeps-identity", "modify/only-its-target"
SEEN, BAD, UNKNOWN = "modify/seen-everywhere", "modify/bad-body-changes-nothing", "modify/unknown-is-404"


def replaced(body: Document) -> Document:
    """The body as a replacement: a field that was not sent is empty."""
    return {"instructions": None} | body


async def do_nothing(_: Handler, call: Call) -> Answer:
    return await get_assistant(call)


# --- post-and-patch-alike


@wrong(ALIKE, each=[404, 405])
def patch_is_not_known_and_answers(fake: Fake, status: int) -> None:
    """OpenAI's own reference has no PATCH."""
    refused = refusal(fake, status)
    refusing_all(fake, refused, PATCH)


def refusing_all(fake: Fake, refused: Exception, *operations: str) -> None:
    def handle(*_: Any) -> Awaitable[Answer]:
        raise refused

    handling(fake, handle, *operations)


@wrong(ALIKE, PARTIAL, each=MODIFIES)
def one_verb_replaces_and_the_other_merges(fake: Fake, operation: str) -> None:
    """This operation replaces the assistant, as PUT does in textbooks on REST. The other operation merges."""
    getting(fake, replaced, operation)


@wrong(ALIKE, CLEAR, each=MODIFIES)
def one_verb_does_not_clear(fake: Fake, operation: str) -> None:
    getting(fake, lambda body: without_empty(body), operation)


def without_empty(body: Document) -> Document:
    return {name: value for name, value in body.items() if value != ""}


@wrong(ALIKE, "modify/seen-everywhere", "modify/empty-instructions-clear", KEPT, each=MODIFIES)
def one_verb_does_nothing(fake: Fake, operation: str) -> None:
    """The operation answers 200, with the assistant unchanged."""
    handling(fake, do_nothing, operation)


@wrong(ALIKE, "modify/seen-everywhere", "modify/empty-instructions-clear", KEPT, each=MODIFIES)
def one_verb_takes_the_name_alone(fake: Fake, operation: str) -> None:
    getting(fake, lambda body: {name: value for name, value in body.items() if name == "name"}, operation)


@wrong(ALIKE)
def patch_refuses_an_empty_body(fake: Fake) -> None:
    refusing(fake, lambda body: body == {}, PATCH)


@wrong(ALIKE, "modify/partial")
def post_demands_a_name(fake: Fake) -> None:
    """Both POST operations use the schema of create."""
    refusing(fake, lambda body: "name" not in body, MODIFY)


# --- partial


@wrong(PARTIAL)
def a_rename_wipes_the_instructions(fake: Fake) -> None:
    getting(fake, replaced, *MODIFIES)


@wrong(PARTIAL)
def new_instructions_reset_the_name(fake: Fake) -> None:
    getting(fake, lambda body: {"name": "Untitled"} | body, *MODIFIES)


@wrong(PARTIAL)
def a_name_is_demanded_by_every_modify(fake: Fake) -> None:
    refusing(fake, lambda body: "name" not in body, *MODIFIES)


@wrong(PARTIAL)
def instructions_are_demanded_by_every_modify(fake: Fake) -> None:
    refusing(fake, lambda body: "instructions" not in body, *MODIFIES)


@wrong("create/keeps-what-it-is-given")
def new_instructions_are_added_to_the_old(fake: Fake) -> None:
    """The code is `project.prompt += body.instructions`."""

    async def handle(old: Handler, call: Call) -> Answer:
        before = target(call)
        if before and before.prompt and call.body.get("instructions"):
            call.body = {**call.body, "instructions": before.prompt + call.body["instructions"]}
        return await old(call)

    handling(fake, handle, *MODIFIES)


@wrong(PARTIAL)
def clearing_wipes_the_name_too(fake: Fake) -> None:
    getting(fake, lambda body: body | {"name": "Untitled"} if body == {"instructions": ""} else body, *MODIFIES)


# --- empty-body-changes-nothing


@wrong(EMPTY)
def an_empty_body_is_refused(fake: Fake) -> None:
    """The schema has `minProperties: 1`, or the server answers "nothing to update"."""
    refusing(fake, lambda body: body == {}, *MODIFIES)


@wrong(EMPTY)
def an_empty_body_wipes_everything(fake: Fake) -> None:
    getting(fake, lambda body: body or {"name": "Untitled", "instructions": None}, *MODIFIES)


@wrong(EMPTY)
def an_empty_body_wipes_the_instructions_and_says_nothing(fake: Fake) -> None:

    def wipe(call: Call, _: Answer) -> None:
        if (project := target(call)) and call.body == {}:
            write(fake, project, prompt=None)

    answering(fake, wipe, *MODIFIES)


@wrong(EMPTY, each=[204])
def an_empty_body_answers_nothing(fake: Fake, status: int) -> None:
    answering(fake, lambda call, _: Answer(None, status) if call.body == {} else None, *MODIFIES)


@wrong("errors/never-5xx")
def an_empty_body_crashes(fake: Fake) -> None:
    """The statement is `UPDATE projects SET  WHERE id = ...`."""
    getting(fake, lambda body: body | {"name": body["name"]} if body == {} else body, *MODIFIES)


# --- empty-instructions-clear


@wrong(CLEAR)
def an_empty_text_is_taken_for_nothing(fake: Fake) -> None:
    """The check is `if instructions:`; COALESCE and Go's omitempty do the same."""
    getting(fake, without_empty, *MODIFIES)


@wrong(CLEAR)
def an_empty_text_is_refused(fake: Fake) -> None:
    """The schema has `minLength: 1`."""
    refusing(fake, lambda body: body.get("instructions") == "", *MODIFIES)


@wrong(CLEAR, each=[" ", "You are a helpful assistant."])
def an_empty_text_becomes(fake: Fake, text: str) -> None:
    getting(fake, lambda body: body | {"instructions": text} if body.get("instructions") == "" else body, *MODIFIES)


@wrong(CLEAR)
def an_empty_text_clears_in_the_answer_alone(fake: Fake) -> None:
    changing(fake, lambda changes: {name: value for name, value in changes.items() if value is not None})
    showing(fake, lambda call, document: document | ({"instructions": None} if clears(call) else {}), *MODIFIES)


def clears(call: Call) -> bool:
    return call.body.get("instructions") == ""


def changing(fake: Fake, change: Callable[[Document], Document]) -> None:
    """Changes the fields that the store has to write (title, prompt)."""
    around(fake.store, "change", lambda old, organization, id, changes: old(organization, id, change(changes)))


@wrong(CLEAR)
def an_empty_text_clears_everywhere_but_in_the_list(fake: Fake) -> None:
    """The list has a column of its own, which is written only if the text is not empty."""
    last: dict[str, str | None] = {}

    def remember(call: Call, document: Document) -> None:
        if not clears(call):
            last[document["id"]] = document["instructions"]

    showing(fake, remember, CREATE, *MODIFIES)
    showing(fake, lambda _, document: document | {"instructions": last.get(document["id"])}, LIST)


@wrong(CLEAR)
def an_empty_text_beside_a_name_is_taken_for_nothing(fake: Fake) -> None:
    getting(fake, lambda body: without_empty(body) if "name" in body else body, *MODIFIES)


# --- keeps-identity


@wrong("modify/post-and-patch-alike")
def a_patch_answers_201(fake: Fake) -> None:
    answering(fake, lambda _, answer: setattr(answer, "status", 201), PATCH)


@wrong(IDENTITY)
def a_modify_is_now(fake: Fake) -> None:
    """One column holds the time of the newest change. Three modifies of this server fit into a second."""
    modifies = count()
    showing(fake, lambda _, shown: {**shown, "created_at": shown["created_at"] + next(modifies) // 3}, *MODIFIES)


@wrong(IDENTITY)
def a_modify_is_a_new_birth(fake: Fake) -> None:
    """One column holds created_at and updated_at."""
    births = iter(range(1_900_000_000, 2_000_000_000))
    changing(fake, lambda changes: {**changes, "created_at": next(births)})


@wrong(IDENTITY)
def a_modify_answers_another_birth(fake: Fake) -> None:
    showing(fake, lambda _, document: {**document, "created_at": 0}, *MODIFIES)


@wrong(IDENTITY)
def a_modify_gives_a_new_id(fake: Fake) -> None:
    """Each modify creates a new version with a new id."""
    showing(fake, lambda _, document: {**document, "id": document["id"] + "v2"}, *MODIFIES)


@wrong(IDENTITY)
def a_modify_takes_over_the_id_of_another(fake: Fake) -> None:
    """The sent document is merged into the stored one."""
    taken: dict[str, str] = {}

    async def handle(old: Handler, call: Call) -> Answer:
        answer = await old(call)
        if isinstance(sent := call.body.get("id"), str):
            taken[call.assistant] = sent
        return answer

    def frame(page: Document) -> None:
        page.update(first_id=page["data"][0]["id"], last_id=page["data"][-1]["id"])

    handling(fake, handle, *MODIFIES)
    showing(fake, lambda _, shown: {**shown, "id": taken.get(shown["id"], shown["id"])}, *MODIFIES, RETRIEVE, LIST)
    listing(fake, lambda page: frame(page) if page["data"] else None)


@wrong(IDENTITY, each=["assistant.updated"])
def a_modify_answers_the_object(fake: Fake, value: str) -> None:
    showing(fake, lambda _, document: {**document, "object": value}, *MODIFIES)


# --- only-its-target


def spreading(fake: Fake, to: Callable[[Project, Project], bool], *operations: str) -> None:
    """Writes the fields of one project to other projects too."""

    async def handle(old: Handler, call: Call) -> Answer:
        meant = target(call)
        if meant and meant.organization == call.key.organization:
            changes = {"name": "title", "instructions": "prompt"}
            fields = {changes[name]: value or None for name, value in call.body.items() if name in changes}
            for each in fake.store.projects(call.key.organization):
                if to(meant, each):
                    write(fake, each, **fields)
        return await old(call)

    handling(fake, handle, *operations or MODIFIES)


@wrong(ONLY, each=MODIFIES)
def all_are_modified(fake: Fake, operation: str) -> None:
    """The UPDATE has no WHERE."""
    spreading(fake, lambda _meant, _each: True, operation)


@wrong(ONLY)
def the_newest_is_modified_too(fake: Fake) -> None:
    spreading(fake, lambda _, each: each == fake.store.projects(each.organization)[-1])


@wrong(ONLY)
def those_born_in_the_same_minute_are_modified_too(fake: Fake) -> None:
    """The table's key has the minute of creation in the place of an id."""
    spreading(fake, lambda meant, each: each.created_at - meant.created_at < 60)


@wrong(ONLY)
def a_clearing_clears_all(fake: Fake) -> None:
    async def handle(old: Handler, call: Call) -> Answer:
        answer = await old(call)
        for each in fake.store.projects(call.key.organization) if call.body.get("instructions") == "" else []:
            write(fake, each, prompt=None)
        return answer

    handling(fake, handle, *MODIFIES)


# --- seen-everywhere


@wrong(SEEN)
def a_modify_answers_the_new_and_keeps_the_old(fake: Fake) -> None:
    """The session is never committed."""
    answering_without_keeping(fake, *MODIFIES)


@wrong(SEEN)
def patch_answers_the_new_and_keeps_the_old(fake: Fake) -> None:
    answering_without_keeping(fake, PATCH)


def answering_without_keeping(fake: Fake, *operations: str) -> None:
    async def handle(old: Handler, call: Call) -> Answer:
        before = target(call)
        answer = await old(call)
        if before:
            write(fake, before, title=before.title, prompt=before.prompt)
        return answer

    handling(fake, handle, *operations)


@wrong(SEEN, "create/keeps-what-it-is-given")
def a_modify_answers_the_old_and_keeps_the_new(fake: Fake) -> None:
    """The answer is the row from before the update."""

    async def handle(old: Handler, call: Call) -> Answer:
        before = target(call)
        answer = await old(call)
        return Answer(render(call, before)) if before else answer

    handling(fake, handle, *MODIFIES)


def remembering(fake: Fake, *fields: str, on: str) -> None:
    """The operation `on` shows these fields as it showed them first: a modify does not clear a cache."""
    first: dict[str, Document] = {}

    def show(_: Call, document: Document) -> Document:
        return document | first.setdefault(document["id"], {field: document[field] for field in fields})

    showing(fake, show, on)


@wrong(SEEN, "modify/partial", each=[RETRIEVE, LIST])
def a_cache_that_no_modify_clears(fake: Fake, operation: str) -> None:
    remembering(fake, "name", "instructions", on=operation)


@wrong(SEEN, "delete/gone")
def reads_know_a_modify_or_a_delete_three_calls_later(fake: Fake) -> None:
    """They ask a replica, for which only a create waits."""
    past: deque[Tables] = deque(maxlen=3)

    async def read(old: Handler, call: Call) -> Answer:
        now = fake.store.copy_rows()
        past.append(now)
        fake.store.restore(past[0])
        try:
            return await old(call)
        finally:
            fake.store.restore(now)

    def write(old: Handler, call: Call) -> Awaitable[Answer]:
        past.append(fake.store.copy_rows())
        return old(call)

    def create(old: Handler, call: Call) -> Awaitable[Answer]:
        past.clear()
        return old(call)

    handling(fake, read, RETRIEVE, LIST)
    handling(fake, write, *MODIFIES, DELETE)
    handling(fake, create, CREATE)


@wrong(SEEN)
def the_list_keeps_an_older_copy_of_the_name(fake: Fake) -> None:
    remembering(fake, "name", on=LIST)


@wrong(SEEN)
def a_second_modify_is_not_kept(fake: Fake) -> None:
    """Optimistic locking never writes its version."""
    modifies: dict[str, int] = {}

    async def handle(old: Handler, call: Call) -> Answer:
        modifies[call.assistant] = modifies.get(call.assistant, 0) + 1
        before, answer = target(call), await old(call)
        if before and modifies[call.assistant] > 1:
            write(fake, before, title=before.title, prompt=before.prompt)
        return answer

    handling(fake, handle, *MODIFIES)


# --- bad-body-changes-nothing


def applying_the_good_part(fake: Fake, then: Callable[[Any], Any]) -> None:
    """Writes the valid texts of a body first, and checks the other fields afterwards."""

    async def handle(old: Handler, call: Call) -> Answer:
        bad = {name for name in TEXTS if not isinstance(call.body.get(name), str | None)}
        good = {name: value for name, value in call.body.items() if name not in bad}
        answer = await old(replace(call, body=good))
        return answer if good == dict(call.body) else then(answer)

    def check(old: Callable[..., Any], operation: Operation, value: Any) -> Any:
        return value if isinstance(value, dict) and operation.id in MODIFIES else old(operation, value)

    around(fake, "check_body", check)
    handling(fake, handle, *MODIFIES)


@wrong(BAD)
def the_good_part_of_a_bad_body_is_kept(fake: Fake) -> None:
    error = fake.envelope("That is not text.", "invalid_request_error", None, None)
    applying_the_good_part(fake, lambda _: Answer(error, 400))


@wrong(BAD)
def the_bad_part_of_a_body_is_passed_over(fake: Fake) -> None:
    applying_the_good_part(fake, lambda answer: answer)


@wrong(BAD, "errors/never-5xx")
def the_good_part_is_kept_and_the_rest_crashes(fake: Fake) -> None:
    error = fake.envelope("Oh.", "api_error", None, None)
    applying_the_good_part(fake, lambda _: Answer(error, 500))


@wrong(BAD, each=["name", "instructions"])
def a_number_becomes_text_in_a_modify(fake: Fake, field: str) -> None:
    reading_field(fake, field, int, str, *MODIFIES)


@wrong(BAD)
def patch_takes_an_object_for_instructions(fake: Fake) -> None:
    reading_field(fake, "instructions", dict, lambda _: "[object Object]", PATCH)


@wrong("errors/bad-input-is-400")
def a_bad_body_is_unprocessable(fake: Fake) -> None:
    refused = refusal(fake, 422)

    def check(old: Callable[..., Any], operation: Any, value: Any) -> Any:
        try:
            return old(operation, value)
        except InvalidParameter:
            raise refused if operation.id in MODIFIES else InvalidParameter("No.") from None

    around(fake, "check_body", check)


@wrong(BAD, "modify/seen-everywhere")
def a_bad_body_is_refused_and_clears_the_instructions(fake: Fake) -> None:

    def wipe(value: Any) -> Any:
        for each in fake.store.projects("org-acme"):
            write(fake, each, prompt=None)
        return value

    reading_field(fake, "instructions", int | float | list | dict, wipe, *MODIFIES)


# --- unknown-is-404


@wrong(UNKNOWN, "create/id-is-asst-hyphen", "delete/gone", each=MODIFIES)
def an_unknown_id_is_made(fake: Fake, operation: str) -> None:
    """The code is an upsert."""
    making_ghosts(fake, operation, answer=True)


@wrong(UNKNOWN, "delete/gone")
def an_unknown_id_is_refused_but_made(fake: Fake) -> None:
    making_ghosts(fake, *MODIFIES, answer=False)


def making_ghosts(fake: Fake, *operations: str, answer: bool) -> None:
    async def handle(old: Handler, call: Call) -> Answer:
        if target(call) or not call.assistant.startswith("asst-"):
            return await old(call)
        texts = call.body.get("name") or "Untitled", call.body.get("instructions")
        ghost = fake.store.add(call.key.organization, *texts)
        if answer:
            write(fake, ghost, id=call.assistant.removeprefix("asst-"))
        return await old(call)

    handling(fake, handle, *operations)


@wrong("org/closed-to-others", UNKNOWN, "delete/gone")
def an_id_is_made_in_each_organization(fake: Fake) -> None:
    """The code is an upsert, and the table's key has the organization too."""

    def find(organization: str, id: str | None) -> Project | None:
        own = fake.store.projects(organization)
        return next((each for each in own if each.id == id), None)

    async def handle(old: Handler, call: Call) -> Answer:
        id = call.assistant.removeprefix("asst-")
        if call.assistant.startswith("asst-") and not find(call.key.organization, id):
            ghost = fake.store.add(call.key.organization, call.body.get("name") or "Untitled", None)
            write(fake, ghost, id=id)
        return await old(call)

    around(fake.store, "get", lambda _, organization, id: find(organization, id))
    handling(fake, handle, *MODIFIES)


@wrong(UNKNOWN, each=["null"])
def modifying_an_unknown_id_answers(fake: Fake, what: str) -> None:
    for_unknown(fake, Answer({"null": None}[what]), *MODIFIES)


@wrong(UNKNOWN, each=[400, 500])
def modifying_an_unknown_id_is_refused_with(fake: Fake, status: int) -> None:
    error = fake.envelope("No assistant found.", "invalid_request_error", None, None)
    for_unknown(fake, Answer(error, status), *MODIFIES)


@wrong(UNKNOWN)
def patching_an_unknown_id_is_a_success(fake: Fake) -> None:
    """The code does not check the number of changed rows."""
    for_unknown(fake, Answer({"id": "asst-nobody", "object": "assistant"}), PATCH)


# --- answers of modifies


@wrong(PARTIAL, each=[204])
def a_modify_answers(fake: Fake, status: int) -> None:
    answering(fake, lambda _, answer: setattr(answer, "status", status), *MODIFIES)
