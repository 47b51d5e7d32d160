"""Wrong guards of the bound assistant: they forget it after something, or guard assistants that only look like it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from contract_tests.http.operations import DELETE, MODIFY, PATCH
from fake_server.domain.assistants import PREFIX
from fake_server.domain.errors import BoundAssistant
from fake_server.fake import Answer, Call, Fake, Handler
from fake_server.storage.seed import KEYS, TITLES
from self_tests.wrong.wrong_server import handling, target, wrong

MESSAGE = "Cannot delete the assistant this API key is bound to. Rotate the key first, then retry."
BOUND = [PREFIX + key.project for key in KEYS]


def unguarded(fake: Fake, when: Callable[[Call], bool]) -> None:
    """Deletes what a key is bound to, if `when` says so."""

    async def handle(old: Handler, call: Call) -> Answer:
        try:
            return await old(call)
        except BoundAssistant:
            if not when(call):
                raise
            fake.store.remove(call.key.organization, call.key.project)
            return Answer({"id": call.assistant, "object": "assistant.deleted", "deleted": True})

    handling(fake, handle, DELETE)


@wrong("delete/self-refused", each=[MODIFY, PATCH])
def the_guard_forgets_its_assistant_after_a(fake: Fake, operation: str) -> None:
    """A modify writes a new version, to which no key is bound."""
    changed: set[str] = set()

    def note(old: Handler, call: Call) -> Awaitable[Answer]:
        changed.add(call.assistant)
        return old(call)

    handling(fake, note, operation)
    unguarded(fake, lambda call: call.assistant in changed)


@wrong("delete/self-refused")
def the_guard_compares_the_name_that_the_seed_gave(fake: Fake) -> None:
    def renamed(call: Call) -> bool:
        project = target(call)
        return project is not None and project.title not in TITLES.values()

    unguarded(fake, renamed)


@wrong("delete/self-refused", each=[2, 3])
def the_guard_gives_in_when_asked_often(fake: Fake, times: int) -> None:
    asked: list[str] = []

    def count(call: Call) -> bool:
        asked.append(call.assistant)
        return asked.count(call.assistant) >= times

    unguarded(fake, count)


def guarding(fake: Fake, when: Callable[[Call], bool]) -> None:
    def handle(old: Handler, call: Call) -> Awaitable[Answer]:
        if when(call):
            raise BoundAssistant(MESSAGE)
        return old(call)

    handling(fake, handle, DELETE)


@wrong("delete/answers-deleted")
def the_guard_compares_names(fake: Fake) -> None:
    def has_the_name(call: Call) -> bool:
        mine, bound = target(call), fake.store.get(call.key.organization, call.key.project)
        return mine is not None and bound is not None and mine.id != bound.id and mine.title == bound.title

    guarding(fake, has_the_name)


@wrong("delete/unknown-is-404")
def the_guard_compares_the_beginning_of_the_id(fake: Fake) -> None:
    guarding(fake, lambda call: call.assistant.startswith(PREFIX + call.key.project) and call.assistant not in BOUND)
