"""A second implementation of the contract, to show that the suite accepts every legal reading of it.

Written from the contract alone: it knows nothing of the fake, and wherever the contract leaves a choice it chooses
otherwise. A `Reading` is one set of choices, and none of them breaks a must. Every `serve` begins afresh.
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
from dataclasses import dataclass, field
from email.utils import formatdate
from functools import partial
from http import HTTPStatus
from typing import Any, Literal, NamedTuple
from urllib.parse import parse_qsl, unquote
from uuid import uuid4

Document = dict[str, Any]
Ignoring = Literal["ignore", "refuse"]
Outcome = tuple[int, Document]
Answer = tuple[int, Document | None, dict[str, str]]
KEYS = ("sk-primary.north", "sk-sibling.north", "sk-foreign.south")
SELF_DELETE = "Cannot delete the assistant this API key is bound to. Rotate the key first, then retry."
BODY_SECONDS = 10
UNSTORABLE = re.compile("[\0\ud800-\udfff]")  # what many a database cannot hold: NUL and lone surrogates


@dataclass(frozen=True, kw_only=True)
class Reading:
    """One way to settle what the contract leaves open. The defaults keep every should as well."""

    description: str | None = "A project."
    metadata: dict[str, str] | None = field(default_factory=lambda: {"kind": "project"})
    tool_resources: dict[str, Any] | None = field(default_factory=lambda: {"file_search": {"vector_store_ids": []}})
    top_p: float | None = 0.9
    response_format: str | dict[str, Any] | None = field(default_factory=lambda: {"type": "text"})
    model: str = "house-model"
    temperature: float | None = 0.35
    cleared: Literal["", "mix"] | None = ""  # mix: null after a create, "" after a modify
    post_status: Literal[200, 201] = 200
    extra_fields: dict[str, Any] = field(default_factory=lambda: {"project": {"archived": False}})
    extra_headers: dict[str, str] = field(default_factory=lambda: {"x-served-by": "second"})
    keys_sorted: bool = True
    messages: str = "Sorry: {}."
    codes: Literal["text", "null", "absent", "numeric"] = "text"
    error_types: Literal["named", "openai"] = "named"
    id_style: Literal["uuid", "short", "number"] = "short"
    bare_id_accepted: bool = False
    absurd: Ignoring = "ignore"
    unknown_fields: Ignoring = "refuse"
    reasoning_effort_accepted: bool = True
    unknown_query: Ignoring = "refuse"
    max_name: int = 300
    max_instructions: int = 20_000
    empty_name_refused: bool = False
    nul: Literal["keep", "refuse"] = "keep"  # with lone surrogates
    null_in_modify: Literal["keep", "clear", "refuse"] = "refuse"  # clear: a name cannot be, so null for it is refused
    paging: Literal["openai", "no-before", "one-page"] = "openai"  # only openai's has first_id and last_id
    foreign_status: Literal[404, 403] = 404
    wrong_method: Literal[404, 405] = 404
    allow_headers: str = ""  # what a preflight grants; "" grants what it asks for
    rate_limit: int | None = None
    counted_per: Literal["key", "ip"] = "key"
    window: Literal["sliding", "fixed"] = "sliding"  # fixed: the minutes of the clock


READINGS: dict[str, Reading] = {
    "default": Reading(),
    "strict": Reading(absurd="refuse", max_name=100, max_instructions=10_000, empty_name_refused=True, nul="refuse"),
    "lenient": Reading(bare_id_accepted=True, unknown_fields="ignore", unknown_query="ignore", max_name=2**20,
                       max_instructions=2**22, null_in_modify="keep", messages="¡Ay! {} 🙏", keys_sorted=False),
    "ragen": Reading(model="ragen", temperature=1, cleared="mix", post_status=201, codes="numeric", absurd="refuse",
                     bare_id_accepted=True, reasoning_effort_accepted=False, max_name=200, max_instructions=100_000,
                     empty_name_refused=True, paging="no-before", allow_headers="content-type,authorization",
                     rate_limit=20, counted_per="ip", extra_fields={}, messages="{}", id_style="uuid"),
    "one_page": Reading(paging="one-page"),
    "per_ip": Reading(rate_limit=20, counted_per="ip"),
    "fixed_window": Reading(rate_limit=20, window="fixed"),
    "uuid_ids": Reading(id_style="uuid", cleared=None),
    "number_ids": Reading(id_style="number", bare_id_accepted=True),
    "numeric_codes": Reading(codes="numeric"),
    "null_codes": Reading(codes="null", null_in_modify="keep"),
    "absent_codes": Reading(codes="absent"),
    "created_201": Reading(post_status=201),
    "empty_text_for_cleared": Reading(cleared="", null_in_modify="clear"),
    "null_constants": Reading(metadata=None, tool_resources=None, top_p=None, response_format=None, temperature=None),
    "openai_types": Reading(error_types="openai", wrong_method=405),
    "foreign_403": Reading(foreign_status=403),
}  # fmt: skip


# What OpenAI's reference allows in the fields that are ignored: the type, and for two of them the range.
IGNORED: dict[str, Any] = {
    "model": str, "temperature": int | float | None, "top_p": int | float | None, "description": str | None,
    "metadata": dict | None, "tools": list, "tool_resources": dict | None, "response_format": dict | str | None,
    "reasoning_effort": str | None}  # fmt: skip
TOP = {"temperature": 2, "top_p": 1}
# Status to error.type: by name, and as OpenAI's own API spells it. Any other status is an invalid request.
TYPES = {401: ("authentication_error", "invalid_request_error"), 403: ("permission_error", "permission_error"),
         404: ("not_found_error", "invalid_request_error"), 429: ("rate_limit_error", "requests")}  # fmt: skip


class Refusal(Exception):
    """What is not a success: its status, and why, in words that also make its code."""

    def __init__(self, status: int, why: str, headers: dict[str, str] | None = None) -> None:
        self.status, self.why, self.headers = status, why, headers or {}


def need(met: object, why: str) -> None:
    if not met:
        raise Refusal(400, why)


class Request(NamedTuple):
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes
    peer: str


@dataclass(eq=False)
class Assistant:
    id: str
    organization: str
    created_at: int
    name: str
    instructions: str | None


class Service:
    """The six operations. A key is known by the assistant that it is bound to, here `own`."""

    def __init__(self, reading: Reading, now: Callable[[], float]) -> None:
        self.reading, self.now, self.made = reading, now, 0
        self.counted_until: dict[str, list[float]] = defaultdict(list)
        self.assistants: dict[str, Assistant] = {}  # in the order of creation
        self.keys = {key: self.add(key.split(".")[1], f"Project {key}", "Be kind.") for key in KEYS}

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
        return *operations[request.method](self, own, request, unquote(found[1] or "")), {}

    def admit(self, request: Request) -> Assistant:
        """Strangers use up the budget of their address, where that is what counts, but never a key's."""
        if self.reading.counted_per == "ip":
            self.count(request.peer)
        scheme, _, key = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or key not in self.keys:
            raise Refusal(401, "a valid key is needed", {"www-authenticate": "Bearer"})
        if self.reading.counted_per == "key":
            self.count(key)
        return self.keys[key]

    def count(self, caller: str) -> None:
        """Refuses past the limit; refused calls are not counted, so that waiting always helps."""
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
        shown = {"object": "list", "data": [self.show(one) for one in page], "has_more": more}
        return 200, shown | ends if self.reading.paging == "openai" else shown

    def page(self, own: Assistant, query: dict[str, str]) -> tuple[list[Assistant], bool]:
        """`before` gives the nearest ones ahead of it; has_more tells of those farther in the same direction."""
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
        """Judges the body as a whole before it keeps anything of it; no body at all counts as {}."""
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
        self.made += 1
        styles = {"uuid": str(uuid4()), "short": uuid4().hex[:12], "number": str(self.made)}
        id = f"asst-{styles[self.reading.id_style]}"
        self.assistants[id] = Assistant(id, organization, int(time.time()), name, instructions)
        return self.assistants[id]

    def body(self, request: Request) -> Document:
        try:  # ValueError: not JSON, not UTF-8, an integer of 5,000 digits, or int() refusing NaN and Infinity
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


Operation = Callable[[Service, Assistant, Request, str], Outcome]
ON_ALL: dict[str, Operation] = {"GET": Service.list_all, "POST": Service.create}
ON_ONE: dict[str, Operation] = {
    "GET": Service.retrieve, "POST": Service.modify, "PATCH": Service.modify, "DELETE": Service.delete}  # fmt: skip


async def read_request(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Request:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    line, *fields = head.strip("\r\n").split("\r\n")
    start = re.fullmatch(r"([!-~]+) (?:https?://[^/?]*)?([^\s?]*)\??(\S*) HTTP/1\.[01]", line)
    if not start:
        raise Refusal(400, "this is not HTTP/1")
    headers: dict[str, str] = {}
    for name, colon, value in (each.partition(":") for each in fields):
        need(colon and re.fullmatch("[!-~]+", name), "a header is malformed")
        given = headers.get(name.lower())  # a header that is given twice counts as one list
        headers[name.lower()] = value.strip(" \t") if given is None else f"{given}, {value}"
    headers.setdefault("connection", "close" if line.endswith("0") else "keep-alive")
    body, peer = await read_body(reader, writer, headers), writer.get_extra_info("peername")[0]
    return Request(start[1], start[2], dict(parse_qsl(start[3], keep_blank_values=True)), headers, body, peer)


async def read_body(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, headers: dict[str, str]) -> bytes:
    length, coding = headers.get("content-length", "0"), headers.get("transfer-encoding", "").lower()
    need(re.fullmatch("[0-9]{1,15}", length) and coding in ("", "chunked"), "the length of the body is unclear")
    need(not coding or "content-length" not in headers, "the length of the body is unclear")
    if headers.get("expect", "").lower() == "100-continue":
        writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
    if not coding and int(length) == 0:
        return b""
    async with asyncio.timeout(BODY_SECONDS):
        return await (read_chunks(reader) if coding else reader.readexactly(int(length)))


async def read_chunks(reader: asyncio.StreamReader) -> bytes:
    body = bytearray()
    while size := chunk_size(await reader.readuntil(b"\r\n")):
        body += (await reader.readexactly(size + 2))[:-2]
    while await reader.readuntil(b"\r\n") != b"\r\n":
        pass  # trailers
    return bytes(body)


def chunk_size(line: bytes) -> int:
    found = re.fullmatch(rb"([0-9a-fA-F]{1,12})[ \t]*(?:;.*)?\r\n", line)
    if not found:
        raise Refusal(400, "a chunk is malformed")
    return int(found[1], 16)


def wire(reading: Reading, answer: Answer, *, keep: bool, bodiless: bool) -> bytes:
    status, document, headers = answer
    try:
        text = json.dumps(document, ensure_ascii=False, sort_keys=reading.keys_sorted).encode()
    except UnicodeEncodeError:  # a lone surrogate has no bytes of its own, only an escape
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
        except (Refusal, asyncio.LimitOverrunError, TimeoutError) as flaw:  # where the next request begins is unknown
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
def serve(reading: Reading, now: Callable[[], float] = time.time) -> Iterator[Served]:
    """Runs a fresh service in a thread. The sibling's bound assistant is the expendable one; `now` is the limiter's."""
    service, loop = Service(reading, now), asyncio.new_event_loop()
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
