"""The SDK's two clients behind one set of calls, so that one promise judges both; knows no verdicts."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import AsyncIterable, Awaitable, Callable, Iterable, Iterator
from contextlib import suppress
from itertools import islice
from typing import Any, Self, TypeVar
from urllib.parse import urlsplit

import httpx2
import openai
import pytest
from openai.types.beta import Assistant, AssistantDeleted

from contract_tests.guard import Guard
from contract_tests.target import Target
from contract_tests.wire import parse

# A walk reads no further: a list without an end must not hold a run up, nor an organization of many thousands.
PATIENCE = 1000
# Names nothing, though its shape is one that a service may insist on.
UNKNOWN = "asst-00000000-0000-4000-8000-000000000000"
SETTINGS: dict[str, Any] = {"max_retries": 0, "timeout": 10.0}
Kind = TypeVar("Kind", Assistant, AssistantDeleted)


class Client(ABC):
    """The SDK's assistants. A call returns what it gave, whether the SDK's client is sync or async."""

    assistants: Any
    guard: Guard | None = None

    @abstractmethod
    def wait(self, call: Any) -> Any:
        """What a call of the SDK gives in the end."""

    @abstractmethod
    def each(self, pages: Any) -> Iterator[Any]:
        """What a `for`, or an `async for`, over a list of the SDK gives."""

    @abstractmethod
    def streamed(self, operation: str, *arguments: str) -> Any:
        """What `with_streaming_response` reads."""

    def create(self, **body: Any) -> Assistant:
        """`model` is sent unless told otherwise: the SDK demands one, and the service ignores it."""
        return expected(Assistant, self.wait(self.assistants.create(**{"model": "any"} | body)))

    def retrieve(self, assistant_id: str) -> Assistant:
        return expected(Assistant, self.wait(self.assistants.retrieve(assistant_id)))

    def update(self, assistant_id: str, **body: Any) -> Assistant:
        return expected(Assistant, self.wait(self.assistants.update(assistant_id, **body)))

    def delete(self, assistant_id: str) -> AssistantDeleted:
        return expected(AssistantDeleted, self.wait(self.assistants.delete(assistant_id)))

    def raw(self, operation: str, *arguments: str, **body: Any) -> Any:
        return self.wait(getattr(self.assistants.with_raw_response, operation)(*arguments, **body))

    def page(self, **query: Any) -> Any:
        return self.wait(self.assistants.list(**query))

    def pages(self, **query: Any) -> list[Any]:
        """The pages, one after another as the SDK finds the next, the first hundred at most."""
        pages = [self.page(**query)]
        while pages[-1].has_next_page() and len(pages) < 100:
            pages.append(self.wait(pages[-1].get_next_page()))
        return pages

    def walk(self, **query: Any) -> list[Assistant]:
        """Every assistant that the SDK's own paging gives, up to the first that comes again."""
        walked: list[Assistant] = []
        seen: set[str] = set()
        for item in islice(self.each(self.assistants.list(**query)), PATIENCE):
            walked.append(expected(Assistant, item))
            if item.id in seen:
                return walked
            seen.add(item.id)
        if len(walked) == PATIENCE:
            pytest.skip(f"the organization has {PATIENCE} assistants or more: too many to walk")
        return walked


class SyncClient(Client):
    def __init__(self, sdk: openai.OpenAI) -> None:
        self.assistants = sdk.beta.assistants
        self.close = sdk.close

    def wait(self, call: Any) -> Any:
        return call

    def each(self, pages: Iterable[Any]) -> Iterator[Any]:
        return iter(pages)

    def streamed(self, operation: str, *arguments: str) -> Any:
        with getattr(self.assistants.with_streaming_response, operation)(*arguments) as response:
            return response.parse()


class AsyncClient(Client):
    """Each call is awaited in an event loop of the client's own."""

    def __init__(self, sdk: openai.AsyncOpenAI) -> None:
        self.assistants = sdk.beta.assistants
        self.runner = asyncio.Runner()
        self.sdk = sdk

    def wait(self, call: Awaitable[Any]) -> Any:
        return self.runner.run(_awaited(call))

    def each(self, pages: AsyncIterable[Any]) -> Iterator[Any]:
        steps = aiter(pages)
        while (item := self.wait(anext(steps, None))) is not None:
            yield item

    def streamed(self, operation: str, *arguments: str) -> Any:
        return self.wait(self._streamed(operation, *arguments))

    def together(self, calls: Iterable[Awaitable[Any]]) -> list[Any]:
        """What calls in parallel give, an exception where one raised."""
        return self.runner.run(_gathered(calls))

    def close(self) -> None:
        self.runner.run(self.sdk.close())
        self.runner.close()

    async def _streamed(self, operation: str, *arguments: str) -> Any:
        async with getattr(self.assistants.with_streaming_response, operation)(*arguments) as response:
            return await response.parse()


async def _awaited(call: Awaitable[Any]) -> Any:
    return await call


async def _gathered(calls: Iterable[Awaitable[Any]]) -> list[Any]:
    return await asyncio.gather(*calls, return_exceptions=True)


def shown(assistant: Assistant) -> dict[str, Any]:
    """What the SDK's own fields say; what else a server answers is its choice."""
    return assistant.model_dump(include=set(Assistant.model_fields), warnings=False)


def ids(assistants: Iterable[Assistant]) -> list[str]:
    return [assistant.id for assistant in assistants]


def body_of(refusal: openai.APIStatusError) -> dict[str, Any]:
    """What stood in the envelope, or nothing where there was none."""
    return refusal.body if isinstance(refusal.body, dict) else {}


def expected(kind: type[Kind], answer: Any) -> Kind:
    """The SDK hands on what it cannot read (a text, None); that is the server's fault, so it is an assertion."""
    if not isinstance(answer, kind) or not isinstance(answer.id, str):
        raise AssertionError(f"the SDK gave no {kind.__name__} with an id, but {answer!r:.100}")
    return answer


def held(page: Any) -> list[Assistant]:
    """The assistants of a page."""
    if not isinstance(page.data, list):
        raise AssertionError(f"the data of a page is no list, but {page.data!r:.100}")
    return [expected(Assistant, item) for item in page.data]


class Clients:
    """The clients of a run, each opened once and shared by all tests."""

    def __init__(self, target: Target, guard: Guard | None = None) -> None:
        self._target = target
        self._watch = Watch(target, guard or Guard(target))
        self._trust = httpx2.create_ssl_context()  # once: reading the certificates is the dear part of a client
        self._open: dict[tuple[str, str, bool], SyncClient | AsyncClient] = {}

    def with_key_of(self, role: str, kind: str, *, strict: bool = False) -> Client:
        if role not in self._target.keys:
            pytest.skip(self._target.lacks(role))
        return self._client(kind, role, self._target.keys[role], strict)

    def stranger(self, kind: str) -> Client:
        """With a key that nobody was given."""
        return self._client(kind, "stranger", "sk-nobody-was-given-this-key", strict=False)

    def parallel(self) -> AsyncClient:
        client = self.with_key_of("primary", "async")
        assert isinstance(client, AsyncClient)
        return client

    def look_around(self) -> None:
        """Shows the guard who is there before anything is made, as far as the SDK can read it."""
        with suppress(Exception):  # an answer that it cannot digest raises anything
            self.with_key_of("primary", "sync").pages(limit=100)

    def bound_id(self) -> str:
        if self._target.bound_id is None:
            pytest.skip(self._target.lacks("bound_id"))
        return self._target.bound_id

    def close(self) -> None:
        for client in self._open.values():
            client.close()

    def _client(self, kind: str, role: str, key: str, strict: bool) -> Client:
        if (kind, role, strict) not in self._open:
            settings = {"base_url": self._target.base_url, "api_key": key, "_strict_response_validation": strict}
            http = {"verify": self._trust, "event_hooks": self._watch.hooks(kind, role)}
            self._open[kind, role, strict] = open_client(kind, http, **settings)
            self._open[kind, role, strict].guard = self._watch.guard
        return self._open[kind, role, strict]


def open_client(kind: str, http: dict[str, Any], **settings: Any) -> SyncClient | AsyncClient:
    """A client of either kind, over an HTTP client of the SDK's own."""
    if kind == "sync":
        return SyncClient(openai.OpenAI(http_client=openai.DefaultHttpxClient(**http), **SETTINGS, **settings))
    return AsyncClient(openai.AsyncOpenAI(http_client=openai.DefaultAsyncHttpxClient(**http), **SETTINGS, **settings))


MINUTE = 60.5  # the half second is for calls that overtake each other


class Watch:
    """What stands between the SDK's clients and the target: the guard that all of the suite's calls pass, and the pace
    that keeps them together within the rate limit that the target declares."""

    def __init__(self, target: Target, guard: Guard) -> None:
        self.clock = target.clock
        # What ran before may have used the whole budget up.
        self.calls = deque([self.clock.now()] * (target.rate_limit or 0), maxlen=target.rate_limit or 0)
        self.guard = guard
        self.guard.invent(UNKNOWN)
        self.base = urlsplit(target.base_url).path

    def hooks(self, kind: str, role: str) -> dict[str, list[Callable[..., Any]]]:
        """For a client of httpx2; what they refuse raises GuardError from within the SDK."""

        def before(request: httpx2.Request) -> None:
            self.guard.check(request.method, self._path(request), role)
            self._hold()

        def after(response: httpx2.Response) -> None:
            response.read()
            self._learn(response, role)

        async def before_async(request: httpx2.Request) -> None:
            before(request)  # it may block: nothing else runs in this loop that could go on

        async def after_async(response: httpx2.Response) -> None:
            await response.aread()
            self._learn(response, role)

        if kind == "sync":
            return {"request": [before], "response": [after]}
        return {"request": [before_async], "response": [after_async]}

    def _hold(self) -> None:
        if self.calls:
            self.clock.rest(max(0.0, self.calls[0] + MINUTE - self.clock.now()))
        self.calls.append(self.clock.now())

    def _path(self, request: httpx2.Request) -> str:
        return request.url.raw_path.decode().removeprefix(self.base)

    def _learn(self, response: httpx2.Response, role: str) -> None:
        method = response.request.method
        if response.is_success and method != "DELETE":
            self.guard.learn(method, self._path(response.request), role, parse(response.content))


class Maker:
    """Creates assistants, and removes them in the end with a client of the same key."""

    def __init__(self, client: Client, tag: str, test: str) -> None:
        self._client, self._tag, self._test = client, tag, test
        self._names = 0
        self._made: list[tuple[Client, str]] = []

    def __call__(self, client: Client | None = None, **body: Any) -> Assistant:
        with_client = client or self._client
        return self.keep(with_client.create(**{"name": self.name()} | body), with_client)

    def name(self) -> str:
        """A name that no other test and no other run gives; short, for the contract leaves the longest name open."""
        self._names += 1
        return f"{self._tag}-{self._names} {self._test}"[:48]

    def keep(self, answer: Any, client: Client | None = None) -> Assistant:
        """Has an assistant removed that was made in another way."""
        made, by = expected(Assistant, answer), client or self._client
        if by.guard and made.id not in by.guard.made:
            raise AssertionError(f"a create answered {made.id}, which was there before")
        self._made.append((by, made.id))
        return made

    def together(self, client: AsyncClient, names: Iterable[str]) -> list[Assistant]:
        """Creates in parallel. What was made is kept in any case, then the first failure is raised."""
        answers = client.together(client.assistants.create(name=name, model="any") for name in names)
        failures = [answer for answer in answers if isinstance(answer, BaseException)]
        made = [self.keep(answer, client) for answer in answers if answer not in failures]
        for failure in failures:
            raise failure
        return made

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        left = [assistant_id for client, assistant_id in self._made if not _removed(client, assistant_id)]
        if left:
            raise AssertionError(f"left behind, for a delete was not accepted: {', '.join(map(str, left))}")


def _removed(client: Client, assistant_id: str) -> bool:
    try:
        client.wait(client.assistants.delete(assistant_id))
    except openai.NotFoundError:  # the test itself has deleted it
        return True
    except (openai.OpenAIError, ValueError):  # ValueError: an id, or JSON, that the SDK cannot read
        return False
    return True
