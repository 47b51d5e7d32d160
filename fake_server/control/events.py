"""The request log as it grows, as server-sent events."""

import asyncio

from aiohttp import web

from fake_server.control.request_log import WAITING, Requests

HEADERS = {"content-type": "text/event-stream", "cache-control": "no-store", "x-accel-buffering": "no"}
# Seconds after which a silent stream says that it is there, so that nobody between closes it.
SILENCE = 15


async def stream(requests: Requests, request: web.BaseRequest) -> web.StreamResponse:
    """Until the listener goes, or the fake ends."""
    response = web.StreamResponse(headers=HEADERS)
    await response.prepare(request)
    queue: asyncio.Queue[str] = asyncio.Queue(WAITING)
    requests.listeners.add(queue)
    try:
        await response.write(b": listening\n\n")
        while True:
            await response.write((await next_of(queue)).encode())
    except ConnectionError:
        return response
    finally:
        requests.listeners.discard(queue)


async def next_of(queue: asyncio.Queue[str]) -> str:
    try:
        return await asyncio.wait_for(queue.get(), SILENCE)
    except TimeoutError:
        return ": still here\n\n"
