"""Routes of the Control API: from a request to a handler as control.yaml describes it, and on to JSON."""

import logging
from functools import cache
from typing import Any

from aiohttp import web

from fake_server.contract.openapi import Operation, parse_operations
from fake_server.contract.yaml_file import YamlFileError, parse_yaml
from fake_server.control import PREFIX, assistants, diagnostics, organizations, state_handlers
from fake_server.control.access import check_access
from fake_server.control.events import EVENT_HEADERS, stream
from fake_server.control.http_archive import render_archive
from fake_server.control.page_files import load_page_file
from fake_server.control.request_log import render_request
from fake_server.control.state import Control, ControlCall, Handler
from fake_server.distribution import installed_version
from fake_server.domain import errors
from fake_server.domain.errors import Broken, MalformedRequest, Refused, UnknownUrl
from fake_server.edition import Edition, load_edition
from fake_server.http import request_checks
from fake_server.http.web import JSON, Route, build_routes, encode_json, match_operation, receive_body
from fake_server.storage.control_document import FILE, load_control_document

LOG = logging.getLogger(__name__)
READS = ("GET", "HEAD")
HANDLERS: dict[str, Handler] = {
    **state_handlers.HANDLERS,
    **organizations.HANDLERS,
    **assistants.HANDLERS,
    **diagnostics.HANDLERS,
}
# A call whose path starts with one of these changes only this part of the fake.
INDEPENDENT_PARTS = ("assistants", "clock", "faults", "limiter", "requests", "snapshots")


def load_routes(edition: Edition | None = None) -> list[Route]:
    """The routes in an edition (the page's if it is not given)."""
    return _load_routes(edition or load_edition())


@cache
def _load_routes(edition: Edition) -> list[Route]:
    """Loaded at the first request, so that the start of the fake is faster."""
    return build_routes(PREFIX, parse_operations(load_control_document(edition)))


async def answer_request(control: Control, request: web.BaseRequest) -> web.StreamResponse:
    """Refusals and internal errors become answers too."""
    try:
        return await _dispatch(control, request)
    except Refused as refusal:
        return _build_refusal(refusal)
    except Exception:
        LOG.exception("%s %s", request.method, request.path)
        return _build_refusal(Broken("The fake has an internal error. See its log."))


async def _dispatch(control: Control, request: web.BaseRequest) -> web.StreamResponse:
    operation, name = _match(control, request)
    check_access(request, control.hosts, control.token, operation is not None and operation.secured)
    if request.path == PREFIX:
        return web.Response(status=308, headers={"location": f"{PREFIX}/"})
    if operation is None:
        return _page_response(request)
    if operation.id in DIRECT:
        return await DIRECT[operation.id](control, request)
    done = await HANDLERS[operation.id](await _check_request(control, operation, name, request))
    await control.fake.store.wait_until_durable()
    if request.method not in READS:
        control.requests.publish_change(_changed_part(operation))
    return web.Response(body=encode_json(done), headers=JSON)


def _match(control: Control, request: web.BaseRequest) -> tuple[Operation | None, str]:
    """The operation and the name in the path; no operation for a file. Raises WrongMethod.

    HEAD is answered as GET, without the body: programs that wait for a server send it.
    """
    try:
        routes = load_routes(control.fake.edition)
        return match_operation(routes, request, "GET" if request.method == "HEAD" else request.method)
    except UnknownUrl:
        return None, ""


def _page_response(request: web.BaseRequest) -> web.Response:
    """A file of the page or of the API reference. Raises UnknownUrl."""
    found = load_page_file(request.path.removeprefix(f"{PREFIX}/")) if request.method in READS else None
    if found is None:
        raise UnknownUrl(f"No such URL: {request.path:.100}. {PREFIX}/control.yaml describes all URLs.")
    body, headers = found
    return web.Response(body=body, headers=headers)


def _changed_part(operation: Operation) -> str:
    _, first, *others = operation.path.split("/")
    return first if first in INDEPENDENT_PARTS and "restore" not in others else "all"


async def _check_request(control: Control, operation: Operation, name: str, request: web.BaseRequest) -> ControlCall:
    query = request_checks.check_query(operation, request.query.items())
    body = {}
    if operation.body is not None:
        raw = await receive_body(control.fake, request)
        body = request_checks.check_body(operation, _parse_body(raw, request.headers.get("Content-Type", "")))
    return ControlCall(control, name, body, query)


def _parse_body(raw: bytes, content_type: str) -> object:
    """An empty body counts as {}. A body is JSON unless its content type is YAML: curl sends a wrong content type.

    Raises MalformedRequest.
    """
    if "yaml" not in content_type:
        return request_checks.parse_body(raw or b"{}", None)
    try:
        return parse_yaml(raw.decode(), "The body")
    except (YamlFileError, UnicodeDecodeError) as error:
        raise MalformedRequest(str(error)) from None


def _build_refusal(refusal: Refused) -> web.Response:
    kind = next(errors.TABLE[each] for each in type(refusal).__mro__ if each in errors.TABLE)
    body = errors.envelope(refusal.message, kind.type, refusal.param, kind.code)
    return web.Response(status=kind.status, body=encode_json(body), headers=JSON | refusal.headers)


async def _get_health(control: Control, request: web.BaseRequest) -> web.StreamResponse:
    edition = control.fake.edition
    health: dict[str, Any] = {
        "status": "ok",
        "version": installed_version(),
        "url": f"{request.scheme}://{request.host}{control.fake.contract.prefix}",
        "contract": edition.document["info"]["version"],
        "edition": edition.name,
        "kept": [] if edition.kept is None else edition.kept.names,
    }
    return web.Response(body=encode_json(health), headers=JSON)


async def _get_contract(control: Control, _: web.BaseRequest) -> web.StreamResponse:
    # A relative URL, so that the caller's own address of the fake is used.
    document = {**control.fake.edition.document, "servers": [{"url": control.fake.contract.prefix or "/"}]}
    return web.Response(body=encode_json(document), headers=JSON)


async def _get_description(_: Control, __: web.BaseRequest) -> web.StreamResponse:
    return web.Response(body=FILE.read_bytes(), content_type="application/yaml")


async def _listen(control: Control, request: web.BaseRequest) -> web.StreamResponse:
    if request.method == "HEAD":
        return web.Response(headers=EVENT_HEADERS)
    return await stream(control.requests, request)


async def _export_requests(control: Control, request: web.BaseRequest) -> web.StreamResponse:
    mask = control.key_mask()
    calls = [render_request(each, mask) for each in control.requests.latest]
    archive = render_archive(calls, f"{request.scheme}://{request.host}")
    headers = {"content-disposition": 'attachment; filename="assistants-fake.har"'}
    return web.Response(body=encode_json(archive), headers=JSON | headers)


# Handlers that need the request itself or do not answer JSON.
DIRECT = {
    "getHealth": _get_health,
    "getContract": _get_contract,
    "getDescription": _get_description,
    "exportRequests": _export_requests,
    "listen": _listen,
}
