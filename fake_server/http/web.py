"""From aiohttp's request to a call of the fake, and from an answer or a refusal to aiohttp's response."""

import asyncio
import json
import logging
import re
from collections.abc import Awaitable, Callable, Sequence
from functools import lru_cache, partial
from itertools import groupby
from time import perf_counter
from typing import Any

import orjson
from aiohttp import web

from fake_server.contract.openapi import Contract, Operation
from fake_server.domain.assistants import Key
from fake_server.domain.errors import (
    BodyTooLarge,
    Broken,
    Faulted,
    MalformedRequest,
    Refused,
    UnknownUrl,
    UnsupportedMediaType,
    WrongMethod,
)
from fake_server.fake import Answer, Call, Fake, RequestContext

LOG = logging.getLogger(__name__)
# If a body was not read to its end, the connection cannot be used for another request.
CLOSE = {"connection": "close"}
PRIVATE_NETWORK = "access-control-allow-private-network"
JSON = {"content-type": "application/json"}
CODINGS = ("", "identity", "gzip", "deflate")
CONTEXT = web.RequestKey("context", RequestContext)
# The key of a call to an operation that needs no key. Today every operation needs one.
NO_KEY = Key("", "", "", "")

Endpoint = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]
# The pattern of a path, and the operations of the path by method.
Route = tuple[re.Pattern[str], dict[str, Operation]]


def build_endpoint(fake: Fake) -> Endpoint:
    """The function that answers every request. aiohttp's own router and middlewares are not used, because they refuse
    some requests outside the envelope and are slower.
    """

    async def answer(request: web.BaseRequest) -> web.StreamResponse:
        began = perf_counter()
        context = request[CONTEXT] = RequestContext()
        if "Expect" in request.headers:
            await _answer_expect(request)
        response = _answer_preflight(fake, request)
        if response is None:
            response = build_response(fake, await _answer_operation(fake, request, context), context.caller)
        context.seconds = perf_counter() - began
        if fake.log is not None:
            label = context.key.label if context.key else "-"
            fake.log(request.method, request.raw_path, response.status, context.seconds, label)
        return response

    outermost: Endpoint = answer
    for middleware in reversed(fake.middlewares):
        outermost = partial(middleware, handler=outermost)
    return outermost


@lru_cache(64)  # a running fake can get another contract
def _contract_routes(contract: Contract) -> list[Route]:
    return build_routes(contract.prefix, contract.operations)


def build_routes(prefix: str, operations: Sequence[Operation]) -> list[Route]:
    return [
        (_path_pattern(prefix, path), {operation.method: operation for operation in alike})
        for path, alike in groupby(operations, key=lambda operation: operation.path)
    ]


def _path_pattern(prefix: str, path: str) -> re.Pattern[str]:
    """`path` has parameters in braces."""
    return re.compile(re.escape(prefix) + re.sub(r"{\w+}", "([^/]+)", path))


def _answer_preflight(fake: Fake, request: web.BaseRequest) -> web.Response | None:
    """The answer to a browser's preflight, which needs no key and is not counted; None for any other request."""
    headers = request.headers
    if request.method == "OPTIONS" and "Origin" in headers and "Access-Control-Request-Method" in headers:
        allowed = fake.preflight_headers(headers.get("Access-Control-Request-Headers", ""))
        if headers.get("Access-Control-Request-Private-Network") == "true":
            # A browser asks this before a page of the internet may call this machine.
            allowed[PRIVATE_NETWORK] = "true"
        return web.Response(status=204, headers=allowed | fake.common_headers())
    return None


async def _answer_operation(fake: Fake, request: web.BaseRequest, context: RequestContext) -> Answer:
    """Refusals and internal errors become answers too."""
    try:
        operation, assistant = match_operation(_contract_routes(fake.contract), request, request.method)
        call = await check_request(fake, operation, assistant, request, context)
        try:
            return await fake.handlers[operation.id](call)
        finally:
            # The answer, or the refusal, may depend on changes that are not on the disk yet.
            await fake.store.wait_until_durable()
    except Refused as refusal:
        return render_refusal(fake, refusal)
    except Exception:
        LOG.exception("%s %s", request.method, request.path)
        return render_refusal(fake, Broken("The fake has an internal error. See its log."))


def match_operation(routes: list[Route], request: web.BaseRequest, method: str) -> tuple[Operation, str]:
    """The operation, and the id in the path. Raises UnknownUrl and WrongMethod."""
    path = request.rel_url.path_safe
    for pattern, operations in routes:
        found = pattern.fullmatch(path)
        if found is None:
            continue
        if method not in operations:
            allow = ", ".join(operations)
            raise WrongMethod(f"{method:.20} is not allowed here. Use {allow}.", headers={"allow": allow})
        # aiohttp leaves these two escapes in the path, because they would change how it is split.
        return operations[method], "".join(found.groups()).replace("%2F", "/").replace("%25", "%")
    raise UnknownUrl(f"No such URL: {request.path:.100}. The paths are in openapi.yaml.")


async def check_request(
    fake: Fake, operation: Operation, assistant: str, request: web.BaseRequest, context: RequestContext
) -> Call:
    """Check in this order: key, faults, limiter, query, body. The handler then has checks of its own.

    A call without a valid key is not counted, unless the dialect counts it. Raises Refused.
    """
    if fake.counts_unauthenticated:
        context.caller = fake.caller(request, operation, NO_KEY)
        fake.limiter.count_call(context.caller)
    key = fake.authenticate(fake.store, request.headers.get("Authorization")) if operation.secured else NO_KEY
    context.key, context.operation = key, operation
    context.caller = fake.caller(request, operation, key)
    if fake.before_handling is not None:
        effect = fake.before_handling(request, context)
        if effect is not None:
            await effect
    if not fake.counts_unauthenticated:
        fake.limiter.count_call(context.caller)
    query = fake.check_query(operation, request.query.items() if request.query_string else ())
    body = {}
    if operation.body is not None:
        context.body = raw = await receive_body(fake, request)
        if raw or operation.body_required:
            value = fake.parse_body(raw, request.headers.get("Content-Type"))
            body = fake.check_body(operation, value)
    return Call(fake, key, assistant, body, query)


def render_refusal(fake: Fake, refusal: Refused) -> Answer:
    kind = refusal.kind if isinstance(refusal, Faulted) else fake.error_table[type(refusal)]
    message = kind.message or refusal.message
    if kind.shape is None:
        body = fake.envelope(message, kind.type, refusal.param, fake.code_of(kind))
    else:
        body = kind.shape(message, kind)
    return Answer(body, kind.status, refusal.headers)


def build_response(fake: Fake, answer: Answer, caller: str | None) -> web.Response:
    limits: dict[str, str] = {}
    if caller is not None and answer.status not in fake.statuses_without_limit_headers:
        limits = fake.limiter.headers(caller)
    headers = {**JSON, **answer.headers, **fake.common_headers(), **limits}
    return web.Response(status=answer.status, body=encode_json(answer.body, fake.json_options), headers=headers)


def encode_json(body: Any, options: int = 0) -> bytes:
    try:
        return orjson.dumps(body, option=options)
    # The message of a refusal may contain a lone surrogate from the path. json escapes it; orjson cannot.
    except orjson.JSONEncodeError:
        return json.dumps(body).encode()


async def receive_body(fake: Fake, request: web.BaseRequest) -> bytes:
    """Raises BodyTooLarge, MalformedRequest and UnsupportedMediaType."""
    if "Content-Encoding" in request.headers:
        check_content_encoding(request.headers["Content-Encoding"])
    try:
        # A body that has already arrived needs no timeout, which takes more time than to read the body.
        if request.content.is_eof():
            # read() has the body if a middleware has already read it.
            return _check_size(fake, request.content.read_nowait() or await request.read())
        async with asyncio.timeout(fake.body_seconds):
            return await request.read()
    except web.HTTPRequestEntityTooLarge:
        raise _too_large(fake) from None
    except TimeoutError:
        raise MalformedRequest(f"The body did not arrive within {fake.body_seconds:g} s.", headers=CLOSE) from None
    except (web.RequestPayloadError, ConnectionError):
        message = "The body cannot be read: it is incomplete, or its encoding does not match its headers."
        raise MalformedRequest(message, headers=CLOSE) from None


def check_content_encoding(coding: str) -> None:
    """aiohttp decodes these codings. It leaves others as they are, or refuses the request as if it were not HTTP."""
    if coding.strip().lower() not in CODINGS:
        message = (
            f"The body has the content encoding '{coding:.50}', which the fake cannot read. Send it as gzip or plain."
        )
        raise UnsupportedMediaType(message, headers=CLOSE | {"accept-encoding": "gzip, deflate"})


def _check_size(fake: Fake, body: bytes) -> bytes:
    if len(body) > fake.contract.body_limit:
        raise _too_large(fake)
    return body


def _too_large(fake: Fake) -> BodyTooLarge:
    return BodyTooLarge(f"The body is larger than {fake.contract.body_limit} bytes.", headers=CLOSE)


async def _answer_expect(request: web.BaseRequest) -> None:
    """An unknown Expect header is ignored."""
    if request.headers["Expect"].lower() == "100-continue":
        await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
