"""The request log as server-sent events."""

import asyncio

from aiohttp import web

from fake_server.control.request_log import QUEUE_SIZE, RequestLog

EVENT_HEADERS = {"content-type": "text/event-stream", "cache-control": "no-store", "x-accel-buffering": "no"}
# Seconds without an event before a comment is sent, so that no proxy closes the connection.
KEEP_ALIVE_SECONDS = 15


async def stream(requests: RequestLog, request: web.BaseRequest) -> web.StreamResponse:
    """Send events until the listener disconnects or the fake ends."""
    response = web.StreamResponse(headers=EVENT_HEADERS)
    queue: asyncio.Queue[str] = asyncio.Queue(QUEUE_SIZE)
    requests.listeners.add(queue)
    try:
        await response.prepare(request)
        await response.write(b": listening\n\n")
        while True:
            await response.write((await _next_event(queue)).encode())
    except ConnectionError:
        return response
    finally:
        requests.listeners.discard(queue)


async def _next_event(queue: asyncio.Queue[str]) -> str:
    try:
        return await asyncio.wait_for(queue.get(), KEEP_ALIVE_SECONDS)
    except TimeoutError:
        return ": still here\n\n"
