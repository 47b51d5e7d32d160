"""How an assistant is shown and named, and what goes with every answer."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from secrets import token_hex
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from fake_server.assistants import PREFIX, Project, bare_project_id
from fake_server.speech.parts import Change, Page, Query, answering, around, set_part

if TYPE_CHECKING:
    from fake_server.fake import Fake


def set_status(operation: str, fake: "Fake", value: int) -> None:
    answering(fake, operation, lambda _, answer: setattr(answer, "status", value))


def add_fields(fake: "Fake", value: dict[str, Any]) -> None:
    around(fake, "show", lambda show, *parts: show(*parts) | value)


def add_headers(fake: "Fake", value: dict[str, str]) -> None:
    around(fake, "common_headers", lambda headers: headers() | value)


def leave_out_request_id(fake: "Fake", _: bool) -> None:
    around(fake, "common_headers", lambda headers: {n: text for n, text in headers().items() if n != "x-request-id"})


def grant(fake: "Fake", value: list[str] | None) -> None:
    granted = {"access-control-allow-headers": ", ".join(value or ())}
    around(fake, "preflight_headers", lambda headers, asked: headers(asked) | granted)


def shape_ids(fake: "Fake", value: str) -> None:
    shapes: Mapping[str, Callable[[], str]] = {
        "uuid": lambda: str(uuid4()),
        "short": lambda: token_hex(6),
        # The number that the row will have, which no other ever had.
        "number": lambda: str(fake.store.table("projects").next),
    }
    fake.store.new_id = lambda _: shapes[value]()


def take_bare_ids(fake: "Fake", _: bool) -> None:
    """In a path, and where a page begins or ends."""

    def page(old: Callable[..., Page], projects: Sequence[Project], query: Query) -> Page:
        cursors = {n: PREFIX + bare_project_id(query[n]) for n in ("after", "before") if n in query}
        return old(projects, {**query, **cursors})

    fake.project_id = bare_project_id
    around(fake, "page", page)


def echo_id(fake: "Fake", _: bool) -> None:
    answering(fake, "deleteAssistant", lambda call, answer: answer.body.update(id=call.assistant))


CHANGES: Mapping[str, Change] = {
    "answers.create_status": partial(set_status, "createAssistant"),
    "answers.modify_status": partial(set_status, "modifyAssistant"),
    "answers.cleared_by_create": partial(set_part, "cleared_by_create"),
    "answers.cleared_by_modify": partial(set_part, "cleared_by_modify"),
    "answers.extra_fields": add_fields,
    "answers.extra_headers": add_headers,
    "answers.sorted_keys": partial(set_part, "sorted_keys"),
    "answers.request_id": leave_out_request_id,
    "ids.shape": shape_ids,
    "ids.bare_accepted": take_bare_ids,
    "ids.echo_as_sent": echo_id,
    "browser.allow_headers": grant,
}
