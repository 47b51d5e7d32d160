"""The free choices of the list: the size of a page, its order, and others who write at the same time."""

from __future__ import annotations

from itertools import count
from typing import Any

from aiohttp import web

from fake_server.fake import Fake
from fake_server.storage import seed
from self_tests.legal.choices import choice, setting
from self_tests.wrong.wrong_server import around

NEWEST = ("list/newest-first",)

setting("lists.order", "oldest", "name", warns=NEWEST)
setting("lists.first_and_last_id", False, warns=("list/first-and-last-id",))
setting("lists.paging", "no-before", warns=("list/before",))
setting("lists.paging", "one-page", warns=("list/order-asc",))
setting("lists.unknown_cursor", 404, "empty")
setting("lists.unknown_query", "refuse")


def _at_most(fake: Fake, most: int) -> None:
    """A list without any paging has no limit."""

    def page(old: Any, projects: Any, query: Any) -> Any:
        limit = query.get("limit")
        return old(projects, {**query, "limit": min(limit, most)} if isinstance(limit, int) else query)

    around(fake, "page", page)


@choice("the size of a page")
def pages_of_ten_at_most(fake: Fake) -> None:
    _at_most(fake, 10)


@choice("the size of a page")
def pages_of_fifty_at_most(fake: Fake) -> None:
    _at_most(fake, 50)


@choice("other writers")
def others_come_and_go(fake: Fake) -> None:
    """A colleague creates an assistant at every seventh call, and deletes his oldest one at every eleventh."""
    organization, numbers = seed.ORGANIZATIONS[0].id, count(1)
    theirs: list[str] = []

    @web.middleware
    async def write(request: web.Request, handler: Any) -> Any:
        number = next(numbers)
        if number % 7 == 0:
            theirs.append(fake.store.add(organization, f"A customer's {number}", "Be kind.").id)
        if number % 11 == 0 and theirs:
            fake.store.remove(organization, theirs.pop(0))
        return await handler(request)

    fake.middlewares.append(write)
