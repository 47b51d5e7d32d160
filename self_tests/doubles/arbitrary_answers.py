"""A fake that answers some calls with arbitrary answers: any status, any header, any body. The seed decides all."""

from __future__ import annotations

import json
import random
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from fake_server.fake import Fake

STATUSES = [*[200] * 6, 201, 202, 204, 206, 301, 307, 400, 401, 403, 404, 405, 409, 413, 418, 422, 500, 501, 503]
SCALARS = [None, True, False, 0, -1, 1.5, 10**30, 1e308, "", "asst-x", "list", "assistant", "\ud800", "\x00", "é🤖"]
NAMES = ["id", "object", "data", "error", "message", "type", "code", "param", "name", "instructions", "tools", "\udfff"]
RAW = [
    b"",
    b"{",
    b"[" * 5_000,
    b'{"id": ' + b"[" * 200 + b"]" * 200 + b"}",
    b'{"created_at": NaN}',
    b'{"x": ' + b"9" * 5_000 + b"}",
    b"\xff\xfe\x00",
    b"\xef\xbb\xbf{}",
    b"<html>502</html>",
    b'{"a": 1, "a": 2}',
]
HEADERS = [
    {},
    {"content-type": "text/html"},
    {"content-type": "application/json; charset=utf-16"},
    {"location": "http://127.0.0.1:9/elsewhere"},
    {"retry-after": "soon"},
    {"date": "yesterday"},
    {"x-odd": "\xe9\t;,"},
]


class Calm:
    """A switch: a fake that is calm answers as it should."""

    on = False


def answering_anything(fake: Fake, seed: int, share: float, calm: Calm) -> None:
    """Replaces this share of the answers. Chance decides also if the fake has done the call."""
    dice = random.Random(seed)

    @web.middleware
    async def middleware(request: web.Request, handler: Callable[..., Awaitable[web.Response]]) -> web.Response:
        if calm.on or dice.random() > share:
            return await handler(request)
        right = await handler(request) if dice.random() < 0.5 else None
        return arbitrary_answer(dice, right)

    fake.middlewares.append(middleware)


def arbitrary_answer(dice: random.Random, right: web.Response | None) -> web.Response:
    headers = {"content-type": "application/json", **dice.choice(HEADERS)}
    return web.Response(status=dice.choice(STATUSES), body=_body(dice, right), headers=headers)


def _body(dice: random.Random, right: web.Response | None) -> bytes:
    """Bytes that are not JSON, arbitrary JSON, or the right answer with one arbitrary member."""
    kind = dice.randrange(4)
    if kind == 0:
        return dice.choice(RAW)
    if kind == 1 or right is None or not isinstance(right.body, bytes):
        return json.dumps(arbitrary_json(dice)).encode()
    try:
        document = json.loads(right.body)
    except ValueError:
        return right.body
    if isinstance(document, dict):
        document[dice.choice([*document, *NAMES])] = arbitrary_json(dice)
    return json.dumps(document).encode()


def arbitrary_json(dice: random.Random, depth: int = 0) -> Any:
    kind = dice.randrange(3) if depth < 4 else 0
    if kind == 0:
        return dice.choice(SCALARS)
    if kind == 1:
        return [arbitrary_json(dice, depth + 1) for _ in range(dice.randrange(4))]
    return {dice.choice(NAMES): arbitrary_json(dice, depth + 1) for _ in range(dice.randrange(5))}
