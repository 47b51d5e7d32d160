"""Headers that are set on an answer once it is made, where the fake is told to; aiohttp's middlewares."""

from collections.abc import Collection
from functools import partial

from aiohttp import web

from fake_server.domain.ids import Ids
from fake_server.fake import Fake
from fake_server.http.web import PASSAGE, Endpoint


def number_requests(fake: Fake, ids: Ids) -> None:
    """x-request-id from `ids`, counted for each organization."""
    fake.middlewares.append(partial(numbered, ids))


async def numbered(ids: Ids, request: web.BaseRequest, handler: Endpoint) -> web.StreamResponse:
    response = await handler(request)
    key = request[PASSAGE].key
    # A dialect may go without.
    if "x-request-id" in response.headers:
        response.headers["x-request-id"] = ids.request(key.organization if key else "")
    return response


def narrow_origins(fake: Fake, origins: Collection[str]) -> None:
    """Only pages of these origins may read what is answered."""
    fake.middlewares.append(partial(narrowed, origins))


async def narrowed(origins: Collection[str], request: web.BaseRequest, handler: Endpoint) -> web.StreamResponse:
    response = await handler(request)
    response.headers.pop("access-control-allow-origin", None)
    response.headers["vary"] = "Origin"
    if (origin := request.headers.get("Origin")) in origins:
        response.headers["access-control-allow-origin"] = str(origin)
    return response
