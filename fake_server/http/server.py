"""Serves a fake on a port: in a running event loop, or in a thread for tests. Knows the server of aiohttp."""

import asyncio
import logging
import os
import socket
import threading
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import Future
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Any

from aiohttp import web
from aiohttp.http_exceptions import BadHttpMethod

from fake_server.domain.errors import Broken, MalformedRequest, Refused, WrongMethod
from fake_server.fake import Fake
from fake_server.http.web import build_endpoint, build_response, render_refusal

LOG = logging.getLogger(__name__)
# aiohttp logs an error for each caller that disconnects early. Real errors are written to LOG.
QUIET = logging.getLogger(f"{__name__}.quiet")
QUIET.disabled = True


class Connection(web.RequestHandler):
    """aiohttp's connection, which also answers in the envelope when the HTTP parser refuses a request."""

    def __init__(self, fake: Fake, server: web.Server, loop: asyncio.AbstractEventLoop) -> None:
        self.fake = fake
        self.ended = asyncio.Event()
        super().__init__(server, loop=loop, logger=QUIET, access_log=None, lingering_time=1.0)  # type: ignore[arg-type]

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
        super().connection_lost(exc)

    def _refusal_for(self, status: int, exc: BaseException | None, message: str) -> Refused:
        if status >= 500:
            LOG.error("Error handling a request", exc_info=exc)
            return Broken("The fake has an internal error. See its log.")
        reason = message.strip().split("\n")[0]
        if isinstance(exc, BadHttpMethod):
            allow = ", ".join({operation.method: None for operation in self.fake.contract.operations})
            return WrongMethod(f"{reason:.100} Use {allow}.", headers={"allow": allow})
        return MalformedRequest(f"This is not an HTTP request: {reason:.100}")

    def eof_received(self) -> bool:  # type: ignore[override]  # asyncio's own may also return a bool
        """A caller may close its sending half after a request. The answer must still be sent."""
        # aiohttp would drop the answer, and its public API cannot say that a request is still unanswered.
        self.ended.set()
        busy = bool(self._messages) or (self._request_count > 0 and self._waiter is None)
        if busy:
            self.close()
        return busy


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
            self.connection.transport.write_eof()
            with suppress(TimeoutError):
                await asyncio.wait_for(self.connection.ended.wait(), 1)


class ListenError(Exception):
    """The fake cannot listen on this address; the message gives the reason."""


@asynccontextmanager
async def listening(fake: Fake, host: str, port: int) -> AsyncIterator[str]:
    """Yields the base URL with the prefix of the contract; port 0 selects a free port. Raises ListenError."""
    loop = asyncio.get_running_loop()
    options: Any = {"loop": loop, "client_max_size": fake.contract.body_limit}

    def build_request(*parts: Any) -> web.BaseRequest:
        return web.BaseRequest(*parts, **options)

    manager = web.Server(build_endpoint(fake), request_factory=build_request)
    runner = web.ServerRunner(manager, shutdown_timeout=0.3)
    await runner.setup()
    try:
        try:
            server = await loop.create_server(lambda: Connection(fake, manager, loop), host, port)
        # UnicodeError: the host is not a valid name, for example because it has 64 letters.
        except (OSError, UnicodeError) as error:
            raise ListenError(f"Cannot listen on {host} port {port}: {_reason(error)}.") from None
        try:
            yield _base_url(server.sockets[0].getsockname(), fake.contract.prefix)
        finally:
            server.close()
    finally:
        await runner.cleanup()


def _reason(error: OSError | UnicodeError) -> str:
    """The operating system's words, because asyncio's words differ between the versions of Python."""
    if isinstance(error, socket.gaierror) or not isinstance(error, OSError) or error.errno is None:
        return str(error)
    return os.strerror(error.errno)


def _base_url(address: tuple[Any, ...], prefix: str) -> str:
    host = f"[{address[0]}]" if ":" in address[0] else address[0]
    return f"http://{host}:{address[1]}{prefix}"


@contextmanager
def serve(fake: Fake, host: str = "127.0.0.1", port: int = 0) -> Iterator[str]:
    """Serve in a thread and yield the base URL (`http://127.0.0.1:<port>/v1`). Raises ListenError."""
    ready: Future[tuple[str, asyncio.AbstractEventLoop, asyncio.Event]] = Future()

    async def run() -> None:
        stop = asyncio.Event()
        try:
            async with listening(fake, host, port) as url:
                ready.set_result((url, asyncio.get_running_loop(), stop))
                await stop.wait()
        except Exception as error:
            if ready.done():
                raise
            ready.set_exception(error)

    thread = threading.Thread(target=asyncio.run, args=(run(),), daemon=True)
    thread.start()
    url, loop, stop = ready.result()
    try:
        yield url
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()
