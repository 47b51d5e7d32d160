"""The free choices of a connection: interim answers, the end of a connection that rests, and chunks."""

from __future__ import annotations

import asyncio
from random import Random
from typing import Any

from aiohttp import web

from fake_server.fake import Fake
from self_tests.legal.choices import choice
from self_tests.wrong.wrong_server import responding

INTERIM = {
    100: b"HTTP/1.1 100 Continue\r\n\r\n",
    102: b"HTTP/1.1 102 Processing\r\n\r\n",
    103: b"HTTP/1.1 103 Early Hints\r\nlink: </style.css>; rel=preload\r\n\r\n",
}


def _before_each(fake: Fake, *statuses: int) -> None:
    """Sends these interim answers before each answer."""

    @web.middleware
    async def middleware(request: web.Request, handler: Any) -> Any:
        for status in statuses:
            await request.writer.write(INTERIM[status])
        return await handler(request)

    fake.middlewares.append(middleware)


@choice("interim answers")
def a_103_before_each_answer(fake: Fake) -> None:
    _before_each(fake, 103)


@choice("interim answers")
def a_100_that_nobody_asked_for(fake: Fake) -> None:
    _before_each(fake, 100)


@choice("interim answers")
def several_interim_answers(fake: Fake) -> None:
    _before_each(fake, 102, 103, 103, 100)


def _closing(fake: Fake, least: float, most: float) -> None:
    """Closes each connection that has rested for as long as a dice says, in seconds."""
    dice = Random(1)

    def close_if_resting(protocol: Any, transport: asyncio.Transport, served: int) -> None:
        if protocol._waiter is not None and not protocol._messages and protocol._request_count == served:
            transport.close()

    @web.middleware
    async def middleware(request: web.Request, handler: Any) -> Any:
        protocol: Any = request.protocol
        if request.transport is not None:
            rest, served = dice.uniform(least, most), protocol._request_count
            asyncio.get_running_loop().call_later(rest, close_if_resting, protocol, request.transport, served)
        return await handler(request)

    fake.middlewares.append(middleware)


@choice("the end of a connection")
def closed_after_5_to_30_ms(fake: Fake) -> None:
    _closing(fake, 0.005, 0.03)


@choice("the end of a connection")
def closed_after_1_to_3_ms(fake: Fake) -> None:
    """The end of the connection often meets the next request on its way."""
    _closing(fake, 0.001, 0.003)


@choice("the end of a connection")
def one_request_on_each_connection(fake: Fake) -> None:
    responding(fake, lambda response: response.force_close())


@choice("the transfer")
def every_body_in_chunks(fake: Fake) -> None:
    def change(response: web.Response) -> None:
        if response.body is not None:
            response.headers.pop("content-length", None)
            response.enable_chunked_encoding()

    responding(fake, change)
