"""Middlewares of aiohttp that change the headers of an answer."""

from collections.abc import Collection
from functools import partial

from aiohttp import web

from fake_server.domain.ids import Ids
from fake_server.fake import Fake
from fake_server.http.web import CONTEXT, Endpoint


def number_requests(fake: Fake, ids: Ids) -> None:
    """Take x-request-id from `ids`, which count separately for each organization."""
    fake.middlewares.append(partial(_set_request_id, ids))


async def _set_request_id(ids: Ids, request: web.BaseRequest, handler: Endpoint) -> web.StreamResponse:
    response = await handler(request)
    key = request[CONTEXT].key
    # A dialect may leave the header out.
    if "x-request-id" in response.headers:
        response.headers["x-request-id"] = ids.request(key.organization if key else "")
    return response


def allow_origins(fake: Fake, origins: Collection[str]) -> None:
    """Only pages of these origins may read the answers."""
    fake.middlewares.append(partial(_set_allowed_origin, origins))


async def _set_allowed_origin(
    origins: Collection[str], request: web.BaseRequest, handler: Endpoint
) -> web.StreamResponse:
    response = await handler(request)
    response.headers.pop("access-control-allow-origin", None)
    response.headers["vary"] = "Origin"
    if (origin := request.headers.get("Origin")) in origins:
        response.headers["access-control-allow-origin"] = str(origin)
    return response
