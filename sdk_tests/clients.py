"""The SDK's clients behind one set of calls, so that one test judges them all. This module knows no verdicts."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncIterable, Awaitable, Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, nullcontext
from functools import wraps
from itertools import islice
from types import MappingProxyType
from typing import Any, Self, TypeVar

import openai
import pytest
from openai.types.beta import Assistant, AssistantDeleted

from contract_tests.http import openapi
from contract_tests.http.guard import Guard
from sdk_tests.versions import OMIT, offered

# A walk stops here: neither a list without an end nor an organization of many thousands may delay a run.
PATIENCE = 1000
# Bad input raises one of these; errors/bad-input-is-400 judges which.
REFUSED = (openai.BadRequestError, openai.UnprocessableEntityError)
# These kinds of client ask for the response itself, by this property of the SDK.
FORMS = {"raw": "with_raw_response", "streaming": "with_streaming_response"}
Kind = TypeVar("Kind", Assistant, AssistantDeleted)


class Client(ABC):
    """The SDK's assistants. A call returns the result, whether the SDK's client is sync or async.

    `create_fields` are the fields that a create needs beside the name. `required` are those that the contract demands.
    """

    sdk: Any
    assistants: Any
    guard: Guard | None = None
    watch: Any = None
    create_fields: Mapping[str, Any] = MappingProxyType({})

    @property
    def required(self) -> dict[str, Any]:
        return {name: value for name, value in self.create_fields.items() if name in openapi.required_fields()}

    @abstractmethod
    def wait(self, call: Any) -> Any:
        """The result of a call of the SDK."""

    @abstractmethod
    def each(self, pages: Any) -> Iterator[Any]:
        """The items that a `for`, or an `async for`, over a list of the SDK gives."""

    @abstractmethod
    def streamed(self, operation: str, *arguments: str) -> Any:
        """The result of a call by `with_streaming_response`."""

    def create(self, **body: Any) -> Assistant:
        return expected(Assistant, self.wait(self.assistants.create(**self.create_arguments(**body))))

    def create_arguments(self, **body: Any) -> dict[str, Any]:
        """The arguments of a create that sends exactly this body and the `create_fields`.

        The SDK demands a model as an argument. A server may refuse a model that it does not know, so a body without a
        model is sent without one.
        """
        return offered(self.assistants.create, {"model": OMIT, **self.create_fields, **body})

    def retrieve(self, assistant_id: str) -> Assistant:
        return expected(Assistant, self.wait(self.assistants.retrieve(assistant_id)))

    def update(self, assistant_id: str, **body: Any) -> Assistant:
        call = self.assistants.update
        return expected(Assistant, self.wait(call(assistant_id, **offered(call, body))))

    def delete(self, assistant_id: str) -> AssistantDeleted:
        return expected(AssistantDeleted, self.wait(self.assistants.delete(assistant_id)))

    def raw(self, operation: str, *arguments: str, **body: Any) -> Any:
        return self.wait(getattr(self.sdk.beta.assistants.with_raw_response, operation)(*arguments, **body))

    def page(self, **query: Any) -> Any:
        return self.wait(self.assistants.list(**query))

    def pages(self, **query: Any) -> list[Any]:
        """The pages, in the order in which the SDK finds them; the first hundred at most."""
        pages = [self.page(**query)]
        while pages[-1].has_next_page() and len(pages) < 100:
            pages.append(self.wait(pages[-1].get_next_page()))
        return pages

    def walk(self, **query: Any) -> list[Assistant]:
        """Every assistant that the SDK's own paging gives. The walk ends at the first id that comes again."""
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
    """`raw` and `streaming` make every call in that form. Any other kind makes plain calls."""

    def __init__(self, sdk: openai.OpenAI, kind: str) -> None:
        self.sdk = sdk
        self.assistants = self._calls(FORMS[kind]) if kind in FORMS else sdk.beta.assistants
        self.close = sdk.close

    def wait(self, call: Any) -> Any:
        return call

    def each(self, pages: Iterable[Any]) -> Iterator[Any]:
        return iter(pages)

    def streamed(self, operation: str, *arguments: str) -> Any:
        return getattr(self._calls(FORMS["streaming"]), operation)(*arguments)

    def _calls(self, form: str) -> Parsed:
        return Parsed(getattr(self.sdk.beta.assistants, form))


class Parsed:
    """The assistants behind `with_raw_response` or `with_streaming_response`. Each answer is parsed at once."""

    def __init__(self, calls: Any) -> None:
        self._calls = calls

    def __getattr__(self, operation: str) -> Callable[..., Any]:
        call = getattr(self._calls, operation)

        @wraps(call)
        def parsed(*arguments: Any, **body: Any) -> Any:
            with ExitStack() as stack:
                answer = call(*arguments, **body)
                if isinstance(answer, AbstractContextManager):
                    answer = stack.enter_context(answer)
                return answer.parse()

        return parsed


class AsyncClient(Client):
    """Each call is awaited in an event loop that belongs to the client."""

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

    def send_parallel(self, calls: Iterable[Awaitable[Any]]) -> list[Any]:
        """The results of parallel calls, with the exception in place of a result if a call raised one."""
        with self.watch.parallel() if self.watch else nullcontext():
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


def visible_fields(assistant: Assistant) -> dict[str, Any]:
    """The values of the contract's fields in an assistant. The server is free to choose any further fields.

    The fields come from the contract, because the older SDKs do not know them all.
    """
    fields = set(openapi.fields("Assistant"))
    return dict.fromkeys(fields) | assistant.model_dump(include=fields, warnings=False)


def ids(assistants: Iterable[Assistant]) -> list[str]:
    return [assistant.id for assistant in assistants]


def body_of(refusal: openai.APIStatusError) -> dict[str, Any]:
    """The fields of the envelope, or an empty mapping if there was no envelope."""
    return refusal.body if isinstance(refusal.body, dict) else {}


def expected(kind: type[Kind], answer: Any) -> Kind:
    """The answer, if it has this type. The SDK also returns an answer that it cannot parse (a text, None). That is a
    fault of the server, so it raises AssertionError.
    """
    if not isinstance(answer, kind) or not isinstance(answer.id, str):
        raise AssertionError(f"the SDK gave no {kind.__name__} with an id, but {answer!r:.100}")
    return answer


def held(page: Any) -> list[Assistant]:
    """The assistants of a page."""
    if not isinstance(page.data, list):
        raise AssertionError(f"the data of a page is no list, but {page.data!r:.100}")
    return [expected(Assistant, item) for item in page.data]


class Maker:
    """Creates assistants, and deletes them at the end with a client of the same key."""

    def __init__(self, client: Client, tag: str, test: str) -> None:
        self._client, self._tag, self._test = client, tag, test
        self._names = 0
        self._created: list[tuple[Client, str]] = []

    def __call__(self, client: Client | None = None, **body: Any) -> Assistant:
        with_client = client or self._client
        return self.keep(with_client.create(**{"name": self.name()} | body), with_client)

    def of_required_fields(self) -> Assistant:
        """An assistant that is created with the fields that the contract demands, and no other."""
        return self.keep(self._client.wait(self._client.assistants.create(**self._client.required)))

    def name(self) -> str:
        """A name that begins with the tag of the run. It is short: a server need not keep a name of more than 64
        characters, and some tests put a text around this one.
        """
        self._names += 1
        return f"{self._tag}-{self._names} {self._test}"[:32]

    def keep(self, answer: Any, client: Client | None = None) -> Assistant:
        """Registers an assistant that was created in another way, so that it is deleted too."""
        created, by = expected(Assistant, answer), client or self._client
        if by.guard and created.id not in by.guard.created:
            raise AssertionError(f"a create answered {created.id}, which was there before")
        self._created.append((by, created.id))
        return created

    def create_parallel(self, client: AsyncClient, names: Iterable[str]) -> list[Assistant]:
        """Creates in parallel. Registers every created assistant, and then raises the first failure."""
        answers = client.send_parallel(client.assistants.create(**client.create_arguments(name=name)) for name in names)
        failures = [answer for answer in answers if isinstance(answer, BaseException)]
        created = [self.keep(answer, client) for answer in answers if answer not in failures]
        for failure in failures:
            raise failure
        return created

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        left = [assistant_id for client, assistant_id in self._created if not _removed(client, assistant_id)]
        if left:
            raise AssertionError(f"left behind, for a delete was not accepted: {', '.join(map(str, left))}")


def _removed(client: Client, assistant_id: str) -> bool:
    try:
        client.wait(client.assistants.delete(assistant_id))
    except openai.NotFoundError:  # the test itself has deleted it
        return True
    except (openai.OpenAIError, ValueError):  # ValueError: the SDK cannot parse an id or the JSON
        return False
    return True
