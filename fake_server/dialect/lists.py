"""Settings for lists: the fields of a page, and the query parameters."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from fake_server.contract.openapi import Operation
from fake_server.dialect.answers import change_answers, without
from fake_server.dialect.errors import set_kind
from fake_server.domain.assistants import Project
from fake_server.domain.errors import InvalidParameter, UnknownCursor
from fake_server.fake import Fake

Page = tuple[list[Project], bool]
Paging = Callable[[Sequence[Project], Mapping[str, Any]], Page]


def _remove_keys(fake: Fake, _: bool, keys: Iterable[str]) -> None:
    change_answers(fake, lambda _, answer: [answer.body.pop(key) for key in keys], "listAssistants")


def _ignore_before(page: Paging, projects: Sequence[Project], query: Mapping[str, Any]) -> Page:
    return page(projects, without(query, "before"))


def _one_page(_: Paging, projects: Sequence[Project], __: Mapping[str, Any]) -> Page:
    return list(projects[::-1]), False


def _empty_page(page: Paging, projects: Sequence[Project], query: Mapping[str, Any]) -> Page:
    try:
        return page(projects, query)
    except UnknownCursor:
        return [], False


def _first_page(page: Paging, projects: Sequence[Project], query: Mapping[str, Any]) -> Page:
    try:
        return page(projects, query)
    except UnknownCursor as refusal:
        return _first_page(page, projects, without(query, str(refusal.param)))


def _sort_by_name(fake: Fake, order: str) -> None:
    if order == "name":
        page = fake.page
        fake.page = lambda projects, query: page(sorted(projects, key=lambda project: project.title or ""), query)


# Each replaces Fake.page, which it gets as its first argument.
PAGINGS = {"no-before": _ignore_before, "one-page": _one_page, "empty": _empty_page, "first-page": _first_page}


def _set_paging(fake: Fake, name: str) -> None:
    fake.page = partial(PAGINGS[name], fake.page)


def _set_unknown_cursor(fake: Fake, answer: int | str) -> None:
    if answer == 404:
        set_kind(fake, 404, refusal=UnknownCursor, type="not_found_error")
    else:
        _set_paging(fake, str(answer))


def _refuse_unknown(fake: Fake, _: str) -> None:
    check = fake.check_query

    def checked(operation: Operation, pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
        pairs = list(pairs)
        for name, _ in pairs:
            if name not in operation.parameters:
                raise InvalidParameter(f"Unknown parameter: '{name:.100}'.", name[:100])
        return check(operation, pairs)

    fake.check_query = checked


SETTINGS: Mapping[str, Callable[[Fake, Any], None]] = {
    "lists.has_more": partial(_remove_keys, keys=["has_more"]),
    "lists.first_and_last_id": partial(_remove_keys, keys=["first_id", "last_id"]),
    "lists.order": _sort_by_name,
    "lists.paging": _set_paging,
    "lists.unknown_cursor": _set_unknown_cursor,
    "lists.unknown_query": _refuse_unknown,
}
