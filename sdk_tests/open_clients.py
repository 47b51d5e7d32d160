"""The clients of a run. Each is opened once, behind the guard and within the rate limit. This module knows the keys."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any
from urllib.parse import urlsplit

import openai
import pytest

from contract_tests.http import openapi, route
from contract_tests.http.connection import Deadline
from contract_tests.http.credentials import STRANGER
from contract_tests.http.guard import Guard
from contract_tests.http.messages import Request, Response, parse
from contract_tests.http.operations import CREATE, METHODS, is_collection
from contract_tests.http.target import TIMEOUT, Target
from sdk_tests.clients import AsyncClient, Client, SyncClient
from sdk_tests.deadline import Body, TooLargeError, limit
from sdk_tests.values import unknown_id
from sdk_tests.versions import AioHttp, AsyncHttp, SyncHttp, httpx

SETTINGS: dict[str, Any] = {"max_retries": 0, "timeout": TIMEOUT}
ASYNC = ("async", "aiohttp")
PLAIN = ("sync", "async")
# These are all the ways to use the SDK in a program. The last three are sync.
KINDS = (*PLAIN, "aiohttp", "raw", "streaming", "strict")


class Clients:
    """The clients of a run, each opened once and shared by all tests."""

    def __init__(self, target: Target, guard: Guard | None = None, observe: Observe | None = None) -> None:
        self._target = target
        self._watch = Watch(target, guard or Guard(target), observe)
        # The certificates are loaded once, and for HTTPS alone, because that is the slow part of a client.
        self._trust = route.trusted(target) if urlsplit(target.base_url).scheme == "https" else False
        self._open: dict[tuple[str, str, bool], SyncClient | AsyncClient] = {}

    def with_key_of(self, role: str, kind: str, *, strict: bool = False) -> Client:
        if role not in self._target.keys:
            pytest.skip(self._target.lacks(role))
        return self._client(kind, role, self._target.keys[role], strict)

    def stranger(self, kind: str) -> Client:
        """A client with a key that nobody was given."""
        return self._client(kind, "stranger", STRANGER, strict=False)

    def look_around(self) -> None:
        """Shows the guard the assistants that exist before the first create, as far as the SDK can parse them."""
        with suppress(Exception):  # the SDK can raise any exception for an answer that it cannot parse
            self.with_key_of("primary", "sync").pages(limit=100)

    def bound_id(self) -> str:
        if self._target.bound_id is None:
            pytest.skip(self._target.lacks("bound_id"))
        return self._target.bound_id

    def close(self) -> None:
        for client in self._open.values():
            client.close()

    def _client(self, kind: str, role: str, key: str, strict: bool) -> Client:
        opened = (kind, role, strict or kind == "strict")
        if opened not in self._open:
            settings = {
                "base_url": self._target.base_url,
                "api_key": key,
                "timeout": self._target.timeout,
                "_strict_response_validation": opened[2],
            }
            http = self._http() | {"event_hooks": self._watch.hooks(kind, role)}
            self._open[opened] = open_client(kind, http, self._watch.faults(kind, role, http), **settings)
            self._open[opened].guard = self._watch.guard
            self._open[opened].watch = self._watch
            self._open[opened].create_fields = openapi.create_fields(self._target.create)
        return self._open[opened]

    def _http(self) -> dict[str, Any]:
        """The route of every client. Without `trust_env`, httpx obeys no variable by itself."""
        proxy = route.proxy_url(self._target.base_url) if route.find_proxy(self._target.base_url) else None
        # A redirect is an answer like any other: the guard has not seen where it leads.
        plain = {"verify": self._trust, "follow_redirects": False, "trust_env": False}
        return plain | ({"proxy": proxy} if proxy else {})


def open_client(
    kind: str, http: dict[str, Any], watched: Callable[[Any], Any] = lambda over: over, **settings: Any
) -> SyncClient | AsyncClient:
    """A client of any kind, over an HTTP client of the SDK's own, which `watched` may change."""
    if kind not in ASYNC:
        return SyncClient(openai.OpenAI(http_client=watched(SyncHttp(**http)), **(SETTINGS | settings)), kind)
    if kind == "aiohttp" and AioHttp is None:
        pytest.skip("this SDK has no transport over aiohttp: openai 1.89 is the first that has")
    over = AioHttp if kind == "aiohttp" else AsyncHttp
    return AsyncClient(openai.AsyncOpenAI(http_client=watched(over(**http)), **(SETTINGS | settings)))


# An observer gets the request, the response, and both times in seconds since the epoch. It returns an exchange.
Observe = Callable[[Request, Response, float, float], object]
SHOWN_HEADERS = ("content-type", "openai-beta")  # of a request; no requirement is about the SDK's other headers
ENDED = httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError
UNSHARED = httpx.Limits(max_keepalive_connections=0)  # each call has a new connection
MINUTE = 60.5  # the half second is a margin for calls that overtake each other


class Watch:
    """Stands between the SDK's clients and the target.

    It has the guard, which checks all calls of the suite, and the pace, which keeps all calls within the declared rate
    limit of the target.
    """

    def __init__(self, target: Target, guard: Guard, observe: Observe | None = None) -> None:
        self.observe = observe
        self.group, self._groups = 0, 1_000  # this number is far from the groups of the session
        self.clock = target.clock
        self._target = target
        self._headers = target.sent_headers
        self._deadline = Deadline(target.timeout)
        # An earlier run may have used the whole budget.
        self.calls = deque([self.clock.now()] * (target.rate_limit or 0), maxlen=target.rate_limit or 0)
        self.guard = guard
        self.guard.invent(unknown_id())
        self.base = urlsplit(target.base_url).path

    def hooks(self, kind: str, role: str) -> dict[str, list[Callable[..., Any]]]:
        """Hooks for a client of httpx. A refused call raises GuardError inside the SDK."""

        def before(request: httpx.Request) -> None:
            self.guard.check(request.method, self._path(request), role)
            self._hold()
            self._prepare(request)
            self._deadline = Deadline(self._target.timeout)

        def after(response: httpx.Response) -> None:
            body = Body()
            for piece in response.iter_bytes():
                body.add(piece, response.request)
            response._content = body.whole
            self._note_answer(response, role)

        async def before_async(request: httpx.Request) -> None:
            before(request)  # this may block: no other task in this loop could go on
            request.extensions["deadline"].reschedule(asyncio.get_running_loop().time() + self._target.timeout)

        async def after_async(response: httpx.Response) -> None:
            body = Body()
            async for piece in response.aiter_bytes():
                body.add(piece, response.request)
            response._content = body.whole
            self._note_answer(response, role)

        if kind in ASYNC:
            return {"request": [before_async], "response": [after_async]}
        return {"request": [before], "response": [after]}

    def faults(self, kind: str, role: str, http: dict[str, Any]) -> Callable[[Any], Any]:
        """Changes a client of httpx, which has no hook for calls without an answer: the observer gets each of them.

        A server may close a connection that rests, at the moment when a call is sent. Then the call is sent once more,
        on a new connection. A create always has a new connection, because it might create twice.
        """

        def watched(over: Any) -> Any:
            new = type(over)(**http, limits=UNSHARED)
            send, send_new = over.send, new.send
            if kind not in ASYNC:
                for each in (over, new):
                    limit(each, lambda: self._deadline)

            def send_sync(request: httpx.Request, **options: Any) -> Any:
                with self._fault(request, role):
                    if self._creates(request):
                        return send_new(request, **options)
                    try:
                        return send(request, **options)
                    except ENDED:
                        return send_new(request, **options)

            async def send_async(request: httpx.Request, **options: Any) -> Any:
                with self._fault(request, role):
                    try:
                        async with asyncio.timeout(None) as request.extensions["deadline"]:
                            return await send_once_more(request, **options)
                    except TimeoutError as fault:
                        raise httpx.ReadTimeout(str(fault), request=request) from fault

            async def send_once_more(request: httpx.Request, **options: Any) -> Any:
                if self._creates(request):
                    return await send_new(request, **options)
                try:
                    return await send(request, **options)
                except ENDED:
                    return await send_new(request, **options)

            over.send = send_async if kind in ASYNC else send_sync
            return over

        return watched

    def _creates(self, request: httpx.Request) -> bool:
        return request.method == METHODS[CREATE] and is_collection(self._path(request))

    @contextmanager
    def _fault(self, request: httpx.Request, role: str) -> Iterator[None]:
        try:
            yield
        except httpx.RequestError as fault:
            if self.observe:
                began = request.extensions["began"]
                self.observe(self._request(request, role), self._unanswered(fault), began, self.clock.now())
            raise

    def _unanswered(self, fault: httpx.RequestError) -> Response:
        if isinstance(fault, httpx.TimeoutException):
            return Response(0, fault=self._deadline.fault, hung=True)
        if isinstance(fault, TooLargeError):
            return Response(0, fault=str(fault), too_large=True)
        return Response(0, fault=f"the connection broke ({type(fault).__name__})")

    @contextmanager
    def parallel(self) -> Iterator[None]:
        """The calls inside this context are made at the same time."""
        self._groups += 1
        self.group = self._groups
        try:
            yield
        finally:
            self.group = 0

    def _hold(self) -> None:
        if self.calls:
            self.clock.rest(max(0.0, self.calls[0] + MINUTE - self.clock.now()))
        self.calls.append(self.clock.now())

    def _prepare(self, request: httpx.Request) -> None:
        """Adds what every call of the target has."""
        path = self._path(request)
        request.extensions |= {"path": path, "began": self.clock.now(), "group": self.group}
        request.url = request.url.copy_with(raw_path=(self.base + self._target.with_query(path)).encode())
        request.headers.update(self._headers)

    def _path(self, request: httpx.Request) -> str:
        """The path below the base URL, with no query but its own."""
        return str(request.extensions.get("path") or request.url.raw_path.decode().removeprefix(self.base))

    def _request(self, request: httpx.Request, role: str) -> Request:
        headers = tuple((name, request.headers[name]) for name in SHOWN_HEADERS if name in request.headers)
        group = request.extensions["group"]
        return Request(request.method, self._path(request), role, request.content or None, headers, group)

    def _note_answer(self, response: httpx.Response, role: str) -> None:
        method = response.request.method
        if self.observe:
            began = response.request.extensions["began"]
            self.observe(self._request(response.request, role), _response(response), began, self.clock.now())
        elif response.is_success and method != "DELETE":
            self.guard.note_answer(method, self._path(response.request), role, parse(response.content))


def _response(response: httpx.Response) -> Response:
    return Response(response.status_code, dict(response.headers), response.content)
