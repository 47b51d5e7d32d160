"""A second implementation of the contract. It shows that the suite accepts every legal reading.

It is written from the contract alone and knows nothing of the fake. For each free choice it chooses otherwise than the
fake, as a `Reading` says. Every `serve` starts with no data.
"""

import asyncio
import json
import re
import socket
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email.utils import formatdate
from functools import partial
from http import HTTPStatus
from typing import Any, NamedTuple
from urllib.parse import unquote
from uuid import uuid4

from self_tests.doubles.readings import READINGS, Reading
from self_tests.doubles.second_http import Refusal, Request, need, read_request

__all__ = ["READINGS", "Reading", "Served", "serve"]

Document = dict[str, Any]
Outcome = tuple[int, Document]
Answer = tuple[int, Document | None, dict[str, str]]
KEYS = ("sk-primary.north", "sk-sibling.north", "sk-foreign.south")
SELF_DELETE = "Cannot delete the assistant this API key is bound to. Rotate the key first, then retry."
UNSTORABLE = re.compile("[\0\ud800-\udfff]")  # many databases cannot store these: NUL and lone surrogates


# OpenAI's reference allows these values in the ignored fields: a type, and for two fields a range.
IGNORED: dict[str, Any] = {
    "model": str, "temperature": int | float | None, "top_p": int | float | None, "description": str | None,
    "metadata": dict | None, "tools": list, "tool_resources": dict | None, "response_format": dict | str | None,
    "reasoning_effort": str | None}  # fmt: skip
TOP = {"temperature": 2, "top_p": 1}
# The error.type of a status: by name, and as OpenAI's own API spells it. Any other status is an invalid request.
TYPES = {401: ("authentication_error", "invalid_request_error"), 403: ("permission_error", "permission_error"),
         404: ("not_found_error", "invalid_request_error"), 429: ("rate_limit_error", "requests")}  # fmt: skip


@dataclass(eq=False)
class Assistant:
    id: str
    organization: str
    created_at: int
    name: str
    instructions: str | None


class Service:
    """The six operations. A key is identified by the assistant that it is bound to, here `own`."""

    def __init__(self, reading: Reading, now: Callable[[], float]) -> None:
        self.reading, self.now, self.ids_given = reading, now, 0
        self.counted_until: dict[str, list[float]] = defaultdict(list)
        self.assistants: dict[str, Assistant] = {}  # in the order of creation
        # No name has a key in it: the suite would mask the key in each page of a list, which is slow.
        self.keys = {key: self.add(key.split(".")[1], f"Project {n}", "Be kind.") for n, key in enumerate(KEYS)}

    def answer(self, request: Request) -> Answer:
        try:
            return self.operate(request)
        except Refusal as refusal:
            return refusal.status, self.envelope(refusal), refusal.headers

    def operate(self, request: Request) -> Answer:
        found = re.fullmatch("/v1/assistants(?:/([^/]+))?", request.path)
        if not found:
            raise Refusal(404, "no such URL")
        operations = ON_ALL if found[1] is None else ON_ONE
        methods = ", ".join(operations)
        if request.method == "OPTIONS" and "access-control-request-method" in request.headers:
            granted = self.reading.allow_headers or request.headers.get("access-control-request-headers", "*")
            return 204, None, {"access-control-allow-headers": granted, "access-control-allow-methods": methods}
        if request.method not in operations:
            raise Refusal(self.reading.wrong_method, "the method does not fit the URL", {"allow": methods})
        own = self.admit(request)
        known = {"limit", "order", "after", "before"} if request.method == "GET" and not found[1] else set()
        need(self.reading.unknown_query == "ignore" or request.query.keys() <= known, "unknown query parameter")
        return *getattr(self, operations[request.method])(own, request, unquote(found[1] or "")), {}

    def admit(self, request: Request) -> Assistant:
        """Admits the caller's key. If the limit counts by address, a stranger uses the budget of that address, but
        never a key's.
        """
        if self.reading.counted_per == "ip":
            self.count(request.peer)
        scheme, _, key = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or key not in self.keys:
            raise Refusal(401, "a valid key is needed", {"www-authenticate": "Bearer"})
        if self.reading.counted_per == "key":
            self.count(key)
        return self.keys[key]

    def count(self, caller: str) -> None:
        """Refuses calls above the limit. Refused calls do not count, so waiting always helps."""
        if self.reading.rate_limit is None:
            return
        now = self.now()
        ends = self.counted_until[caller] = [end for end in self.counted_until[caller] if end > now]
        if len(ends) >= self.reading.rate_limit:
            raise Refusal(429, "too many requests", {"retry-after": str(min(60, int(ends[0] - now) + 1))})
        ends.append(now // 60 * 60 + 60 if self.reading.window == "fixed" else now + 60)

    def list_all(self, own: Assistant, request: Request, _: str) -> Outcome:
        page, more = self.page(own, request.query)
        ends = {"first_id": page[0].id if page else None, "last_id": page[-1].id if page else None}
        body = {"object": "list", "data": [self.show(one) for one in page], "has_more": more}
        return 200, body | ends if self.reading.paging == "openai" else body

    def page(self, own: Assistant, query: dict[str, str]) -> tuple[list[Assistant], bool]:
        """`before` gives the nearest assistants before the id. has_more tells about the more distant ones in that
        direction.
        """
        items = [one for one in reversed(self.assistants.values()) if one.organization == own.organization]
        if self.reading.paging == "one-page":
            return items, False
        limit, order = query.get("limit", "20"), query.get("order", "desc")
        need(re.fullmatch("[1-9][0-9]?|100", limit) and order in ("asc", "desc"), "limit or order out of range")
        items, size = items[::-1] if order == "asc" else items, int(limit)
        begin = items.index(self.find(own, query["after"])) + 1 if "after" in query else 0
        if "before" not in query or self.reading.paging == "no-before":
            return items[begin : begin + size], len(items) > begin + size
        span = items[begin : items.index(self.find(own, query["before"]))]
        return span[:size] if begin else span[-size:], len(span) > size

    def create(self, own: Assistant, request: Request, _: str) -> Outcome:
        body, cleared = self.body(request), self.reading.cleared
        need(body.get("name") is not None, "a name is needed")
        instructions = body.get("instructions") or (None if cleared == "mix" else cleared)
        return self.reading.post_status, self.show(self.add(own.organization, body["name"], instructions))

    def retrieve(self, own: Assistant, _: Request, id: str) -> Outcome:
        return 200, self.show(self.find(own, id))

    def modify(self, own: Assistant, request: Request, id: str) -> Outcome:
        """Checks the whole body before it stores anything. No body counts as {}."""
        one, body, nulls = self.find(own, id), self.body(request) if request.body else {}, self.reading.null_in_modify
        need(body.get("name", "") is not None or nulls == "keep", "name cannot be null")
        need(body.get("instructions", "") is not None or nulls != "refuse", "instructions cannot be null")
        one.name = one.name if body.get("name") is None else body["name"]
        if body.get("instructions") is not None or ("instructions" in body and nulls == "clear"):
            one.instructions = body["instructions"] or ("" if self.reading.cleared == "mix" else self.reading.cleared)
        return self.reading.post_status if request.method == "POST" else 200, self.show(one)

    def delete(self, own: Assistant, _: Request, id: str) -> Outcome:
        one = self.find(own, id)
        need(one is not own, SELF_DELETE)
        del self.assistants[one.id]
        return 200, {"id": one.id, "object": "assistant.deleted", "deleted": True}

    def find(self, own: Assistant, id: str) -> Assistant:
        bare = self.reading.bare_id_accepted and not id.startswith("asst-")
        found = self.assistants.get(f"asst-{id}" if bare else id)
        if found is None or found.organization != own.organization:
            raise Refusal(404 if found is None else self.reading.foreign_status, "no such assistant of yours")
        return found

    def add(self, organization: str, name: str, instructions: str | None) -> Assistant:
        self.ids_given += 1
        styles = {"uuid": str(uuid4()), "short": uuid4().hex[:12], "number": str(self.ids_given)}
        id = f"asst-{styles[self.reading.id_style]}"
        self.assistants[id] = Assistant(id, organization, int(time.time()), name, instructions)
        return self.assistants[id]

    def body(self, request: Request) -> Document:
        try:  # ValueError: not JSON, not UTF-8, an integer of 5,000 digits, or int() refuses NaN and Infinity
            body: Document = json.loads(request.body.decode(), parse_constant=int)
        except (ValueError, RecursionError) as reason:
            raise Refusal(400, "the body is not JSON") from reason
        need(isinstance(body, dict), "the body is not an object")
        self.check(body)
        return body

    def check(self, body: Document) -> None:
        r = self.reading
        for name, longest in (("name", r.max_name), ("instructions", r.max_instructions)):
            text = body.get(name)
            need(text is None or isinstance(text, str), f"{name} is not text")
            need(len(text or "") <= longest, f"{name} is too long")
            need(r.nul == "keep" or not UNSTORABLE.search(text or ""), f"{name} cannot be stored")
        need(body.get("name") != "" or not r.empty_name_refused, "the name is empty")
        need(r.reasoning_effort_accepted or "reasoning_effort" not in body, "reasoning_effort is unknown")
        need(r.unknown_fields == "ignore" or body.keys() <= {"name", "instructions", *IGNORED}, "unknown field")
        for name, value in body.items() if r.absurd == "refuse" else ():
            need(isinstance(value, IGNORED.get(name, object)), f"{name} is of a wrong type")
            need(name not in TOP or 0 <= (value or 0) <= TOP[name], f"{name} is out of range")

    def show(self, one: Assistant) -> Document:
        r = self.reading
        return {
            "id": one.id, "object": "assistant", "created_at": one.created_at, "name": one.name,
            "instructions": one.instructions, "model": r.model, "temperature": r.temperature, "top_p": r.top_p,
            "tools": [{"type": "file_search"}], "description": r.description, "metadata": r.metadata,
            "tool_resources": r.tool_resources, "response_format": r.response_format, **r.extra_fields}  # fmt: skip

    def envelope(self, refusal: Refusal) -> Document:
        r, why, types = self.reading, refusal.why, TYPES.get(refusal.status, ("invalid_request_error",) * 2)
        message = why if why == SELF_DELETE else r.messages.format(why)
        error = {"message": message, "type": types[r.error_types == "openai"]}
        codes = {"text": why.replace(" ", "_"), "numeric": refusal.status}
        return {"error": error if r.codes == "absent" else error | {"param": None, "code": codes.get(r.codes)}}


# The names of the methods of Service, which another edition replaces.
ON_ALL = {"GET": "list_all", "POST": "create"}
ON_ONE = {"GET": "retrieve", "POST": "modify", "PATCH": "modify", "DELETE": "delete"}


def wire(reading: Reading, answer: Answer, *, keep: bool, bodiless: bool) -> bytes:
    status, document, headers = answer
    try:
        text = json.dumps(document, ensure_ascii=False, sort_keys=reading.keys_sorted).encode()
    except UnicodeEncodeError:  # UTF-8 cannot encode a lone surrogate, only an escape can
        text = json.dumps(document, sort_keys=reading.keys_sorted).encode()
    body = {"content-type": "application/json; charset=utf-8", "content-length": str(len(text))} if document else {}
    every = {"date": formatdate(usegmt=True), "x-request-id": uuid4().hex, "access-control-allow-origin": "*",
             "connection": "keep-alive" if keep else "close"}  # fmt: skip
    fields = every | body | reading.extra_headers | headers
    lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}", *(f"{name}: {fields[name]}" for name in fields), "\r\n"]
    return "\r\n".join(lines).encode("latin-1") + (b"" if bodiless or document is None else text)


async def converse(service: Service, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    keep = True
    while keep:
        try:
            request = await read_request(reader, writer)
            keep, bodiless = "close" not in request.headers["connection"].lower(), request.method == "HEAD"
            answer = service.answer(request)
        except (Refusal, asyncio.LimitOverrunError, TimeoutError) as flaw:  # the start of the next request is unknown
            refusal = flaw if isinstance(flaw, Refusal) else Refusal(400, "the head is too large or the body too slow")
            keep, bodiless, answer = False, False, (400, service.envelope(refusal), {})
        writer.write(wire(service.reading, answer, keep=keep, bodiless=bodiless))
        await writer.drain()


async def connected(service: Service, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    with suppress(EOFError, ConnectionError, asyncio.CancelledError):
        await converse(service, reader, writer)
    writer.close()


async def hang_up(server: asyncio.Server) -> None:
    server.close()
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


class Served(NamedTuple):
    base_url: str
    primary: str
    sibling: str
    foreign: str
    bound_id: str
    expendable_id: str


@contextmanager
def serve(
    reading: Reading, now: Callable[[], float] = time.time, kind: Callable[..., Service] = Service
) -> Iterator[Served]:
    """Runs a new service in a thread. The sibling's bound assistant is the expendable one. `now` is the limiter's
    clock, and `kind` makes the service.
    """
    service, loop = kind(reading, now), asyncio.new_event_loop()
    starting = asyncio.start_server(partial(connected, service), "127.0.0.1", 0, limit=2**20, backlog=1024)
    server = loop.run_until_complete(starting)
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        bound, expendable, _ = (own.id for own in service.keys.values())
        yield Served(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1", *KEYS, bound, expendable)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.run_until_complete(hang_up(server))
        loop.close()
