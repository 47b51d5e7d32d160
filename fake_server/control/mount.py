"""The control side at a fake: beside /v1, and around each call of it."""

import time
from functools import partial
from typing import cast

from aiohttp import web

from fake_server.control.fault_injection import damage, silent, strike
from fake_server.control.faults import HEADER
from fake_server.control.request_log import CUT, Seen, shown
from fake_server.control.routes import PREFIX, answer
from fake_server.control.state import Control
from fake_server.domain.clock import Clock
from fake_server.domain.ids import Ids
from fake_server.fake import Fake, Passage
from fake_server.http.web import PASSAGE, Endpoint


def attach(
    fake: Fake, clock: Clock, *, ids: Ids | None = None, host: str = "127.0.0.1", token: str | None = None
) -> Control:
    """To a fake that was composed with this clock and is not yet served; see Control."""
    control = Control(fake, clock, ids, host, token, fake.limiter.limit)
    fake.limiter.lift = """Start the fake with --rate-limit off, or PATCH /_fake/limiter with {"limit": null}."""
    fake.limiter.owner = partial(owner, fake)
    fake.interfere = partial(interfere, control)
    fake.middlewares.insert(0, partial(around, control))
    return control


def owner(fake: Fake, caller: str) -> str:
    """The organization of a key, be it for one operation; "" for what is none."""
    key = fake.store.key(caller.partition(" ")[0])
    return key.organization if key else ""


async def interfere(control: Control, request: web.BaseRequest, passage: Passage) -> None:
    """Raises Faulted, and InvalidParameter for a header that says nothing."""
    ordered, faults = request.headers.get(HEADER), control.faults
    if ordered is None and not faults.all:
        return
    passage.fault = faults.striking(passage) if ordered is None else faults.of_header(ordered)
    if passage.fault is not None:
        await strike(passage.fault)


async def around(control: Control, request: web.BaseRequest, handler: Endpoint) -> web.StreamResponse:
    if request.raw_path.startswith(PREFIX):
        return await answer(control, request)
    response = cast(web.Response, await handler(request))
    passage = request[PASSAGE]
    record(control, request, passage, response)
    return response if passage.fault is None else await damage(passage.fault, request, response)


def record(control: Control, request: web.BaseRequest, passage: Passage, response: web.Response) -> None:
    requests, key, fault, asked = control.requests, passage.key, passage.fault, passage.body
    requests.number += 1
    seen = Seen(
        requests.number,
        time.time() - passage.seconds,
        request.method,
        request.raw_path,
        None if passage.operation is None else passage.operation.id,
        None if key is None else key.organization,
        None if key is None else key.label,
        None if fault is not None and silent(fault) else response.status,
        passage.seconds,
        None if fault is None else fault.id,
        response.headers.get("x-request-id"),
        None if asked is None else asked[: CUT + 1],
        cast(bytes, response.body or b"")[: CUT + 1],
    )
    requests.kept.append(seen)
    if requests.listeners:
        tell(control, seen)


def tell(control: Control, seen: Seen) -> None:
    control.requests.tell("request", shown(seen, control.fake.store.all_keys()))
    if seen.fault is not None:
        control.requests.tell_changed("faults")
    if seen.operation is not None and seen.method != "GET" and seen.status is not None and seen.status < 400:
        control.requests.tell_changed("assistants")
