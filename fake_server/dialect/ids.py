"""Settings for the ids of assistants: their form, and the forms that a path accepts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import count
from secrets import token_hex
from typing import Any
from uuid import uuid4

from fake_server.dialect.answers import change_answers
from fake_server.domain.assistants import PREFIX, assistant_id
from fake_server.fake import Fake


def _set_shape(fake: Fake, shape: str) -> None:
    fake.store.new_id = lambda _: SHAPES[shape](fake)


def _next_number(fake: Fake) -> str:
    free = (str(number) for number in count(fake.store.table("projects").next))
    return next(number for number in free if fake.store.find(number) is None)


SHAPES: Mapping[str, Callable[[Fake], str]] = {
    "uuid": lambda _: str(uuid4()),
    "short": lambda _: token_hex(6),
    "number": _next_number,
}


def _accept_bare(fake: Fake, _: bool) -> None:
    page = fake.page
    fake.project_id = _strip_prefix
    fake.page = lambda projects, query: page(projects, {**query, **_with_prefix(query)})


def _strip_prefix(id: str) -> str:
    return id.removeprefix(PREFIX)


def _with_prefix(query: Mapping[str, Any]) -> dict[str, str]:
    return {name: assistant_id(_strip_prefix(query[name])) for name in ("after", "before") if name in query}


def _echo_as_sent(fake: Fake, _: bool) -> None:
    change_answers(fake, lambda call, answer: answer.body.update(id=call.assistant), "deleteAssistant")


SETTINGS: Mapping[str, Callable[[Fake, Any], None]] = {
    "ids.shape": _set_shape,
    "ids.bare_accepted": _accept_bare,
    "ids.echo_as_sent": _echo_as_sent,
}
