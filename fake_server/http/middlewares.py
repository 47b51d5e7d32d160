"""Middlewares of aiohttp that change the headers of an answer."""

import re
from collections.abc import Iterable
from functools import partial

from aiohttp import web

from fake_server.domain.ids import Ids
from fake_server.domain.web_names import origin_pattern
from fake_server.fake import Fake
from fake_server.http.web import CONTEXT, PRIVATE_NETWORK, Endpoint


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


def allow_origins(fake: Fake, origins: Iterable[str], credentials: bool = False) -> None:
    """Only pages of these origins (see origin_pattern) may read the answers, with `credentials` also the answers to
    requests with cookies. Raises WebNameError.
    """
    pattern = re.compile("|".join(map(origin_pattern, origins)))
    fake.middlewares.append(partial(_set_allowed_origin, pattern, credentials))


async def _set_allowed_origin(
    pattern: re.Pattern[str], credentials: bool, request: web.BaseRequest, handler: Endpoint
) -> web.StreamResponse:
    response = await handler(request)
    headers, origin = response.headers, request.headers.get("Origin", "")
    headers.pop("access-control-allow-origin", None)
    headers["vary"] = "Origin"
    if not pattern.fullmatch(origin):
        headers.pop(PRIVATE_NETWORK, None)
        return response
    headers["access-control-allow-origin"] = origin
    if credentials:
        headers["access-control-allow-credentials"] = "true"
    return response
