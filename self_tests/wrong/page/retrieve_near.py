"""Wrong servers for ids: an id that is nearly a real one, or a name, finds an assistant."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable

from contract_tests.http.operations import DELETE, MODIFY, PATCH, RETRIEVE
from fake_server.domain.assistants import PREFIX
from fake_server.fake import Answer, Call, Fake, Handler
from self_tests.wrong.wrong_server import everyone, handling, target, wrong

# True if the given id is taken for the real one.
TAKEN: dict[str, Callable[[str, str, str], bool]] = {
    "that begins as a real one": lambda given, id, _: given.startswith(id),
    "with a colon and more": lambda given, id, _: given.split(":")[0] == id,
    "with a hyphen and more": lambda given, id, _: given.startswith(f"{id}-"),
    "that is cut short": lambda given, id, _: len(given) > 12 and id.startswith(given),
    "of the first twenty letters": lambda given, id, _: given[:20] == id[:20],
    "that is a name": lambda given, _, name: given == name,
}
# A sign of a pattern, and the regular expression that means the same.
PATTERNS = {"%": ".*", "_": ".", "*": ".*"}
NAMES = {
    RETRIEVE: "retrieve/unknown-is-404",
    MODIFY: "modify/unknown-is-404",
    PATCH: "modify/unknown-is-404",
    DELETE: "delete/unknown-is-404",
}


def finding(fake: Fake, how: str, operation: str) -> None:
    def handle(old: Handler, call: Call) -> Awaitable[Answer]:
        mine = (each for each in everyone(fake) if each.organization == call.key.organization)
        near = (each for each in mine if TAKEN[how](call.assistant, PREFIX + each.id, each.title or ""))
        if not target(call) and (found := next(near, None)):
            call.assistant = PREFIX + found.id
        return old(call)

    handling(fake, handle, operation)


@wrong(NAMES[RETRIEVE], each=TAKEN)
def a_retrieve_finds_an_id(fake: Fake, how: str) -> None:
    finding(fake, how, RETRIEVE)


@wrong(NAMES[MODIFY], each=TAKEN)
def a_post_finds_an_id(fake: Fake, how: str) -> None:
    finding(fake, how, MODIFY)


@wrong(NAMES[PATCH], each=TAKEN)
def a_patch_finds_an_id(fake: Fake, how: str) -> None:
    finding(fake, how, PATCH)


@wrong(NAMES[DELETE], each=TAKEN)
def a_delete_finds_an_id(fake: Fake, how: str) -> None:
    finding(fake, how, DELETE)


@wrong(NAMES[RETRIEVE], each=PATTERNS)
def a_retrieve_takes_a_pattern_with(fake: Fake, sign: str) -> None:
    """The database compares with LIKE, or the cache by a glob."""

    def handle(old: Handler, call: Call) -> Awaitable[Answer]:
        pattern = re.escape(call.assistant).replace(re.escape(sign), PATTERNS[sign])
        mine = (each for each in everyone(fake) if each.organization == call.key.organization)
        if found := next((each for each in mine if re.fullmatch(pattern, PREFIX + each.id)), None):
            call.assistant = PREFIX + found.id
        return old(call)

    handling(fake, handle, RETRIEVE)


@wrong(NAMES[RETRIEVE], each=["constructor", "__proto__"])
def a_retrieve_finds_the_property(fake: Fake, name: str) -> None:
    """A program in JavaScript looks an id up in a plain object."""

    async def handle(old: Handler, call: Call) -> Answer:
        return Answer({"object": "assistant"}) if call.assistant == name else await old(call)

    handling(fake, handle, RETRIEVE)


# --- time, counted in calls

OLD = 30


def ageing(fake: Fake) -> Callable[[str], bool]:
    """True for the id of the first assistant that a create made, if it is old."""
    calls, births = [0], dict[str, int]()

    async def count(old: Handler, call: Call) -> Answer:
        calls[0] += 1
        answer = await old(call)
        if not births and "id" in answer.body and not call.assistant:
            births[answer.body["id"]] = calls[0]
        return answer

    handling(fake, count)
    return lambda id: calls[0] - births.get(id, calls[0]) > OLD


@wrong("retrieve/equals-created")
def the_first_assistant_is_not_found_when_it_is_old(fake: Fake) -> None:
    """A cache with an expiry is taken for the store."""
    is_old = ageing(fake)

    def handle(old: Handler, call: Call) -> Awaitable[Answer]:
        call.assistant = "asst-forgotten" if is_old(call.assistant) else call.assistant
        return old(call)

    handling(fake, handle, RETRIEVE)


@wrong("retrieve/equals-created", each=["name", "instructions", "created_at"])
def the_first_assistant_when_it_is_old_shows_another(fake: Fake, field: str) -> None:
    is_old, other = ageing(fake), {"name": "old", "instructions": None, "created_at": 1_763_884_801}

    async def handle(old: Handler, call: Call) -> Answer:
        answer = await old(call)
        if is_old(call.assistant):
            answer.body[field] = other[field]
        return answer

    handling(fake, handle, RETRIEVE)
