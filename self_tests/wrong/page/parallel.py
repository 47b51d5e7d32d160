"""Races. A short sleep between reading and writing makes each of them frequent."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from contract_tests.http.operations import CREATE, MODIFIES
from fake_server.domain.assistants import PREFIX
from fake_server.fake import Answer, Call, Fake, Handler
from self_tests.wrong.wrong_server import handling, refusal, target, write, wrong

CREATES, KEPT = "parallel/creates-all-kept", "parallel/modifies-not-lost"
GAP = 0.02


def racing(fake: Fake, lost: Callable[[Call], None], *operations: str) -> None:
    """Waits a moment before each call. `lost` gets each call that arrives while another one runs."""
    under_way: list[str] = []

    async def handle(old: Handler, call: Call) -> Answer:
        under_way.append(call.assistant)
        before = len(under_way)
        try:
            await asyncio.sleep(GAP)
            if before > 1:
                lost(call)
            return await old(call)
        finally:
            under_way.remove(call.assistant)

    handling(fake, handle, *operations)


@wrong(CREATES)
def of_parallel_creates_one_is_kept(fake: Fake) -> None:
    """The code reads all, adds one, and writes all."""
    late: list[str] = []
    racing(fake, lambda call: late.append(call.body["name"]), CREATE)

    async def handle(old: Handler, call: Call) -> Answer:
        answer = await old(call)
        if call.body["name"] in late:
            late.remove(call.body["name"])
            fake.store.remove(call.key.organization, answer.body["id"].removeprefix(PREFIX))
        return answer

    handling(fake, handle, CREATE)


@wrong("create/ids-are-unique", CREATES)
def parallel_creates_share_an_id(fake: Fake) -> None:
    """Two calls read the same next number before either writes it."""
    ids: list[str] = []

    async def handle(old: Handler, call: Call) -> Answer:
        ids.append(call.body["name"])
        number = len(fake.store.projects(call.key.organization))
        await asyncio.sleep(GAP)
        answer = await old(call)
        ids.remove(call.body["name"])
        return Answer({**answer.body, "id": f"asst-{number:024}"}) if len(ids) else answer

    handling(fake, handle, CREATE)


@wrong(CREATES, each=[409, 500])
def parallel_creates_are_refused_with(fake: Fake, status: int) -> None:
    """The database answers "database is locked"."""
    racing(fake, refuser(refusal(fake, status)), CREATE)


def refuser(refused: Exception) -> Callable[[Call], None]:
    def refuse(_: Call) -> None:
        raise refused

    return refuse


@wrong(KEPT)
def of_parallel_modifies_one_is_kept(fake: Fake) -> None:
    """The code reads all, changes one, and writes all."""

    async def handle(old: Handler, call: Call) -> Answer:
        before = {each.id: each for each in fake.store.projects(call.key.organization)}
        await asyncio.sleep(GAP)
        for each in before.values():
            if PREFIX + each.id != call.assistant:
                write(fake, each, title=each.title, prompt=each.prompt)
        return await old(call)

    handling(fake, handle, *MODIFIES)


@wrong(KEPT, each=[409, 500])
def parallel_modifies_are_refused_with(fake: Fake, status: int) -> None:
    racing(fake, refuser(refusal(fake, status)), *MODIFIES)


@wrong(KEPT)
def parallel_modifies_change_the_last_one_asked_for(fake: Fake) -> None:
    """A global variable holds the current request, and the code awaits."""
    current: list[str] = [""]

    async def handle(old: Handler, call: Call) -> Answer:
        current[0] = call.assistant
        before = target(call)
        await asyncio.sleep(GAP)
        if before is None or current[0] == call.assistant:
            return await old(call)
        answer = await old(call)
        write(fake, before, title=before.title, prompt=before.prompt)
        return answer

    handling(fake, handle, *MODIFIES)


@wrong(KEPT, "modify/keeps-identity")
def of_parallel_modifies_each_answers_anothers(fake: Fake) -> None:
    """One buffer serves all answers."""
    last: list[Answer] = []

    async def handle(old: Handler, call: Call) -> Answer:
        answer = await old(call)
        last.append(answer)
        await asyncio.sleep(GAP)
        return last[-1]

    handling(fake, handle, *MODIFIES)
