"""The fake as aiohttp's requests see it: from a request to a call, and from an answer or a refusal to a response."""

import asyncio
import json
import logging
import re
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from itertools import groupby
from time import perf_counter
from typing import Any

import orjson
from aiohttp import web

from fake_server.contract.openapi import Operation
from fake_server.domain.assistants import Key
from fake_server.domain.errors import BodyTooLarge, Broken, Faulted, MalformedRequest, Refused, UnknownUrl, WrongMethod
from fake_server.fake import Answer, Call, Fake, Passage

LOG = logging.getLogger(__name__)
# After a body that was not read to its end nothing more can be asked on the connection.
LAST = {"connection": "close"}
JSON = {"content-type": "application/json"}
PASSAGE = web.RequestKey("passage", Passage)
# Who calls an operation of which the contract demands no key; today it demands one of all.
NOBODY = Key("", "", "", "")

Endpoint = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]
# A path's pattern, and its operations by their methods.
Route = tuple[re.Pattern[str], dict[str, Operation]]


def endpoint(fake: Fake) -> Endpoint:
    """All that is asked becomes a response here: aiohttp's router and middlewares would refuse some, and cost more."""
    routes = read_routes(fake.contract.prefix, fake.contract.operations)

    async def answer(request: web.BaseRequest) -> web.StreamResponse:
        began = perf_counter()
        passage = request[PASSAGE] = Passage()
        if "Expect" in request.headers:
            await tolerate(request)
        response = preflight(fake, request)
        if response is None:
            response = respond(fake, await perform(fake, routes, request, passage), passage.caller)
        passage.seconds = perf_counter() - began
        if fake.log is not None:
            label = passage.key.label if passage.key else "-"
            fake.log(request.method, request.raw_path, response.status, passage.seconds, label)
        return response

    outermost: Endpoint = answer
    for middleware in reversed(fake.middlewares):
        outermost = partial(middleware, handler=outermost)
    return outermost


def read_routes(prefix: str, operations: Sequence[Operation]) -> list[Route]:
    return [
        (re.compile(prefix + re.sub(r"{\w+}", "([^/]+)", path)), {operation.method: operation for operation in alike})
        for path, alike in groupby(operations, key=lambda operation: operation.path)
    ]


def preflight(fake: Fake, request: web.BaseRequest) -> web.Response | None:
    """A browser asks before it sends what a page wants: without a key, and at nobody's cost."""
    headers = request.headers
    if request.method == "OPTIONS" and "Origin" in headers and "Access-Control-Request-Method" in headers:
        allowed = fake.preflight_headers(headers.get("Access-Control-Request-Headers", ""))
        return web.Response(status=204, headers=allowed | fake.common_headers())
    return None


async def perform(fake: Fake, routes: list[Route], request: web.BaseRequest, passage: Passage) -> Answer:
    """An answer in any case: refusals, and mistakes of our own, are answers too."""
    try:
        operation, assistant = named(routes, request)
        call = await judge(fake, operation, assistant, request, passage)
        try:
            return await fake.handlers[operation.id](call)
        finally:
            # Nothing is told, be it by a refusal, that could be lost again.
            await fake.store.settled()
    except Refused as refusal:
        return refuse(fake, refusal)
    except Exception:
        LOG.exception("%s %s", request.method, request.path)
        return refuse(fake, Broken("The fake made a mistake. Its log says more."))


def named(routes: list[Route], request: web.BaseRequest) -> tuple[Operation, str]:
    """The operation that is asked for, and the id in its path. Raises UnknownUrl and WrongMethod."""
    path = request.rel_url.path_safe
    for pattern, operations in routes:
        found = pattern.fullmatch(path)
        if found is None:
            continue
        if request.method not in operations:
            allow = ", ".join(operations)
            raise WrongMethod(f"{request.method:.20} is not allowed here. Use {allow}.", headers={"allow": allow})
        # What is left of the id's escapes: those that would have changed how the path falls apart.
        return operations[request.method], "".join(found.groups()).replace("%2F", "/").replace("%25", "%")
    raise UnknownUrl(f"No such URL: {request.path:.100}. Only the paths of openapi.yaml are answered.")


async def judge(fake: Fake, operation: Operation, assistant: str, request: web.BaseRequest, passage: Passage) -> Call:
    """The order of the checks: key, budget, query, body; then the handler's own. A stranger costs nobody anything,
    unless a dialect says so, and what is made to go wrong does so between key and budget.
    """
    if fake.counts_strangers:
        passage.caller = fake.caller(request, operation, NOBODY)
        fake.limiter.take(passage.caller)
    key = fake.authenticate(fake.store, request.headers.get("Authorization")) if operation.secured else NOBODY
    passage.key, passage.operation = key, operation
    passage.caller = fake.caller(request, operation, key)
    if fake.interfere is not None:
        await fake.interfere(request, passage)
    if not fake.counts_strangers:
        fake.limiter.take(passage.caller)
    query = fake.check_query(operation, request.query.items() if request.query_string else ())
    body = {}
    if operation.body is not None:
        passage.body = raw = await read(fake, request)
        if raw or operation.body_required:
            value = fake.parse_body(raw, request.headers.get("Content-Type"))
            body = fake.check_body(operation, value)
    return Call(fake, key, assistant, body, query)


def refuse(fake: Fake, refusal: Refused) -> Answer:
    kind = refusal.kind if isinstance(refusal, Faulted) else fake.error_table[type(refusal)]
    message = kind.message or refusal.message
    if kind.shape is None:
        body = fake.envelope(message, kind.type, refusal.param, fake.code_of(kind))
    else:
        body = kind.shape(message, kind)
    return Answer(body, kind.status, refusal.headers)


def respond(fake: Fake, answer: Answer, caller: str | None) -> web.Response:
    limits = {} if caller is None or answer.status in fake.untold else fake.limiter.headers(caller)
    headers = {**JSON, **answer.headers, **fake.common_headers(), **limits}
    return web.Response(status=answer.status, body=encoded(answer.body, fake.json_options), headers=headers)


def encoded(body: Any, options: int = 0) -> bytes:
    try:
        return orjson.dumps(body, option=options)
    # A path may bring a lone surrogate into a refusal: json's escapes make ASCII of any text.
    except orjson.JSONEncodeError:
        return json.dumps(body).encode()


async def read(fake: Fake, request: web.BaseRequest) -> bytes:
    try:
        # A body that is here already needs no clock, which would cost more than to read it.
        if request.content.is_eof():
            # What a middleware has read is not read again.
            return checked(fake, request.content.read_nowait() or await request.read())
        async with asyncio.timeout(fake.body_seconds):
            return await request.read()
    except web.HTTPRequestEntityTooLarge:
        raise too_large(fake) from None
    except TimeoutError:
        raise MalformedRequest(f"The body did not arrive within {fake.body_seconds:g} s.", headers=LAST) from None
    except (web.RequestPayloadError, ConnectionError):
        message = "The body cannot be read: it breaks off, or is not encoded as its headers say."
        raise MalformedRequest(message, headers=LAST) from None


def checked(fake: Fake, body: bytes) -> bytes:
    if len(body) > fake.contract.body_limit:
        raise too_large(fake)
    return body


def too_large(fake: Fake) -> BodyTooLarge:
    return BodyTooLarge(f"The body is larger than {fake.contract.body_limit} bytes.", headers=LAST)


async def tolerate(request: web.BaseRequest) -> None:
    """An Expect that nobody knows is no reason to refuse."""
    if request.headers["Expect"].lower() == "100-continue":
        await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
