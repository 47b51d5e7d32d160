"""The fake as aiohttp's requests see it: from a request to a call, and from an answer or a refusal to a response."""

import asyncio
import json
import logging
import re
from collections.abc import Awaitable, Callable
from functools import partial
from itertools import groupby
from time import perf_counter
from typing import Any

import orjson
from aiohttp import web

from fake_server.assistants import Key
from fake_server.contract import Contract, Operation
from fake_server.errors import BodyTooLarge, Broken, MalformedRequest, Refused, UnknownUrl, WrongMethod
from fake_server.fake import Fake
from fake_server.handlers import Answer, Call

LOG = logging.getLogger(__name__)
# After a body that was not read to its end nothing more can be asked on the connection.
LAST = {"connection": "close"}
JSON = {"content-type": "application/json"}
KEY = web.RequestKey("key", Key)
BUDGET = web.RequestKey("budget", str)
# Who calls an operation of which the contract demands no key; today it demands one of all.
NOBODY = Key("", "", "", "")

Endpoint = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]
# A path's pattern, and its operations by their methods.
Route = tuple[re.Pattern[str], dict[str, Operation]]


def endpoint(fake: Fake) -> Endpoint:
    """All that is asked becomes a response here: aiohttp's router and middlewares would refuse some, and cost more."""
    routes = read_routes(fake.contract)

    async def answer(request: web.BaseRequest) -> web.StreamResponse:
        began = perf_counter()
        if "Expect" in request.headers:
            await tolerate(request)
        response, key = preflight(fake, request), None
        if response is None:
            done = await perform(fake, routes, request)
            key = request.get(KEY)
            response = respond(fake, done, request.get(BUDGET))
        if fake.log is not None:
            seconds, label = perf_counter() - began, key.label if key else "-"
            fake.log(request.method, request.raw_path, response.status, seconds, label)
        return response

    outermost: Endpoint = answer
    for middleware in reversed(fake.middlewares):
        outermost = partial(middleware, handler=outermost)
    return outermost


def read_routes(contract: Contract) -> list[Route]:
    return [
        (
            re.compile(contract.prefix + re.sub(r"{\w+}", "([^/]+)", path)),
            {operation.method: operation for operation in operations},
        )
        for path, operations in groupby(contract.operations, key=lambda operation: operation.path)
    ]


def preflight(fake: Fake, request: web.BaseRequest) -> web.Response | None:
    """A browser asks before it sends what a page wants: without a key, and at nobody's cost."""
    headers = request.headers
    if request.method == "OPTIONS" and "Origin" in headers and "Access-Control-Request-Method" in headers:
        allowed = fake.preflight_headers(headers.get("Access-Control-Request-Headers", ""))
        return web.Response(status=204, headers=allowed | fake.common_headers())
    return None


async def perform(fake: Fake, routes: list[Route], request: web.BaseRequest) -> Answer:
    """An answer in any case: refusals, and mistakes of our own, are answers too."""
    try:
        operation, assistant = named(routes, request)
        call = await judge(fake, operation, assistant, request)
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


async def judge(fake: Fake, operation: Operation, assistant: str, request: web.BaseRequest) -> Call:
    """The order of the checks: key, budget, query, body; then the handler's own. A stranger costs nobody anything,
    unless a dialect has an address pay before its key is looked at.
    """
    if fake.limiter.before_auth:
        count(fake, operation, request, NOBODY)
    key = fake.authenticate(fake.store, request.headers.get("Authorization")) if operation.secured else NOBODY
    request[KEY] = key
    if not fake.limiter.before_auth:
        count(fake, operation, request, key)
    query = fake.check_query(operation, request.query.items() if request.query_string else ())
    body = {}
    if operation.body is not None:
        value = fake.parse_body(await read(fake, request), request.headers.get("Content-Type"))
        body = fake.check_body(operation, value)
    return Call(fake, key, assistant, body, query)


def count(fake: Fake, operation: Operation, request: web.BaseRequest, key: Key) -> None:
    address = request.remote if fake.limiter.per_address else None
    request[BUDGET] = budget = fake.limiter.budget(key.secret, address, operation.id)
    fake.limiter.take(budget)


def refuse(fake: Fake, refusal: Refused) -> Answer:
    kind = fake.error_table[type(refusal)]
    if kind.shape is not None:
        return Answer(kind.shape(refusal.message, kind.status), kind.status, refusal.headers)
    return Answer(fake.envelope(refusal.message, kind.type, refusal.param, kind.code), kind.status, refusal.headers)


def respond(fake: Fake, answer: Answer, budget: str | None) -> web.Response:
    limits = {} if budget is None else fake.limiter.headers(budget)
    headers = {**JSON, **answer.headers, **fake.common_headers(), **limits}
    return web.Response(status=answer.status, body=encoded(answer.body, fake.sorted_keys), headers=headers)


def encoded(body: Any, sorted_keys: bool) -> bytes:
    try:
        return orjson.dumps(body, option=orjson.OPT_SORT_KEYS if sorted_keys else None)
    # A path may bring a lone surrogate into a refusal: json's escapes make ASCII of any text.
    except orjson.JSONEncodeError:
        return json.dumps(body, sort_keys=sorted_keys).encode()


async def read(fake: Fake, request: web.BaseRequest) -> bytes:
    try:
        # A body that is here already needs no clock, which would cost more than to read it.
        if request.content.is_eof():
            return await request.read()
        async with asyncio.timeout(fake.body_seconds):
            return await request.read()
    except web.HTTPRequestEntityTooLarge:
        raise BodyTooLarge(f"The body is larger than {fake.contract.body_limit} bytes.", headers=LAST) from None
    except TimeoutError:
        raise MalformedRequest(f"The body did not arrive within {fake.body_seconds:g} s.", headers=LAST) from None
    except (web.RequestPayloadError, ConnectionError):
        message = "The body cannot be read: it breaks off, or is not encoded as its headers say."
        raise MalformedRequest(message, headers=LAST) from None


async def tolerate(request: web.BaseRequest) -> None:
    """An Expect that nobody knows is no reason to refuse."""
    if request.headers["Expect"].lower() == "100-continue":
        await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
