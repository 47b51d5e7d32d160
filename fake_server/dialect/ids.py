"""What the ids of assistants look like, and how a caller may spell them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import count
from secrets import token_hex
from typing import Any
from uuid import uuid4

from fake_server.dialect.answers import answering
from fake_server.domain.assistants import PREFIX, assistant_id
from fake_server.fake import Fake


def shape_ids(fake: Fake, shape: str) -> None:
    fake.store.new_id = lambda _: SHAPES[shape](fake)


def counted(fake: Fake) -> str:
    free = (str(number) for number in count(fake.store.table("projects").next))
    return next(number for number in free if fake.store.find(number) is None)


SHAPES: Mapping[str, Callable[[Fake], str]] = {
    "uuid": lambda _: str(uuid4()),
    "short": lambda _: token_hex(6),
    "number": counted,
}


def take_bare(fake: Fake, _: bool) -> None:
    page = fake.page
    fake.project_id = bare
    fake.page = lambda projects, query: page(projects, {**query, **whole(query)})


def bare(id: str) -> str:
    return id.removeprefix(PREFIX)


def whole(query: Mapping[str, Any]) -> dict[str, str]:
    return {name: assistant_id(bare(query[name])) for name in ("after", "before") if name in query}


def echo_as_sent(fake: Fake, _: bool) -> None:
    answering(fake, lambda call, answer: answer.body.update(id=call.assistant), "deleteAssistant")


CHOICES: Mapping[str, Callable[[Fake, Any], None]] = {
    "ids.shape": shape_ids,
    "ids.bare_accepted": take_bare,
    "ids.echo_as_sent": echo_as_sent,
}
