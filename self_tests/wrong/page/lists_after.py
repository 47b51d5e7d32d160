"""Wrong lists after something: a deleted cursor, a cursor with a quote, equal or empty names, a full last page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from fake_server.domain.assistants import PREFIX, Project
from fake_server.domain.errors import UnknownCursor
from fake_server.fake import Fake
from self_tests.wrong.wrong_server import Document, around, instead, listing, wrong

AFTER = "list/after"
Query = dict[str, Any]


def first_page_for(fake: Fake, when: Callable[[Sequence[Project], str], bool]) -> None:
    """The cursor is dropped where it finds nothing, if `when` says so."""

    def paged(old: Callable[..., Any], projects: Sequence[Project], query: Query) -> Any:
        try:
            return old(projects, query)
        except UnknownCursor:
            if "after" not in query or not when(projects, query["after"]):
                raise
            return old(projects, {name: value for name, value in query.items() if name != "after"})

    around(fake, "page", paged)


def deleted(fake: Fake) -> Callable[[str], bool]:
    gone: set[str] = set()

    def remove(old: Callable[..., Any], organization: str, project: str) -> Any:
        gone.add(PREFIX + project)
        return old(organization, project)

    around(fake.store, "remove", remove)
    return lambda id: id in gone


@wrong(AFTER, each=["desc", "asc"])
def after_a_deleted_id_the_first_page_comes_again_in(fake: Fake, order: str) -> None:
    is_gone = deleted(fake)

    def paged(old: Callable[..., Any], projects: Sequence[Project], query: Query) -> Any:
        if query["order"] == order and is_gone(query.get("after", "")):
            query = {name: value for name, value in query.items() if name != "after"}
        return old(projects, query)

    around(fake, "page", paged)


@wrong(AFTER, each=["'", '"', "%", "\\"])
def a_cursor_gives_the_first_page_if_it_has_a(fake: Fake, sign: str) -> None:
    """The statement for the cursor fails, and nobody looks at the error."""
    first_page_for(fake, lambda _, cursor: sign in cursor)


@wrong("errors/never-5xx")
def a_quote_in_a_cursor_breaks_the_statement(fake: Fake) -> None:
    instead(fake, lambda request: "'" in request.query.get("after", ""), 500, {})


@wrong(AFTER)
def a_cursor_that_is_true_for_every_row(fake: Fake) -> None:
    """The cursor is pasted into the statement."""
    first_page_for(fake, lambda _, cursor: "' OR '" in cursor)


@wrong("list/complete")
def of_equal_names_the_list_shows_four(fake: Fake) -> None:
    """A tree of names holds a few rows for each."""

    def paged(old: Callable[..., Any], projects: Sequence[Project], query: Query) -> Any:
        number: Counter[str] = Counter()
        kept = []
        for each in projects:
            number[each.title or ""] += 1
            kept += [each] if number[each.title or ""] <= 4 else []
        return old(kept, query)

    around(fake, "page", paged)


@wrong(AFTER, "list/complete")
def the_next_page_leaves_out_the_name_of_the_cursor(fake: Fake) -> None:
    """The page after a cursor is selected by name: `name <> ?`."""

    def paged(old: Callable[..., Any], projects: Sequence[Project], query: Query) -> Any:
        cursor = next((each for each in projects if PREFIX + each.id == query.get("after")), None)
        kept = [each for each in projects if not cursor or each.id == cursor.id or each.title != cursor.title]
        return old(kept, query)

    around(fake, "page", paged)


@wrong("list/has-more-is-true-to-its-word", each=[20, 2])
def a_full_last_page_promises_more_at_the_limit(fake: Fake, limit: int) -> None:
    """has_more is `len(page) == limit`."""
    listing(fake, lambda body: full(body, limit))


def full(body: Document, limit: int) -> Document:
    return {**body, "has_more": body["has_more"] or len(body["data"]) == limit}


@wrong("list/limit")
def in_ascending_order_the_default_page_is_smaller(fake: Fake) -> None:
    def paged(old: Callable[..., Any], projects: Sequence[Project], query: Query) -> Any:
        return old(projects, {**query, "limit": 10} if query["order"] == "asc" and query["limit"] == 20 else query)

    around(fake, "page", paged)
