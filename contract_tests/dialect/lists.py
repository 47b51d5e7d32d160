"""How the list is paged, and what it says of its pages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from contract_tests.dialect.observations import Observation
from contract_tests.dialect.rules import Fact, Resolved, UnresolvedError, choice, named
from contract_tests.http.messages import Json
from contract_tests.http.operations import LIST

UNANSWERED = "no page shows whether `before` is heeded"


def _page(sight: Observation) -> list[Json] | None:
    data = sight.body.get("data")
    return data if sight.accepted and sight.call.operation == LIST and isinstance(data, list) else None


def _ids(page: list[Json]) -> list[Json]:
    return [item.get("id") for item in page if isinstance(item, dict)]


@choice("lists.has_more", r"page\.has_more")
def has_more(sight: Observation) -> Iterator[Json]:
    if _page(sight) is not None:
        yield "has_more" in sight.body


@choice("lists.first_and_last_id", r"page\.(first|last)_id")
def first_and_last_id(sight: Observation) -> Iterator[Json]:
    """Both or neither; one alone is no choice that a dialect has."""
    if _page(sight) is not None:
        ends = {"first_id", "last_id"} & sight.body.keys()
        yield len(ends) == 2 if len(ends) != 1 else f"{ends.pop()} alone"


def _paged(facts: Sequence[Fact]) -> Resolved:
    """Raises UnresolvedError."""
    told = dict(facts)
    if "all" in told and told.keys() <= {"all", "cursor shown"}:
        return Resolved("one-page", [told["all"]])
    if "all" in told or "after passed over" in told or {"cursor shown", "ahead"} <= told.keys():
        raise UnresolvedError(f"pages are now one thing and now another, such as that of {named(facts[-1][1])}")
    if "limited" not in told or len(told) < 2:
        raise UnresolvedError(UNANSWERED)
    before = "ahead" if "ahead" in told else "cursor shown"
    return Resolved("openai" if before == "ahead" else "no-before", [told["limited"], told[before]])


@choice("lists.paging", r"page\.(length|ours)|assistant\..*", _paged)
def paging(sight: Observation) -> Iterator[Json]:
    """What a page shows: all where fewer were asked for, as many as were asked for, those ahead of the cursor, or the
    cursor itself, which an answer to `before` is to leave out."""
    page, asked = _page(sight), sight.call.parameters
    if page is None or not asked.get("limit", "").isdigit() or sight.call.free:
        return
    limit = int(asked["limit"])
    if 0 < limit < len(page):
        yield "all"
    elif limit == len(page) < sight.there:
        yield "limited"
    if "after" in asked and sight.cursor in _ids(page) and limit >= len(page):
        yield "after passed over"
    elif "before" in asked and "after" not in asked and sight.cursor:
        if sight.cursor in _ids(page):
            yield "cursor shown"
        elif 0 < len(page) < min(limit, sight.there):
            yield "ahead"


@choice("lists.unknown_cursor", r"status|page\..*|assistant\..*|error\..*|body.*")
def unknown_cursor(sight: Observation) -> Iterator[Json]:
    after = sight.call.parameters.get("after", "")
    if sight.call.operation == LIST and after.startswith("asst-") and not sight.cursor and not sight.call.free:
        page = _page(sight)
        if sight.refused:
            yield sight.status
        elif page is not None:
            yield "first-page" if page else "empty"


@choice("lists.unknown_query", "status")
def unknown_query(sight: Observation) -> Iterator[Json]:
    if sight.call.operation == LIST and sight.call.free == {"unknown-query"} and sight.status in (200, 400):
        yield "ignore" if sight.accepted else "refuse"
