"""What a page of the list holds, and what the query does to it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from fake_server.contract.openapi import Operation
from fake_server.dialect.answers import answering, without
from fake_server.dialect.errors import reads
from fake_server.domain.assistants import Project
from fake_server.domain.errors import InvalidParameter, UnknownCursor
from fake_server.fake import Fake

Page = tuple[list[Project], bool]
Paging = Callable[[Sequence[Project], Mapping[str, Any]], Page]


def leave_out(fake: Fake, _: bool, keys: Iterable[str]) -> None:
    answering(fake, lambda _, answer: [answer.body.pop(key) for key in keys], "listAssistants")


def without_before(page: Paging, projects: Sequence[Project], query: Mapping[str, Any]) -> Page:
    return page(projects, without(query, "before"))


def one_page(_: Paging, projects: Sequence[Project], __: Mapping[str, Any]) -> Page:
    return list(projects[::-1]), False


def empty(page: Paging, projects: Sequence[Project], query: Mapping[str, Any]) -> Page:
    try:
        return page(projects, query)
    except UnknownCursor:
        return [], False


def from_the_start(page: Paging, projects: Sequence[Project], query: Mapping[str, Any]) -> Page:
    try:
        return page(projects, query)
    except UnknownCursor as refusal:
        return from_the_start(page, projects, without(query, str(refusal.param)))


# Each in the place of a paging, which it gets first.
PAGINGS = {"no-before": without_before, "one-page": one_page, "empty": empty, "first-page": from_the_start}


def page_so(fake: Fake, way: str) -> None:
    fake.page = partial(PAGINGS[way], fake.page)


def meet_unknown_cursor(fake: Fake, does: int | str) -> None:
    if does == 404:
        reads(fake, 404, refusal=UnknownCursor, type="not_found_error")
    else:
        page_so(fake, str(does))


def refuse_unknown(fake: Fake, _: str) -> None:
    check = fake.check_query

    def checked(operation: Operation, pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
        pairs = list(pairs)
        for name, _ in pairs:
            if name not in operation.parameters:
                raise InvalidParameter(f"Unknown parameter: '{name:.100}'.", name[:100])
        return check(operation, pairs)

    fake.check_query = checked


CHOICES: Mapping[str, Callable[[Fake, Any], None]] = {
    "lists.has_more": partial(leave_out, keys=["has_more"]),
    "lists.first_and_last_id": partial(leave_out, keys=["first_id", "last_id"]),
    "lists.paging": page_so,
    "lists.unknown_cursor": meet_unknown_cursor,
    "lists.unknown_query": refuse_unknown,
}
