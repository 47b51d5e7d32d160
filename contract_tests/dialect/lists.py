"""The free choices of the list: its paging, its cursors, and the members of a page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from contract_tests.dialect.observations import Observation
from contract_tests.dialect.rules import Fact, Resolved, UnresolvedError, choice, describe
from contract_tests.http.messages import Json
from contract_tests.http.operations import LIST

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


@choice("lists.unknown_cursor", r"status|page\..*|assistant\..*|error\..*|body.*")
def unknown_cursor(observation: Observation) -> Iterator[Json]:
    after = observation.call.parameters.get("after", "")
    if (
        observation.call.operation == LIST
        and after.startswith("asst-")
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
