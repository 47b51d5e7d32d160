"""A stateless mock, like Prism and Steady: each answer has the right shape, and no answer is true."""

import json
import time
from typing import Any
from uuid import uuid4

from aiohttp import web

from contract_tests.http.openapi import document
from contract_tests.http.operations import DELETE, LIST
from fake_server.fake import Fake
from self_tests.wrong.wrong_server import Document, operation_of

EMPTY_PAGE: Document = {"object": "list", "data": [], "first_id": None, "last_id": None, "has_more": False}


def echo(fake: Fake) -> None:
    """Replaces everything that the fake does. The list is empty, and every id exists."""
    fake.middlewares.append(answer)


@web.middleware
async def answer(request: web.Request, handler: Any) -> web.Response:  # noqa: ARG001 - aiohttp gives it by name
    id = request.path.removeprefix("/v1/assistants").strip("/") or f"asst-{uuid4()}"
    if operation_of(request) == LIST:
        return web.json_response(EMPTY_PAGE)
    if operation_of(request) == DELETE:
        return web.json_response({"id": id, "object": "assistant.deleted", "deleted": True})
    return web.json_response(assistant(id) | await sent(request))


def assistant(id: str) -> Document:
    """The example of the contract, as a mock answers it."""
    example = document()["components"]["examples"]["assistant"]["value"]
    return {**example, "id": id, "created_at": int(time.time()), "name": "Canned", "instructions": None}


async def sent(request: web.Request) -> Document:
    """The body, if it is an object."""
    try:
        body = json.loads(await request.read())
    except (ValueError, RecursionError):
        return {}
    return body if isinstance(body, dict) else {}
