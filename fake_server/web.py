"""The fake as an aiohttp application: from a request to a call, and from an answer or a refusal to a response."""

import asyncio
import json
import logging
import re
from collections.abc import Awaitable, Callable
from itertools import groupby

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from fake_server.assistants import Key
from fake_server.contract import Operation
from fake_server.errors import BodyTooLarge, Broken, MalformedRequest, Refused, UnknownUrl, WrongMethod
from fake_server.fake import Fake
from fake_server.handlers import Answer, Call

LOG = logging.getLogger(__name__)
# After a body that was not read to its end nothing more can be asked on the connection.
LAST = {"connection": "close"}
KEY = web.RequestKey("key", Key)
# Who calls an operation of which the contract demands no key; today it demands one of all.
NOBODY = Key("", "", "", "")


def application(fake: Fake) -> web.Application:
    """Its routes are the contract's, and one for whatever else is asked for, so that aiohttp refuses nothing."""
    app = web.Application(middlewares=[*fake.middlewares, answering(fake)], client_max_size=fake.contract.body_limit)
    for path, operations in groupby(fake.contract.operations, key=lambda operation: operation.path):
        pattern = fake.contract.prefix + re.sub(r"{(\w+)}", r"{\1:[^/]+}", path)
        endpoint = at_path(fake, {operation.method: operation for operation in operations})
        app.router.add_route("*", pattern, endpoint, expect_handler=tolerate)
    app.router.add_route("*", r"/{rest:[\s\S]*}", nowhere, expect_handler=tolerate)
    return app


def answering(fake: Fake) -> Middleware:
    """Everything becomes a response here: preflights, answers, refusals, and mistakes of our own."""

    @web.middleware
    async def answer(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            response = preflight(fake, request) or await handler(request)
        except Refused as refusal:
            response = refuse(fake, refusal)
        except web.HTTPException as error:
            response = refuse(fake, UnknownUrl("No such URL.") if error.status == 404 else MalformedRequest(str(error)))
        except Exception:
            LOG.exception("%s %s", request.method, request.path)
            response = refuse(fake, Broken("The fake made a mistake. Its log says more."))
        response.headers.update(fake.common_headers())
        if KEY in request:
            response.headers.update(fake.limiter.headers(request[KEY].secret))
        return response

    return answer


def preflight(fake: Fake, request: web.Request) -> web.Response | None:
    """A browser asks before it sends what a page wants: without a key, and at nobody's cost."""
    headers = request.headers
    if request.method == "OPTIONS" and "Origin" in headers and "Access-Control-Request-Method" in headers:
        asked = headers.get("Access-Control-Request-Headers", "")
        return web.Response(status=204, headers=fake.preflight_headers(asked))
    return None


def refuse(fake: Fake, refusal: Refused) -> web.Response:
    kind = fake.error_table[type(refusal)]
    body = fake.envelope(refusal.message, kind.type, refusal.param, kind.code)
    return respond(Answer(body, kind.status, refusal.headers))


def respond(answer: Answer) -> web.Response:
    # json's escapes make ASCII of any text, so that no answer fails to be encoded.
    body = json.dumps(answer.body).encode()
    return web.Response(status=answer.status, body=body, headers=answer.headers, content_type="application/json")


def at_path(fake: Fake, operations: dict[str, Operation]) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def endpoint(request: web.Request) -> web.Response:
        operation = operations.get(request.method)
        if operation is None:
            allow = ", ".join(operations)
            raise WrongMethod(f"{request.method:.20} is not allowed here. Use {allow}.", headers={"allow": allow})
        return respond(await perform(fake, operation, request))

    return endpoint


async def perform(fake: Fake, operation: Operation, request: web.Request) -> Answer:
    """The order of the checks: key, budget, query, body, and the handler's own. A stranger costs nobody anything."""
    key = fake.authenticate(fake.store, request.headers.get("Authorization")) if operation.secured else NOBODY
    request[KEY] = key
    fake.limiter.take(key.secret)
    query = fake.check_query(operation, request.query.items())
    body = {}
    if operation.body is not None:
        value = fake.parse_body(await read(fake, request), request.headers.get("Content-Type"))
        body = fake.check_body(operation, value)
    call = Call(fake, key, request.match_info.get("assistant_id", ""), body, query)
    try:
        return await fake.handlers[operation.id](call)
    finally:
        # Nothing is told, be it by a refusal, that could be lost again.
        await fake.store.settled()


async def read(fake: Fake, request: web.Request) -> bytes:
    try:
        async with asyncio.timeout(fake.body_seconds):
            return await request.read()
    except web.HTTPRequestEntityTooLarge:
        raise BodyTooLarge(f"The body is larger than {fake.contract.body_limit} bytes.", headers=LAST) from None
    except TimeoutError:
        raise MalformedRequest(f"The body did not arrive within {fake.body_seconds:g} s.", headers=LAST) from None
    except (web.RequestPayloadError, ConnectionError):
        message = "The body cannot be read: it breaks off, or is not encoded as its headers say."
        raise MalformedRequest(message, headers=LAST) from None


async def nowhere(request: web.Request) -> web.Response:
    raise UnknownUrl(f"No such URL: {request.path:.100}. Only the paths of openapi.yaml are answered.")


async def tolerate(request: web.Request) -> None:
    """An Expect that nobody knows is no reason to refuse: aiohttp would, and not in the envelope."""
    if request.headers.get("Expect", "").lower() == "100-continue":
        await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
