"""The control side as aiohttp's requests see it: from a request by control.yaml to a handler, and on to JSON."""

import logging
from functools import cache
from pathlib import Path
from typing import Any

from aiohttp import web

from fake_server.contract.openapi import Operation, read_document, read_operations, read_yaml
from fake_server.contract.yaml_file import FileMistake, parsed
from fake_server.control import assistants, diagnostics, organizations, state_handlers
from fake_server.control.access import admit
from fake_server.control.events import stream
from fake_server.control.page_files import page_file
from fake_server.control.state import Asked, Control, Handler
from fake_server.domain import errors
from fake_server.domain.errors import Broken, MalformedRequest, Refused, UnknownUrl
from fake_server.http import request_checks
from fake_server.http.web import JSON, Route, encoded, named, read, read_routes

LOG = logging.getLogger(__name__)
PREFIX = "/_fake"
FILE = Path(__file__).with_name("control.yaml")
HANDLERS: dict[str, Handler] = {
    **state_handlers.HANDLERS,
    **organizations.HANDLERS,
    **assistants.HANDLERS,
    **diagnostics.HANDLERS,
}
# What a call may change without anything else, by the beginning of its path.
ALONE = ("assistants", "clock", "faults", "limiter", "requests", "snapshots")


@cache
def routes() -> list[Route]:
    """Read when they are first asked for: a start does not wait for it."""
    return read_routes(PREFIX, read_operations(read_yaml(FILE)))


async def answer(control: Control, request: web.BaseRequest) -> web.StreamResponse:
    """An answer in any case: refusals, and mistakes of our own, are answers too."""
    try:
        return await perform(control, request)
    except Refused as refusal:
        return refused(refusal)
    except Exception:
        LOG.exception("%s %s", request.method, request.path)
        return refused(Broken("The fake made a mistake. Its log says more."))


async def perform(control: Control, request: web.BaseRequest) -> web.StreamResponse:
    operation, name = found(request)
    admit(request, control.host, control.token, operation is not None and operation.secured)
    if request.path == PREFIX:
        return web.Response(status=308, headers={"location": f"{PREFIX}/"})
    if operation is None:
        return file(request)
    if operation.id in DIRECT:
        return await DIRECT[operation.id](control, request)
    done = await HANDLERS[operation.id](await judged(control, operation, name, request))
    await control.fake.store.settled()
    if request.method != "GET":
        control.requests.tell_changed(changed(operation))
    return web.Response(body=encoded(done), headers=JSON)


def found(request: web.BaseRequest) -> tuple[Operation | None, str]:
    """And what the path names. Raises WrongMethod."""
    try:
        return named(routes(), request)
    except UnknownUrl:
        return None, ""


def file(request: web.BaseRequest) -> web.Response:
    """Of the page, or of the docs. Raises UnknownUrl."""
    found = page_file(request.path.removeprefix(f"{PREFIX}/")) if request.method == "GET" else None
    if found is None:
        raise UnknownUrl(f"No such URL: {request.path:.100}. {PREFIX}/control.yaml says which there are.")
    body, headers = found
    return web.Response(body=body, headers=headers)


def changed(operation: Operation) -> str:
    _, first, *others = operation.path.split("/")
    return first if first in ALONE and "restore" not in others else "all"


async def judged(control: Control, operation: Operation, name: str, request: web.BaseRequest) -> Asked:
    query = request_checks.check_query(operation, request.query.items())
    body = {}
    if operation.body is not None:
        raw = await read(control.fake, request)
        body = request_checks.check_body(operation, said(raw, request.headers.get("Content-Type", "")))
    return Asked(control, name, body, query)


def said(raw: bytes, content_type: str) -> object:
    """Nothing at all is an empty object here, and what is not said to be YAML is JSON (curl says form data).

    Raises MalformedRequest.
    """
    if "yaml" not in content_type:
        return request_checks.parse_body(raw or b"{}", None)
    try:
        return parsed(raw.decode(), "The body")
    except (FileMistake, UnicodeDecodeError) as mistake:
        raise MalformedRequest(str(mistake)) from None


def refused(refusal: Refused) -> web.Response:
    kind = next(errors.TABLE[each] for each in type(refusal).__mro__ if each in errors.TABLE)
    body = errors.envelope(refusal.message, kind.type, refusal.param, kind.code)
    return web.Response(status=kind.status, body=encoded(body), headers=JSON | refusal.headers)


async def get_health(control: Control, request: web.BaseRequest) -> web.StreamResponse:
    from importlib.metadata import version  # 10 ms that the fake's start does not pay

    health: dict[str, Any] = {
        "status": "ok",
        "version": version("assistants-contract"),
        "url": f"http://{request.host}{control.fake.contract.prefix}",
        "contract": read_document()["info"]["version"],
    }
    return web.Response(body=encoded(health), headers=JSON)


async def get_contract(control: Control, _: web.BaseRequest) -> web.StreamResponse:
    # Wherever the fake is asked from, that is where it is.
    document = {**read_document(), "servers": [{"url": control.fake.contract.prefix}]}
    return web.Response(body=encoded(document), headers=JSON)


async def get_description(_: Control, __: web.BaseRequest) -> web.StreamResponse:
    return web.Response(body=FILE.read_bytes(), content_type="application/yaml")


async def listen(control: Control, request: web.BaseRequest) -> web.StreamResponse:
    return await stream(control.requests, request)


# What needs the request itself, or answers no JSON.
DIRECT = {"getHealth": get_health, "getContract": get_contract, "getDescription": get_description, "listen": listen}
