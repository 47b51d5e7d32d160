"""The fake listening on a port: in a running event loop, or in a thread for tests; knows aiohttp's server."""

import asyncio
import logging
import threading
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import Future
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Any

from aiohttp import web
from aiohttp.http_exceptions import BadHttpMethod

from fake_server.domain.errors import Broken, MalformedRequest, Refused, WrongMethod
from fake_server.fake import Fake
from fake_server.http.web import endpoint, refuse, respond

LOG = logging.getLogger(__name__)
# aiohttp reports each caller that breaks off as a fault of ours; real faults are told through LOG.
QUIET = logging.getLogger(f"{__name__}.quiet")
QUIET.disabled = True


class Connection(web.RequestHandler):
    """aiohttp's connection, but what its parser refuses is answered in the envelope too."""

    def __init__(self, fake: Fake, server: web.Server, loop: asyncio.AbstractEventLoop) -> None:
        self.fake = fake
        self.ended = asyncio.Event()
        super().__init__(server, loop=loop, logger=QUIET, access_log=None, lingering_time=1.0)  # type: ignore[arg-type]

    def handle_error(
        self, request: web.BaseRequest, status: int = 500, exc: BaseException | None = None, message: str | None = None
    ) -> web.StreamResponse:
        if request.writer.output_size > 0:
            raise ConnectionError("an answer has begun already")
        refused = respond(self.fake, refuse(self.fake, self.refusal(status, exc, message or "")), None)
        self.close()
        return LastAnswer(self, status=refused.status, headers=refused.headers, body=refused.body)

    def connection_lost(self, exc: BaseException | None) -> None:
        self.ended.set()
        super().connection_lost(exc)

    def refusal(self, status: int, exc: BaseException | None, message: str) -> Refused:
        if status >= 500:
            LOG.error("Error handling a request", exc_info=exc)
            return Broken("The fake made a mistake. Its log says more.")
        reason = message.strip().split("\n")[0]
        if isinstance(exc, BadHttpMethod):
            allow = ", ".join({operation.method: None for operation in self.fake.contract.operations})
            return WrongMethod(f"{reason:.100} Use {allow}.", headers={"allow": allow})
        return MalformedRequest(f"This is not an HTTP request: {reason:.100}")

    def eof_received(self) -> bool:  # type: ignore[override]  # asyncio's own may answer whether to stay open
        """A caller may close its half once it has asked: what is being answered is answered before ours closes."""
        # aiohttp would drop the answer, and has no public word for "asked and not yet answered".
        self.ended.set()
        busy = bool(self._messages) or (self._request_count > 0 and self._waiter is None)
        if busy:
            self.close()
        return busy


class LastAnswer(web.Response):
    """After it the caller is heard out, up to a second: to close on what is still coming would reset the connection,
    and the answer would be lost with it.
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
    """The address cannot be listened on; the message says why."""


@asynccontextmanager
async def listening(fake: Fake, host: str, port: int) -> AsyncIterator[str]:
    """Gives the base URL, with the contract's prefix; port 0 takes a free one. Raises ListenError."""
    loop = asyncio.get_running_loop()
    options: Any = {"loop": loop, "client_max_size": fake.contract.body_limit}

    def asked(*parts: Any) -> web.BaseRequest:
        return web.BaseRequest(*parts, **options)

    manager = web.Server(endpoint(fake), request_factory=asked)
    runner = web.ServerRunner(manager, shutdown_timeout=0.3)
    await runner.setup()
    try:
        try:
            server = await loop.create_server(lambda: Connection(fake, manager, loop), host, port)
        # UnicodeError: a host that is no name, such as one of 64 letters.
        except (OSError, UnicodeError) as error:
            raise ListenError(f"Cannot listen on {host} port {port}: {error}.") from None
        try:
            yield base_url(server.sockets[0].getsockname(), fake.contract.prefix)
        finally:
            server.close()
    finally:
        await runner.cleanup()


def base_url(address: tuple[Any, ...], prefix: str) -> str:
    host = f"[{address[0]}]" if ":" in address[0] else address[0]
    return f"http://{host}:{address[1]}{prefix}"


@contextmanager
def serve(fake: Fake, host: str = "127.0.0.1", port: int = 0) -> Iterator[str]:
    """Serves in a thread, and gives the base URL (`http://127.0.0.1:<port>/v1`). Raises ListenError."""
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
