"""Serves a fake on a port: in a running event loop, or in a thread for tests. Knows the server of aiohttp."""

import asyncio
import logging
import ssl
import threading
from collections.abc import AsyncIterator, Coroutine, Iterator, Sequence
from concurrent.futures import Future
from contextlib import asynccontextmanager, contextmanager, suppress
from functools import partial
from typing import Any

from aiohttp import web
from aiohttp.http_exceptions import BadHttpMethod, ContentEncodingError

from fake_server.domain.errors import Broken, MalformedRequest, Refused, UnsupportedMediaType, WrongMethod
from fake_server.fake import Fake
from fake_server.http.addresses import Listening, bind, describe
from fake_server.http.connections import IDLE_SECONDS, WAITING_CONNECTIONS, Connections, most_connections
from fake_server.http.event_loop import loop_factory
from fake_server.http.web import build_endpoint, build_response, check_content_encoding, render_refusal

LOG = logging.getLogger(__name__)
# aiohttp logs an error for each caller that disconnects early. Real errors are written to LOG.
QUIET = logging.getLogger(f"{__name__}.quiet")
QUIET.disabled = True
# aiohttp's words for the start of a TLS connection.
TLS_HELLO = "HTTPS traffic"
TURNS_TO_ACCEPT = 4  # turns of the loop until an accepted connection is known to aiohttp's server
# Seconds in which a TLS connection must begin and end. Until it has begun, it does not count as a connection.
TLS_SECONDS = 5
TLS_ADVICE = "Call it with http://, or start the fake with --tls-cert and --tls-key."


class Connection(web.RequestHandler):
    """aiohttp's connection, which also answers in the envelope when the HTTP parser refuses a request."""

    def __init__(
        self, fake: Fake, connections: Connections, server: web.Server, loop: asyncio.AbstractEventLoop
    ) -> None:
        self.fake = fake
        self.connections = connections
        self.ended = asyncio.Event()
        options: Any = {"access_log": None, "keepalive_timeout": IDLE_SECONDS, "lingering_time": 1.0}
        super().__init__(server, loop=loop, logger=QUIET, **options)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self.connections.add(self)

    def is_idle(self) -> bool:
        """True before a request has arrived completely. aiohttp has no public name for this."""
        return self._waiter is not None

    def drop(self) -> None:
        """Close at once. A usual close waits for the client with TLS."""
        transport = self.transport
        self.force_close()
        if transport is not None:
            transport.abort()

    def handle_error(
        self, request: web.BaseRequest, status: int = 500, exc: BaseException | None = None, message: str | None = None
    ) -> web.StreamResponse:
        if request.writer.output_size > 0:
            raise ConnectionError("the answer has already started")
        response = build_response(
            self.fake, render_refusal(self.fake, self._refusal_for(status, exc, message or "")), None
        )
        self.close()
        return LastAnswer(self, status=response.status, headers=response.headers, body=response.body)

    def connection_lost(self, exc: BaseException | None) -> None:
        self.ended.set()
        self.connections.remove(self)
        super().connection_lost(exc)

    def _refusal_for(self, status: int, exc: BaseException | None, message: str) -> Refused:
        if status >= 500:
            LOG.error("Error handling a request", exc_info=exc)
            return Broken("The fake has an internal error. See its log.")
        if isinstance(exc, ContentEncodingError):
            return _refusal_of_encoding(message)
        if TLS_HELLO in message:
            LOG.warning("Somebody speaks TLS (https://) to this port, which serves plain HTTP. %s", TLS_ADVICE)
            return MalformedRequest(f"This port serves plain HTTP, not TLS. {TLS_ADVICE}")
        reason = message.strip().split("\n")[0]
        if isinstance(exc, BadHttpMethod):
            allow = ", ".join({operation.method: None for operation in self.fake.contract.operations})
            return WrongMethod(f"{reason.rstrip(':.'):.100}. Use {allow}.", headers={"allow": allow})
        return MalformedRequest(f"This is not an HTTP request: {reason:.100}")

    def eof_received(self) -> bool:  # type: ignore[override]  # asyncio's own may also return a bool
        """A caller may close its sending half after a request. The answer must still be sent."""
        self.ended.set()
        if self.transport is None or self.transport.get_extra_info("sslcontext") is not None:
            return False  # with TLS a half cannot stay open
        # aiohttp would drop the answer, and its public API cannot say that a request is still unanswered.
        busy = bool(self._messages) or (self._request_count > 0 and self._waiter is None)
        if busy and not self._messages:
            self.close()
        return busy

    def finish_response(
        self, request: web.BaseRequest, resp: web.StreamResponse, start_time: float | None
    ) -> Coroutine[Any, Any, tuple[web.StreamResponse, bool]]:
        """After the answer to the last request of a caller that has closed its sending half, the connection closes."""
        if self.ended.is_set() and not self._messages:
            resp.force_close()
        return super().finish_response(request, resp, start_time)


class LastAnswer(web.Response):
    """After this answer the server reads on for up to a second. To close at once would reset the connection while the
    caller still sends, and the caller would not receive the answer.
    """

    def __init__(self, connection: Connection, **given: Any) -> None:
        super().__init__(**given)
        self.connection = connection
        self.force_close()

    async def write_eof(self, data: bytes = b"") -> None:
        await super().write_eof(data)
        if self.connection.transport is not None:
            if self.connection.transport.can_write_eof():  # not with TLS
                self.connection.transport.write_eof()
            with suppress(TimeoutError):
                await asyncio.wait_for(self.connection.ended.wait(), 1)


def _refusal_of_encoding(message: str) -> Refused:
    """aiohttp names the encoding in brackets."""
    try:
        check_content_encoding(message.partition("(")[2].partition(")")[0] or message)
    except UnsupportedMediaType as refusal:
        return refusal
    return MalformedRequest(f"This is not an HTTP request: {message:.100}")


@asynccontextmanager
async def listening(
    fake: Fake, hosts: Sequence[str], port: int, tls: ssl.SSLContext | None = None
) -> AsyncIterator[Listening]:
    """Listen on each of the hosts; port 0 selects a free port. The URL has the prefix of the contract.

    Raises ListenError.
    """
    loop = asyncio.get_running_loop()

    def build_request(*parts: Any) -> web.BaseRequest:
        # The limit is read for each request, because --watch may give the fake another contract.
        options: Any = {"loop": loop, "client_max_size": fake.contract.body_limit}
        return web.BaseRequest(*parts, **options)

    manager = web.Server(build_endpoint(fake), request_factory=build_request)
    most, at_once = most_connections()
    connections = Connections(most)
    runner = web.ServerRunner(manager, shutdown_timeout=0.3)
    sockets = bind(hosts, port)
    await runner.setup()
    servers = []
    try:
        for each in sockets:
            protocol = partial(Connection, fake, connections, manager, loop)
            servers.append(await loop.create_server(protocol, sock=each, backlog=at_once, ssl=tls, **_limits(tls)))
            # The system may hold more connections than the loop accepts at once; it drops those beyond for a second.
            each.listen(WAITING_CONNECTIONS)
        scheme = "http" if tls is None else "https"
        yield describe(sockets, hosts, scheme=scheme, prefix=fake.contract.prefix)
    finally:
        for each in sockets:
            loop.remove_reader(each)
        # asyncio forgets the connections that it has accepted just now if the server is closed meanwhile.
        for _ in range(TURNS_TO_ACCEPT):
            await asyncio.sleep(0)
        for server in servers:
            server.close()
        await runner.cleanup()


def _limits(tls: ssl.SSLContext | None) -> dict[str, Any]:
    return {} if tls is None else {"ssl_handshake_timeout": TLS_SECONDS, "ssl_shutdown_timeout": TLS_SECONDS}


@contextmanager
def serve(fake: Fake, host: str = "127.0.0.1", port: int = 0, tls: ssl.SSLContext | None = None) -> Iterator[str]:
    """Serve in a thread and yield the base URL (`http://127.0.0.1:<port>/v1`). Raises ListenError."""
    ready: Future[tuple[str, asyncio.AbstractEventLoop, asyncio.Event]] = Future()

    async def run() -> None:
        stop = asyncio.Event()
        try:
            async with listening(fake, [host], port, tls) as found:
                ready.set_result((found.url, asyncio.get_running_loop(), stop))
                await stop.wait()
        except Exception as error:
            if ready.done():
                raise
            ready.set_exception(error)

    def run_loop() -> None:
        with asyncio.Runner(loop_factory=loop_factory()) as runner:
            runner.run(run())

    thread = threading.Thread(target=run_loop, daemon=True)
    thread.start()
    url, loop, stop = ready.result()
    try:
        yield url
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()
