"""Settings for the ids of assistants: their form, and the forms that a path accepts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from itertools import count
from typing import Any
from uuid import uuid4

from fake_server.dialect.answers import change_answers
from fake_server.domain.ids import random_id, random_letters
from fake_server.edition import Edition
from fake_server.fake import Fake


def _set_shape(fake: Fake, shape: str) -> None:
    fake.store.new_id = lambda _: SHAPES[shape](fake)


def _next_number(fake: Fake) -> str:
    free = (str(number) for number in count(fake.store.table("projects").next))
    return next(number for number in free if fake.store.find(number) is None)


SHAPES: Mapping[str, Callable[[Fake], str]] = {
    "uuid": lambda _: str(uuid4()),
    "short": lambda _: random_id("")[:12],
    "number": _next_number,
    "letters": lambda _: random_letters(24)(""),
}


def _accept_bare(fake: Fake, _: bool) -> None:
    page, edition = fake.page, fake.edition
    fake.project_id = partial(_strip_prefix, edition)
    fake.page = lambda projects, query: page(projects, {**query, **_with_prefix(edition, query)})


def _strip_prefix(edition: Edition, id: str) -> str:
    return id.removeprefix(edition.prefix)


def _with_prefix(edition: Edition, query: Mapping[str, Any]) -> dict[str, str]:
    cursors = [name for name in ("after", "before") if name in query]
    return {name: edition.assistant_id(_strip_prefix(edition, query[name])) for name in cursors}


def _echo_as_sent(fake: Fake, _: bool) -> None:
    change_answers(fake, lambda call, answer: answer.body.update(id=call.assistant), "deleteAssistant")


SETTINGS: Mapping[str, Callable[[Fake, Any], None]] = {
    "ids.shape": _set_shape,
    "ids.bare_accepted": _accept_bare,
    "ids.echo_as_sent": _echo_as_sent,
}
