"""How the list is paged, and what an answer of it holds."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

from fake_server.assistants import Project
from fake_server.contract import Operation
from fake_server.errors import InvalidParameter, UnknownAssistant
from fake_server.speech.parts import Change, Page, Query, answering, around

if TYPE_CHECKING:
    from fake_server.fake import Fake


def leave_out(names: Sequence[str], fake: "Fake", _: bool) -> None:
    answering(fake, "listAssistants", lambda _, answer: [answer.body.pop(name) for name in names])


def without(query: Query, name: str | None) -> Query:
    return {each: value for each, value in query.items() if each != name}


def change_paging(fake: "Fake", value: str) -> None:
    if value == "one-page":
        fake.page = lambda projects, _: (list(projects[::-1]), False)
    else:
        around(fake, "page", lambda page, projects, query: page(projects, without(query, "before")))


def tolerate_cursors(fake: "Fake", value: int | str) -> None:
    def page(old: Callable[..., Page], projects: Sequence[Project], query: Query) -> Page:
        try:
            return old(projects, query)
        except InvalidParameter as unknown:
            if value == 404:
                raise UnknownAssistant(unknown.message, unknown.param) from None
            return ([], False) if value == "empty" else page(old, projects, without(query, unknown.param))

    around(fake, "page", page)


def refuse_unknown_query(fake: "Fake", _: str) -> None:
    def check(old: Callable[..., Query], operation: Operation, pairs: Iterable[tuple[str, str]]) -> Query:
        given = list(pairs)
        for name, _ in given:
            if name not in operation.parameters:
                raise InvalidParameter(f"Unknown parameter: '{name:.100}'. Leave it out.", name[:100])
        return old(operation, given)

    around(fake, "check_query", check)


CHANGES: Mapping[str, Change] = {
    "lists.has_more": partial(leave_out, ["has_more"]),
    "lists.first_and_last_id": partial(leave_out, ["first_id", "last_id"]),
    "lists.paging": change_paging,
    "lists.unknown_cursor": tolerate_cursors,
    "lists.unknown_query": refuse_unknown_query,
}
