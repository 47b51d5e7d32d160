"""List, and the SDK's own paging over more assistants than a page holds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from openai.types.beta import Assistant

from sdk_tests.clients import Client, Maker, held, ids, visible_fields
from sdk_tests.open_clients import Clients

WALKS: dict[str, dict[str, Any]] = {
    "default": {},
    "by ten": {"limit": 10},
    "by ten from the oldest": {"limit": 10, "order": "asc"},
}


@pytest.fixture(scope="module")
def many(clients: Clients, tag: str) -> Iterator[list[Assistant]]:
    """More assistants than the default page of 20, the oldest first."""
    with Maker(clients.with_key_of("primary", "sync"), tag, "many") as make:
        yield [make() for _ in range(23)]


def among(many: list[Assistant], listed: list[Assistant]) -> list[str]:
    """The ids of those listed assistants that are among the many: others may create assistants at the same time."""
    known = set(ids(many))
    return [id for id in ids(listed) if id in known]


def walked(client: Client, many: list[Assistant], **query: Any) -> list[str]:
    """The ids of the many in the order of the list. Skips the test if a walk does not give them all."""
    found = among(many, client.walk(limit=100, **query))
    if set(found) != set(ids(many)):
        pytest.skip("a walk leaves out an assistant, which another test judges")
    return found


def skip_without_paging(page: Any, many: list[Assistant]) -> None:
    """Skips the test if this page, whose limit is less than the many, holds them all and is the last."""
    if len(among(many, held(page))) == len(many) and not page.has_next_page():
        pytest.skip("the list is one page, which is a free choice")


@pytest.mark.requirement("list/envelope")
@pytest.mark.usefixtures("many")
def test_a_page_holds_assistants(client: Client) -> None:
    """A page's data are assistants."""
    listed = held(client.page(limit=100))

    assert {assistant.object for assistant in listed} == {"assistant"}


@pytest.mark.requirement("retrieve/equals-created")
def test_list_shows_what_create_gave(client: Client, many: list[Assistant]) -> None:
    """List shows the assistants that create gave."""
    listed = {assistant.id: visible_fields(assistant) for assistant in client.walk(limit=100)}

    assert [listed.get(created.id) for created in many] == [visible_fields(created) for created in many]


@pytest.mark.requirement("list/envelope")
@pytest.mark.usefixtures("many")
def test_a_strict_client_reads_what_list_answers(strict: Client) -> None:
    """Every field of every assistant has the type that the SDK gives it."""
    assert held(strict.page(limit=100)) != []


@pytest.mark.requirement("list/complete")
@pytest.mark.parametrize("query", WALKS.values(), ids=WALKS)
def test_the_sdk_walks_every_assistant_once(client: Client, many: list[Assistant], query: dict[str, Any]) -> None:
    """A `for` over the list gives every assistant exactly once, over more than one page."""
    walked = ids(client.walk(**query))

    assert len(walked) == len(set(walked))
    assert [created for created in ids(many) if created not in walked] == []


@pytest.mark.requirement("list/complete")
def test_the_keys_own_assistant_is_listed(client: Client, bound_id: str) -> None:
    """List gives the assistant that the key is bound to as well."""
    assert bound_id in ids(client.walk(limit=100))


@pytest.mark.requirement("list/has-more-is-true-to-its-word")
@pytest.mark.usefixtures("many")
def test_has_more_ends_with_the_last_page(client: Client) -> None:
    """has_more is true on every page but the last, and false there."""
    values = [getattr(page, "has_more", None) for page in client.pages(limit=10) if held(page)]

    assert values == [True] * (len(values) - 1) + [False]


@pytest.mark.requirement("list/limit")
def test_limit_bounds_a_page(client: Client, many: list[Assistant]) -> None:
    """A page holds as many as limit says, where there are that many. A smaller page must say that more follows."""
    page = client.page(limit=2)
    skip_without_paging(page, many)

    assert len(held(page)) == 2 or (len(held(page)) == 1 and page.has_next_page())


@pytest.mark.requirement("list/limit")
@pytest.mark.usefixtures("many")
def test_a_page_is_20_unless_told(client: Client) -> None:
    """A page holds 20 where limit is not sent. A server may hold fewer on every page."""
    assert len(held(client.page())) == len(held(client.page(limit=20)))
    assert len(held(client.page())) <= 20


@pytest.mark.requirement("list/newest-first")
def test_the_newest_come_first(client: Client, many: list[Assistant]) -> None:
    """The newest come first, also among assistants of one second."""
    assert walked(client, many) == ids(many)[::-1]


@pytest.mark.requirement("list/order-asc")
def test_ascending_gives_the_oldest_first(client: Client, many: list[Assistant]) -> None:
    """order="asc" gives the oldest first."""
    assert walked(client, many, order="asc") == ids(many)


@pytest.mark.requirement("list/after")
def test_after_gives_what_follows(client: Client, many: list[Assistant]) -> None:
    """after gives what follows that assistant in a walk over the list, without it."""
    order = walked(client, many)
    behind = among(many, client.walk(after=order[3], limit=100))
    if behind == order:
        skip_without_paging(client.page(after=order[3], limit=1), many)

    assert behind == order[4:]


@pytest.mark.requirement("list/before")
def test_before_gives_what_stands_ahead(client: Client, many: list[Assistant]) -> None:
    """before gives what stands right ahead of that assistant in a walk over the list, without it."""
    order = walked(client, many)
    ahead = among(many, held(client.page(before=order[5], limit=100)))
    if ahead == order:
        skip_without_paging(client.page(before=order[5], limit=1), many)

    assert ahead != []  # a server may hold fewer on a page than stand ahead
    assert ahead == order[:5][-len(ahead) :]
