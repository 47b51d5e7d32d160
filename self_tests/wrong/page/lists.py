"""Wrong lists: they leave assistants out, announce a wrong end, or ignore a parameter."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from zlib import crc32

from aiohttp import web

from contract_tests.http.operations import LIST, MODIFIES
from fake_server.domain.assistants import PREFIX, Project
from fake_server.domain.errors import InvalidParameter
from fake_server.fake import Answer, Call, Fake
from self_tests.wrong.wrong_server import (
    Document,
    answering,
    around,
    error,
    instead,
    listing,
    operation_of,
    raw,
    refusal,
    responding,
    wrong,
)

ENVELOPE, COMPLETE, MORE = "list/envelope", "list/complete", "list/has-more-is-true-to-its-word"
ENDS, LIMIT, NEWEST = "list/first-and-last-id", "list/limit", "list/newest-first"
ASC, AFTER, BEFORE, BAD_LIMIT = "list/order-asc", "list/after", "list/before", "list/bad-limit-refused"

Query = Mapping[str, Any]
Page = Callable[[Sequence[Project], Query], tuple[list[Project], bool]]


def paging(fake: Fake, new: Callable[[Page, Sequence[Project], Query], tuple[list[Project], bool]]) -> None:
    """Replaces the function that cuts a page out of the projects, which are given oldest first."""
    around(fake, "page", new)


def asking(fake: Fake, change: Callable[[dict[str, Any]], Query]) -> None:
    """Changes the query after its check and before its use."""
    around(fake, "page", lambda page, projects, query: page(projects, change(dict(query))))


def cutting(
    fake: Fake, change: Callable[[Callable[..., list[Project]], Sequence[Project], Query], list[Project]]
) -> None:
    """Cuts another page, and leaves has_more as it was. `change` can call the right function as `cut(**query)`."""

    def page(old: Page, projects: Sequence[Project], query: Query) -> tuple[list[Project], bool]:
        return change(lambda **other: old(projects, {**query, **other})[0], projects, query), old(projects, query)[1]

    paging(fake, page)


def project_at(projects: Sequence[Project], query: Query, cursor: str) -> list[Project]:
    """A list with the project that a cursor names; empty if there is none."""
    return [each for each in projects if PREFIX + each.id == query.get(cursor)]


def within(fake: Fake, change: Callable[[list[Project]], list[Project]]) -> None:
    """Changes the projects that a list can show, oldest first."""
    around(fake, "page", lambda page, projects, query: page(change(list(projects)), query))


def ids(data: list[Document]) -> dict[str, Any]:
    return {"first_id": data[0]["id"] if data else None, "last_id": data[-1]["id"] if data else None}


# --- envelope

PAGES: dict[str, Callable[[Document], Any]] = {
    "a bare array": lambda page: page["data"],
    "no object": lambda page: {name: value for name, value in page.items() if name != "object"},
    "object assistant.list": lambda page: {**page, "object": "assistant.list"},
    "assistants for data": lambda page: {**page, "assistants": page["data"], "data": None},
    "data by id": lambda page: {**page, "data": {each["id"]: each for each in page["data"]}},
    "null for an empty page": lambda page: {**page, "data": page["data"] or None},
}


@wrong(ENVELOPE, each=PAGES)
def a_list_is(fake: Fake, what: str) -> None:
    listing(fake, PAGES[what])


@wrong(AFTER, "list/before")
def an_empty_page_is_404(fake: Fake) -> None:
    refused = refusal(fake, 404)

    def page(_: Call, answer: Answer) -> None:
        if not answer.body["data"]:
            raise refused

    answering(fake, page, LIST)


@wrong(ENVELOPE)
def the_beta_header_changes_the_list(fake: Fake) -> None:
    """The server distinguishes versions by OpenAI-Beta."""
    responding(
        fake,
        lambda response: raw(response, []),
        lambda request, status: is_list(request) and is_beta(request) and status == 200,
    )


def is_list(request: web.Request) -> bool:
    return operation_of(request) == LIST


def is_beta(request: web.Request) -> bool:
    return "v2" in request.headers.get("OpenAI-Beta", "")


@wrong(ENVELOPE)
def without_the_beta_header_nothing_is_listed(fake: Fake) -> None:
    """OpenAI's own service needed this header. The page's curl does not send it."""
    instead(fake, lambda request: is_list(request) and not is_beta(request), 400, error("Send OpenAI-Beta."))


# --- complete


@wrong(COMPLETE, "list/limit", "list/after", "list/before")
def twenty_and_no_way_on(fake: Fake) -> None:
    paging(fake, lambda page, projects, query: (page(projects, {**query, "limit": 20})[0], False))


@wrong(COMPLETE)
def the_keys_own_are_left_out(fake: Fake) -> None:
    bound = [key.project for key in fake.store.all_keys()]
    within(fake, lambda projects: [each for each in projects if each.id not in bound])


@wrong(COMPLETE)
def those_without_instructions_are_left_out(fake: Fake) -> None:
    """The query is an inner join."""
    within(fake, lambda projects: [each for each in projects if each.prompt])


@wrong(COMPLETE, "list/newest-first")
def those_of_equal_names_come_once(fake: Fake) -> None:
    """The query has DISTINCT."""
    within(fake, lambda projects: list({each.title: each for each in projects}.values()))


@wrong(COMPLETE)
def those_with_an_emoji_are_left_out(fake: Fake) -> None:
    """The server skips a row that it cannot parse, without an error."""
    within(fake, lambda projects: [each for each in projects if max(each.title or " ") < "\U00010000"])


@wrong(COMPLETE)
def the_newest_is_listed_with_the_next(fake: Fake) -> None:
    """The index is always one write behind."""
    within(fake, lambda projects: projects[:-1])


@wrong(COMPLETE, "modify/seen-everywhere", "modify/partial")
def a_list_that_is_cached_until_something_is_deleted(fake: Fake) -> None:
    """The old values that such a list shows are partly of fields that no later modify has sent."""
    cached: dict[str, list[Project]] = {}
    around(fake.store, "remove", lambda old, *project: cached.clear() or old(*project))  # type: ignore[func-returns-value]
    around(fake.store, "projects", lambda old, organization: cached.setdefault(organization, [*old(organization)]))


@wrong("list/after", "list/complete")
def pages_that_overlap(fake: Fake) -> None:
    """The query has `>=` in place of `>`."""
    cutting(fake, lambda cut, projects, query: (project_at(projects, query, "after") + cut())[: query["limit"]])


@wrong(COMPLETE, "list/has-more-is-true-to-its-word", "list/after", "list/before")
def somebody_is_lost_between_two_pages(fake: Fake) -> None:
    """Offset paging uses a cursor that is off by one."""
    cutting(fake, lambda cut, _, query: cut(limit=query["limit"] + 1)[1 if "after" in query else 0 :][: query["limit"]])


@wrong(COMPLETE)
def the_last_of_all_is_left_out(fake: Fake) -> None:
    within(fake, lambda projects: projects[1:] if len(projects) > 3 else projects)


@wrong(COMPLETE, AFTER, "list/has-more-is-true-to-its-word")
def sorted_by_birth_while_the_cursor_compares_ids(fake: Fake) -> None:
    """This was seen on a real server: a walk over 34 assistants gave 13."""

    def page(old: Page, projects: Sequence[Project], query: Query) -> tuple[list[Project], bool]:
        after = str(query.get("after", "")).removeprefix(PREFIX)
        found = [each for each in projects if not after or each.id < after]
        return old(found, {name: value for name, value in query.items() if name != "after"})

    paging(fake, page)


@wrong(COMPLETE, AFTER, "list/has-more-is-true-to-its-word")
def after_is_compared_as_greater_whatever_the_order(fake: Fake) -> None:
    def page(old: Page, projects: Sequence[Project], query: Query) -> tuple[list[Project], bool]:
        after = str(query.get("after", "")).removeprefix(PREFIX)
        ranks = {each.id: rank for rank, each in enumerate(projects)}
        found = [each for each in projects if after not in ranks or ranks[each.id] > ranks[after]]
        return old(found, {name: value for name, value in query.items() if name != "after"})

    paging(fake, page)


@wrong("errors/never-5xx")
def one_row_poisons_every_list(fake: Fake) -> None:
    """The serializer fails on one name, and every list fails with it."""

    def serialize(page: Document) -> None:
        for each in page["data"]:
            each["name"].encode("latin-1")

    listing(fake, serialize)


# --- has_more

WORDS: dict[str, Callable[[bool], Any]] = {
    "always true": lambda _: True,
    "text": lambda more: str(more).lower(),
    "null": lambda _: None,
}


@wrong(MORE, each=WORDS)
def has_more_is(fake: Fake, what: str) -> None:
    listing(fake, lambda page: {**page, "has_more": WORDS[what](page["has_more"])})


@wrong(MORE, "list/complete")
def has_more_is_always_false(fake: Fake) -> None:
    listing(fake, lambda page: {**page, "has_more": False})


@wrong(MORE)
def has_more_is_missing(fake: Fake) -> None:
    """The real service does so too."""
    listing(fake, lambda page: {name: value for name, value in page.items() if name != "has_more"})


@wrong(MORE)
def has_more_is_missing_on_the_last_page(fake: Fake) -> None:
    """Go's omitempty leaves it out."""
    listing(fake, lambda page: {name: value for name, value in page.items() if value is not False})


@wrong(MORE)
def has_more_is_true_on_a_full_last_page(fake: Fake) -> None:
    """The code is `len(data) == limit`."""
    paging(fake, lambda page, projects, query: (data := page(projects, query)[0], len(data) == query["limit"]))


@wrong(MORE, "list/complete")
def has_more_is_counted_on_the_page(fake: Fake) -> None:
    """The code is `len(data) > limit`, and `data` was already cut to the limit."""
    paging(fake, lambda page, projects, query: (data := page(projects, query)[0], len(data) > query["limit"]))


@wrong(MORE)
def has_more_looks_at_all_and_not_at_what_follows(fake: Fake) -> None:
    """The code is `total > limit`."""
    paging(fake, lambda page, projects, query: (page(projects, query)[0], len(projects) > query["limit"]))


@wrong(AFTER, COMPLETE)
def has_more_for_ever_while_after_is_dropped(fake: Fake) -> None:
    """An SDK walks without end."""
    paging(fake, lambda page, projects, query: (page(projects, without(dict(query), "after"))[0], True))


# --- first_id and last_id

FRAMES: dict[str, Callable[[Document], Document]] = {
    "null": lambda page: {**page, "first_id": None, "last_id": None},
    "swapped": lambda page: {**page, "first_id": page["last_id"], "last_id": page["first_id"]},
    "missing": lambda page: {name: page[name] for name in ("object", "data", "has_more")},
    "bare": lambda page: {**page, **{name: (page[name] or "").removeprefix(PREFIX) or None for name in ids([])}},
}


@wrong(ENDS, each=FRAMES)
def first_and_last_id_are(fake: Fake, what: str) -> None:
    listing(fake, FRAMES[what])


@wrong(ENDS)
def last_id_is_the_last_of_all(fake: Fake) -> None:
    def page(call: Call, answer: Answer) -> None:
        oldest = fake.store.projects(call.key.organization)[0]
        answer.body["last_id"] = PREFIX + oldest.id

    answering(fake, page, LIST)


# --- limit

LIMITS: dict[str, Callable[[dict[str, Any]], int]] = {
    "ignored": lambda _: 10**6,
    "one too many": lambda query: query["limit"] + 1,
    "10 unless told": lambda query: 10 if query["limit"] == 20 else query["limit"],
    "everything unless told": lambda query: 10**6 if query["limit"] == 20 else query["limit"],
}


@wrong(LIMIT, each=LIMITS)
def the_limit_is(fake: Fake, what: str) -> None:
    asking(fake, lambda query: query | {"limit": LIMITS[what](query)})


# --- order


@wrong(NEWEST)
def the_oldest_come_first(fake: Fake) -> None:
    """The table is in its own order, and asc and desc are swapped."""
    asking(fake, lambda query: query | {"order": "asc" if query["order"] == "desc" else "desc"})


@wrong(NEWEST)
def the_oldest_come_first_unless_told(fake: Fake) -> None:
    within(fake, lambda projects: projects[::-1])


@wrong(NEWEST)
def ties_within_a_second_come_oldest_first(fake: Fake) -> None:
    """The query is ORDER BY created_at DESC, and then by the row's id ASC."""
    within(fake, lambda projects: sorted(projects, key=lambda each: (each.created_at, -projects.index(each))))


@wrong(NEWEST, each=["title", "id"])
def sorted_by(fake: Fake, field: str) -> None:
    within(fake, lambda projects: sorted(projects, key=lambda each: str(getattr(each, field))))


@wrong(NEWEST)
def a_modified_assistant_comes_first(fake: Fake) -> None:
    """The query is ORDER BY updated_at, or an UPDATE moves the row."""
    touched: list[str] = []
    answering(fake, lambda _, answer: touched.append(answer.body["id"].removeprefix(PREFIX)), *MODIFIES)
    within(
        fake,
        lambda projects: sorted(
            projects,
            key=lambda each: touched[::-1].index(each.id) if each.id in touched else len(touched),
            reverse=True,
        ),
    )


@wrong(NEWEST)
def the_order_is_random(fake: Fake) -> None:
    """The code iterates over a hash map."""
    within(fake, lambda projects: sorted(projects, key=lambda each: crc32(each.id.encode())))


@wrong(ASC)
def order_is_ignored(fake: Fake) -> None:
    asking(fake, lambda query: query | {"order": "desc"})


@wrong(ASC, "list/has-more-is-true-to-its-word", "list/after", "list/before", "list/complete")
def order_turns_the_page_and_not_the_list(fake: Fake) -> None:
    """The code reverses the newest page, not the list."""
    cutting(fake, lambda cut, _, query: cut(order="desc")[:: -1 if query["order"] == "asc" else 1])


@wrong(ASC)
def asc_is_refused(fake: Fake) -> None:
    refusing(fake, lambda query: query["order"] == "asc")


def refusing(fake: Fake, when: Callable[[Query], bool]) -> None:
    def page(old: Page, projects: Sequence[Project], query: Query) -> tuple[list[Project], bool]:
        if when(query):
            raise InvalidParameter("This cannot be.")
        return old(projects, query)

    paging(fake, page)


# --- after and before


def without(query: dict[str, Any], name: str) -> Query:
    return {key: value for key, value in query.items() if key != name}


@wrong(AFTER)
def after_is_ignored(fake: Fake) -> None:
    asking(fake, lambda query: without(query, "after"))


@wrong(AFTER)
def after_is_refused(fake: Fake) -> None:
    refusing(fake, lambda query: "after" in query)


@wrong(AFTER)
def after_includes_its_id(fake: Fake) -> None:
    cutting(fake, lambda cut, projects, query: project_at(projects, query, "after") + cut())


@wrong(AFTER, "list/complete", "list/has-more-is-true-to-its-word")
def after_skips_one(fake: Fake) -> None:
    cutting(fake, lambda cut, _, query: cut(limit=query["limit"] + 1)[1:] if "after" in query else cut())


@wrong(AFTER)
def an_unknown_after_gives_the_first_page_again(fake: Fake) -> None:
    """`findIndex` returns -1, and the code adds one."""
    paging(
        fake,
        lambda page, projects, query: page(
            projects, query if project_at(projects, query, "after") else without(dict(query), "after")
        ),
    )


@wrong(AFTER)
def after_is_obeyed_newest_first_alone(fake: Fake) -> None:
    asking(fake, lambda query: without(query, "after") if query["order"] == "asc" else query)


@wrong(AFTER, "list/complete", "list/has-more-is-true-to-its-word")
def after_is_taken_for_before(fake: Fake) -> None:
    asking(fake, lambda query: {"before" if name == "after" else name: query[name] for name in query})


@wrong(BEFORE)
def before_is_ignored(fake: Fake) -> None:
    asking(fake, lambda query: without(query, "before"))


@wrong(BEFORE)
def before_is_taken_for_after(fake: Fake) -> None:
    asking(fake, lambda query: {"after" if name == "before" else name: query[name] for name in query})


@wrong(BEFORE)
def before_includes_its_id(fake: Fake) -> None:
    cutting(fake, lambda cut, projects, query: cut() + project_at(projects, query, "before"))


@wrong(BEFORE)
def before_begins_at_the_far_end(fake: Fake) -> None:
    """The page has the first `limit` assistants of the list, not those next to the id."""
    cutting(fake, lambda cut, _, query: cut(limit=10**6)[: query["limit"]])


@wrong(BEFORE)
def before_skips_one(fake: Fake) -> None:
    cutting(fake, lambda cut, _, query: cut(limit=query["limit"] + 1)[:-1] if "before" in query else cut())


@wrong(BEFORE)
def before_turns_the_page(fake: Fake) -> None:
    """The code walks backwards, and does not reverse its result."""
    cutting(fake, lambda cut, _, query: cut()[:: -1 if "before" in query else 1])


@wrong(BEFORE)
def before_is_refused(fake: Fake) -> None:
    refusing(fake, lambda query: "before" in query)


@wrong(BEFORE)
def before_is_wrong_oldest_first(fake: Fake) -> None:
    asking(fake, lambda query: without(query, "before") if query["order"] == "asc" else query)


# --- bad limits


def reading_limit(fake: Fake, change: Callable[[str], str]) -> None:
    """Changes the text of the limit before its check."""

    def check(old: Callable[..., Any], operation: Any, pairs: Any) -> Any:
        return old(operation, [(name, change(text) if name == "limit" else text) for name, text in pairs])

    around(fake, "check_query", check)


def crash(text: str) -> str:
    raise ValueError(text)


BAD_LIMITS: dict[str, Callable[[str], str]] = {
    "0 is taken for 20": lambda text: "20" if text == "0" else text,
    "101 is taken for 100": lambda text: "100" if text == "101" else text,
    "-1 is taken for 1": lambda text: "1" if text == "-1" else text,
    "-1 crashes": lambda text: crash(text) if text == "-1" else text,
    "x is taken for 20": lambda text: "20" if text.isalpha() else text,
    "all are put within bounds": lambda text: str(min(max(int(text), 1), 100)) if text.strip("-").isdigit() else "20",
}


@wrong(BAD_LIMIT, each=BAD_LIMITS)
def of_bad_limits(fake: Fake, what: str) -> None:
    reading_limit(fake, BAD_LIMITS[what])


@wrong("errors/bad-input-is-400")
def a_bad_limit_is_unprocessable(fake: Fake) -> None:
    refused = refusal(fake, 422)

    def check(old: Callable[..., Any], operation: Any, pairs: Any) -> Any:
        try:
            return old(operation, pairs)
        except InvalidParameter:
            raise refused from None

    around(fake, "check_query", check)
