"""The free choices of the list: its paging, its cursors, and the members of a page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from contract_tests.dialect.observations import Observation
from contract_tests.dialect.rules import Fact, Resolved, UnresolvedError, choice, describe
from contract_tests.http.messages import Json
from contract_tests.http.openapi import id_prefixes
from contract_tests.http.operations import LIST

ORDERS = ("newest", "oldest", "name")  # of the setting lists.order
UNANSWERED = "no page shows if the server supports `before`"


def _page(observation: Observation) -> list[Json] | None:
    data = observation.body.get("data")
    return data if observation.accepted and observation.call.operation == LIST and isinstance(data, list) else None


def _ids(page: list[Json]) -> list[Json]:
    return [item.get("id") for item in page if isinstance(item, dict)]


@choice("lists.has_more", r"page\.has_more")
def has_more(observation: Observation) -> Iterator[Json]:
    if _page(observation) is not None:
        yield "has_more" in observation.body


@choice("lists.first_and_last_id", r"page\.(first|last)_id")
def first_and_last_id(observation: Observation) -> Iterator[Json]:
    """True for both, False for neither; a dialect has no setting for one of them alone."""
    if _page(observation) is not None:
        ends = {"first_id", "last_id"} & observation.body.keys()
        yield len(ends) == 2 if len(ends) != 1 else f"{ends.pop()} alone"


def _resolve_paging(facts: Sequence[Fact]) -> Resolved:
    """Raises UnresolvedError."""
    by_value = dict(facts)
    if "all" in by_value and by_value.keys() <= {"all", "cursor shown"}:
        return Resolved("one-page", [by_value["all"]])
    if "all" in by_value or "after passed over" in by_value or {"cursor shown", "ahead"} <= by_value.keys():
        raise UnresolvedError(f"pages contradict each other, such as the page of {describe(facts[-1][1])}")
    if "limited" not in by_value or len(by_value) < 2:
        raise UnresolvedError(UNANSWERED)
    before = "ahead" if "ahead" in by_value else "cursor shown"
    return Resolved("openai" if before == "ahead" else "no-before", [by_value["limited"], by_value[before]])


@choice("lists.paging", r"page\.(length|ours)|assistant\..*", _resolve_paging)
def paging(observation: Observation) -> Iterator[Json]:
    """One word for each fact that a page shows.

    all: more assistants than the limit. limited: as many as the limit, though there are more. ahead: the assistants
    before the cursor. cursor shown: the cursor itself, which an answer to `before` should leave out. after passed over:
    the cursor of `after`.
    """
    page, query = _page(observation), observation.call.parameters
    if page is None or not query.get("limit", "").isdigit() or observation.call.free:
        return
    limit = int(query["limit"])
    if 0 < limit < len(page):
        yield "all"
    elif limit == len(page) < observation.there:
        yield "limited"
    if "after" in query and observation.cursor in _ids(page) and limit >= len(page):
        yield "after passed over"
    elif "before" in query and "after" not in query and observation.cursor:
        if observation.cursor in _ids(page):
            yield "cursor shown"
        elif 0 < len(page) < min(limit, observation.there):
            yield "ahead"


def _resolve_order(facts: Sequence[Fact]) -> Resolved:
    """The only order that all pages have. Raises UnresolvedError."""
    fitting = [order for order in ORDERS if all(order in orders for orders, _ in facts)]
    if not fitting:
        raise UnresolvedError("the pages are sorted neither by creation nor by name")
    if len(fitting) > 1:
        raise UnresolvedError(f"each page fits {' and '.join(fitting)}")
    return Resolved(fitting[0], [facts[0][1]])


@choice("lists.order", r"page\.ours|assistant\..*", _resolve_order)
def order(observation: Observation) -> Iterator[Json]:
    """The orders that a page fits. Two assistants of the same second, which the run did not create, decide nothing."""
    page = _page(observation)
    if page is None or not {"order", "before"}.isdisjoint(observation.call.parameters) or observation.call.free:
        return
    if not all(map(_is_comparable, observation.assistants)):
        return
    own = [item for item in observation.assistants if observation.is_own(item)]
    older = [observation.is_older(*pair) for items in (observation.assistants, own) for pair in pairwise(items)]
    if known := {each for each in older if each is not None}:
        names = [item["name"] for item in observation.assistants]
        by_name = any(names == sorted(names, key=key) for key in (str, str.casefold))
        fits = {"newest": known == {False}, "oldest": known == {True}, "name": by_name}
        yield [order for order in ORDERS if fits[order]]


def _is_comparable(item: dict[str, Json]) -> bool:
    return isinstance(item.get("name"), str) and isinstance(item.get("created_at"), int)


@choice("lists.unknown_cursor", r"status|page\..*|assistant\..*|error\..*|body.*")
def unknown_cursor(observation: Observation) -> Iterator[Json]:
    after = observation.call.parameters.get("after", "")
    if (
        observation.call.operation == LIST
        and after.startswith(id_prefixes())
        and not observation.cursor
        and not observation.call.free
    ):
        page = _page(observation)
        if observation.refused:
            yield observation.status
        elif page is not None:
            yield "first-page" if page else "empty"


@choice("lists.unknown_query", "status")
def unknown_query(observation: Observation) -> Iterator[Json]:
    if (
        observation.call.operation == LIST
        and observation.call.free == {"unknown-query"}
        and observation.status in (200, 400)
    ):
        yield "ignore" if observation.accepted else "refuse"
