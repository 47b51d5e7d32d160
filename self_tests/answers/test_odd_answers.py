"""Answers that a proxy, a framework or a broken server may give: the suite gives a verdict on each of them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingTCPServer

import pytest
from aiohttp import web

from fake_server.compose import compose
from fake_server.domain.errors import UnknownAssistant
from fake_server.fake import Answer, Call, Fake
from fake_server.http.handlers import get_assistant
from fake_server.http.server import serve
from fake_server.storage import seed_file
from self_tests.cases import sampled
from self_tests.command_run import KEYS, Ran
from self_tests.commands.test_run import QUICKLY
from self_tests.doubles.server_thread import listening

LIST = b'{"object":"list","data":[],"first_id":null,"last_id":null,"has_more":false}'
SOME = ("--only", "create/", "--only", "list/", "--only", "modify/partial", "--only", "errors/envelope")
VERDICT = (0, 1, 3, 4)


def has_verdict(ran: Ran) -> bool:
    return ran.code in VERDICT and "Traceback" not in ran.out + ran.err and "error of the suite" not in ran.err


@contextmanager
def raw(head: bytes, later: bytes = b"", body: bytes = LIST) -> Iterator[str]:
    """A server that writes these bytes before each answer's own head, and these header lines into it."""

    class Handler(StreamRequestHandler):
        def handle(self) -> None:
            while self._read_request():
                own = b"content-type: application/json\r\ncontent-length: %d\r\n" % len(body)
                self.wfile.write(head + b"HTTP/1.1 200 OK\r\n" + own + later + b"\r\n" + body)

        def _read_request(self) -> bool:
            """False at the end of the connection."""
            length, line = 0, self.rfile.readline()
            while line.strip():
                name, _, value = line.lower().partition(b":")
                length = int(value) if name == b"content-length" else length
                line = self.rfile.readline()
            self.rfile.read(length)
            return bool(line)

    class Server(ThreadingTCPServer):
        daemon_threads = True

    with listening(Server(("127.0.0.1", 0), Handler)) as base_url:
        yield base_url


@pytest.mark.parametrize(
    "early", [b"HTTP/1.1 102 Processing\r\n\r\n", b"HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n"]
)
def test_an_answer_after_an_interim_one_is_judged(run: Callable[..., Ran], early: bytes) -> None:
    """The answer that follows a 102 or 103 is the one that counts: the list passes, and no finding has the interim."""
    with raw(early) as base_url:
        ran = run(base_url, *QUICKLY, "--only", "list/envelope", "--only", "create/")

    assert has_verdict(ran)
    assert re.search(r"^list +1 ", ran.out, re.MULTILINE)
    assert not re.search(r"Actual: +10[23]\b", ran.out)


ODD_HEADERS = [
    b"x-odd: \x01\x02\x1b[31m\x7f\r\n",
    b"x-odd: \xed\xa0\x80 \xff\r\n",
    b"content-type: \xed\xa0\x80\r\n",
    b"retry-after: \xb2\r\nx-ratelimit-remaining-requests: \xb2\r\nx-ratelimit-reset-requests: 1e999s\r\n",
    b"date: \xff\r\nallow: \x00\r\n",
]


@pytest.mark.parametrize("lines", sampled(ODD_HEADERS, 3))
def test_odd_headers_are_data(run: Callable[..., Ran], tmp_path: Path, lines: bytes) -> None:
    """A header with control characters or a surrogate is data, in the record and in a report too."""
    files = ("--events", str(tmp_path / "run.ndjson"), "--html", str(tmp_path / "run.html"))
    with raw(b"", lines) as base_url:
        ran = run(base_url, *QUICKLY, "--only", "list/envelope", "--only", "create/", *files)

    assert has_verdict(ran)


@pytest.mark.parametrize("status", sampled([200, 204, 206, 299, 300, 304, 399, 402, 408], 4))
def test_a_status_to_every_call_is_data(run: Callable[..., Ran], fake: Fake, status: int) -> None:
    """A server that answers every call after the first lists with one status gets a verdict."""
    assert has_verdict(_after_the_lists(run, fake, status))


@pytest.mark.parametrize("status", sampled([418, 451, 499, 500, 503, 599], 3))
def test_an_error_status_to_every_call_is_data(run: Callable[..., Ran], fake: Fake, status: int) -> None:
    """The same is true of the errors."""
    assert has_verdict(_after_the_lists(run, fake, status))


@pytest.mark.parametrize(
    ("status", "location"),
    [(301, "http://127.0.0.1:9/elsewhere"), (302, "/v1/assistants"), (303, "//["), (307, ""), (308, "/v1/assistants")],
)
def test_a_redirect_to_every_call_is_data(run: Callable[..., Ran], fake: Fake, status: int, location: str) -> None:
    """A server that redirects every call after the first lists gets a verdict, from the SDK tests too."""
    assert has_verdict(_after_the_lists(run, fake, status, location))


def _after_the_lists(run: Callable[..., Ran], fake: Fake, status: int, location: str | None = None) -> Ran:
    calls = iter(range(10_000))
    headers = {"content-type": "application/json"} | ({"location": location} if location is not None else {})

    @web.middleware
    async def middleware(request: web.Request, handler: Callable[..., object]) -> object:
        if next(calls) < 3:
            return await handler(request)  # type: ignore[misc]  # aiohttp's handlers are awaitable
        return web.Response(status=status, body=b'{"error": {}}', headers=headers)

    fake.middlewares.append(middleware)
    with serve(fake) as base_url:
        return run(base_url, *QUICKLY, *SOME)


async def found(call: Call) -> Answer:
    try:
        return await get_assistant(call)
    except UnknownAssistant:
        return Answer({"id": call.assistant, "object": "assistant", "created_at": 1, "model": "any", "tools": []})


def test_a_200_to_an_unknown_id_is_a_violation(run: Callable[..., Ran], fake: Fake, base_url: str) -> None:
    """A server that finds every id gets a verdict."""
    fake.handlers["getAssistant"] = found

    ran = run(base_url, *QUICKLY, *SOME, "--only", "delete/", "--only", "modify/", "--only", "errors/")

    assert ran.code == 1
    assert has_verdict(ran)


@pytest.mark.parametrize("name", sampled(["$ASSISTANTS_API_KEY", "$(id)", "`id`"], 3))
def test_a_name_is_never_a_command(run: Callable[..., Ran], fake: Fake, base_url: str, name: str) -> None:
    """An assistant of somebody whose name is a variable or a command of a shell stays data."""
    fake.store.add("org-acme", name, name)

    ran = run(base_url, *QUICKLY, *SOME)

    assert ran.code == 0


def test_keys_that_are_common_words(run: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Keys such as `test`, `name` and `a` change no answer: a right server passes."""
    words = dict(zip(KEYS, ("test", "name", "a"), strict=True))
    for variable, word in words.items():
        monkeypatch.setenv(variable, word)
    file = tmp_path / "seed.json"
    file.write_text(json.dumps(SEED))
    with serve(compose(rate_limit=None, seed=seed_file.load_seed_file(file, 1))) as base_url:
        ran = run(base_url, *QUICKLY, *SOME, "--only", "org/shared-by-its-keys", "--only", "org/closed-to-others")

    assert ran.code == 0


SEED = {
    "organizations": [
        {"id": "org-1", "keys": [{"label": "primary", "secret": "test"}, {"label": "sibling", "secret": "name"}]},
        {"id": "org-2", "keys": [{"label": "foreign", "secret": "a"}]},
    ]
}
