"""A fault as the caller meets it: a wait and a refusal before the call is done, and what happens to the answer."""

import asyncio
import socket
import struct
from typing import cast

from aiohttp import web

from fake_server.control.faults import Fault
from fake_server.domain.errors import Faulted, Kind
from fake_server.http.server import Connection

# What a log calls a connection that was closed without an answer.
UNANSWERED = Kind(444, "api_error")
# With a time of 0 to linger the system resets a connection as it is closed.
AT_ONCE = struct.pack("ii", 1, 0)


def silent(fault: Fault) -> bool:
    return "hang" in fault.given or "reset" in fault.given


async def strike(fault: Fault) -> None:
    """Raises Faulted, unless the call is to be done."""
    if seconds := fault.seconds():
        await asyncio.sleep(seconds)
    if silent(fault):
        raise Faulted(UNANSWERED, "Nobody gets this answer.", {})
    if "status" in fault.given:
        wait = fault.given.get("retry_after")
        raise Faulted(fault.kind(), fault.message(), {} if wait is None else {"retry-after": str(wait)})


async def damage(fault: Fault, request: web.BaseRequest, response: web.Response) -> web.StreamResponse:
    """The answer as it goes out, be it not at all."""
    if silent(fault):
        await drop(fault, request)
    elif "half" in fault.given:
        return await half(request, response)
    elif "malformed" in fault.given:
        response.body = whole(response)[:-1]
    return response


async def drop(fault: Fault, request: web.BaseRequest) -> None:
    if "hang" in fault.given:
        await cast(Connection, request.protocol).ended.wait()
    if request.transport is not None:
        if "reset" in fault.given:
            request.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE)
        request.transport.abort()


async def half(request: web.BaseRequest, response: web.Response) -> web.StreamResponse:
    sent = web.StreamResponse(status=response.status, headers=response.headers)
    sent.content_length = len(whole(response))
    sent.force_close()
    await sent.prepare(request)
    await sent.write(whole(response)[: sent.content_length // 2])
    return sent


def whole(response: web.Response) -> bytes:
    return cast(bytes, response.body)
