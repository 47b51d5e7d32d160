"""The effects of a fault: a delay and a refusal before the call runs, and changes to the answer after it."""

import asyncio
import socket
import struct
from typing import cast

from aiohttp import web

from fake_server.control.faults import Fault
from fake_server.domain.errors import Faulted, Kind
from fake_server.http.server import Connection

# 444 is the usual status in logs for a connection that was closed without an answer.
UNANSWERED = Kind(444, "api_error")
# With a linger time of 0 the system resets the connection when it is closed.
RESET_ON_CLOSE = struct.pack("ii", 1, 0)


def leaves_unanswered(fault: Fault) -> bool:
    return "hang" in fault.settings or "reset" in fault.settings


async def delay_or_refuse(fault: Fault) -> None:
    """Wait, then raise Faulted unless the call must run."""
    if seconds := fault.seconds():
        await asyncio.sleep(seconds)
    if leaves_unanswered(fault):
        raise Faulted(UNANSWERED, "This answer is never sent.", {})
    if "status" in fault.settings:
        wait = fault.settings.get("retry_after")
        raise Faulted(fault.kind(), fault.message(), {} if wait is None else {"retry-after": str(wait)})


async def spoil_response(fault: Fault, request: web.BaseRequest, response: web.Response) -> web.StreamResponse:
    """Change, cut or drop the answer."""
    if leaves_unanswered(fault):
        await _drop_connection(fault, request)
    elif "half" in fault.settings:
        return await _send_half(request, response)
    elif "malformed" in fault.settings:
        response.body = _body(response)[:-1]
    return response


async def _drop_connection(fault: Fault, request: web.BaseRequest) -> None:
    if "hang" in fault.settings:
        await cast(Connection, request.protocol).ended.wait()
    if request.transport is not None:
        if "reset" in fault.settings:
            request.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
        request.transport.abort()


async def _send_half(request: web.BaseRequest, response: web.Response) -> web.StreamResponse:
    sent = web.StreamResponse(status=response.status, headers=response.headers)
    sent.content_length = len(_body(response))
    sent.force_close()
    await sent.prepare(request)
    await sent.write(_body(response)[: sent.content_length // 2])
    return sent


def _body(response: web.Response) -> bytes:
    return cast(bytes, response.body)
