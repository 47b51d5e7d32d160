"""Adds the Control API to a fake: its routes beside /v1, and a middleware around each call of /v1."""

import time
from collections.abc import Awaitable
from functools import partial
from typing import cast

from aiohttp import web

from fake_server.control import PREFIX
from fake_server.control.access import AllowedHosts
from fake_server.control.fault_injection import delay_or_refuse, leaves_unanswered, spoil_response
from fake_server.control.faults import HEADER
from fake_server.control.request_log import MOST_BODY_BYTES, LoggedRequest, keep_headers, render_request
from fake_server.control.routes import READS, answer_request
from fake_server.control.state import Control
from fake_server.domain.clock import Clock
from fake_server.domain.ids import Ids
from fake_server.fake import Fake, RequestContext
from fake_server.http.web import CONTEXT, Endpoint

NO_NAMES = AllowedHosts()


def attach(
    fake: Fake, clock: Clock, *, ids: Ids | None = None, hosts: AllowedHosts = NO_NAMES, token: str | None = None
) -> Control:
    """Add the Control API to a fake that was composed with this clock and does not serve yet. See Control."""
    control = Control(fake, clock, ids, hosts, token, fake.limiter.limit)
    fake.limiter.advice = """Start the fake with --rate-limit off, or PATCH /_fake/limiter with {"limit": null}."""
    fake.limiter.owner = partial(_organization_of, fake)
    fake.before_handling = partial(_inject_fault, control)
    fake.middlewares.insert(0, partial(_middleware, control))
    return control


def _organization_of(fake: Fake, caller: str) -> str:
    """The organization of a rate limit budget, or "" if the budget does not belong to a key."""
    key = fake.store.key(caller.partition(" ")[0])
    return key.organization if key else ""


def _inject_fault(control: Control, request: web.BaseRequest, context: RequestContext) -> Awaitable[None] | None:
    """The effect of a fault before the call, which raises Faulted; None without a fault. Raises InvalidParameter for an
    invalid header.
    """
    header, faults = request.headers.get(HEADER), control.faults
    if header is None and not faults.all:
        return None
    context.fault = faults.claim(context) if header is None else faults.fault_from_header(header)
    return None if context.fault is None else delay_or_refuse(context.fault)


async def _middleware(control: Control, request: web.BaseRequest, handler: Endpoint) -> web.StreamResponse:
    if request.raw_path.startswith(PREFIX):
        return await answer_request(control, request)
    if request.raw_path == "/" and request.method in READS and "text/html" in request.headers.get("Accept", ""):
        # A person has opened the address of the fake in a browser.
        return web.Response(status=302, headers={"location": f"{PREFIX}/"})
    response = cast(web.Response, await handler(request))
    context = request[CONTEXT]
    _log_request(control, request, context, response)
    return response if context.fault is None else await spoil_response(context.fault, request, response)


def _log_request(control: Control, request: web.BaseRequest, context: RequestContext, response: web.Response) -> None:
    requests, key, fault, body = control.requests, context.key, context.fault, context.body
    requests.number += 1
    logged = LoggedRequest(
        requests.number,
        time.time() - context.seconds,
        request.method,
        request.raw_path,
        None if context.operation is None else context.operation.id,
        None if key is None else key.organization,
        None if key is None else key.label,
        None if fault is not None and leaves_unanswered(fault) else response.status,
        context.seconds,
        None if fault is None else fault.id,
        response.headers.get("x-request-id"),
        keep_headers(request.raw_headers),
        None if body is None else body[: MOST_BODY_BYTES + 1],
        cast(bytes, response.body or b"")[: MOST_BODY_BYTES + 1],
    )
    requests.latest.append(logged)
    if requests.listeners:
        _publish(control, logged)


def _publish(control: Control, logged: LoggedRequest) -> None:
    control.requests.publish("request", render_request(logged, control.key_mask()))
    if logged.fault is not None:
        control.requests.publish_change("faults")
    if logged.operation is not None and logged.method != "GET" and logged.status is not None and logged.status < 400:
        control.requests.publish_change("assistants")
