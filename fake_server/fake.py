"""The composed fake: one plain object that holds every part. Each part is looked up here when it is called."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Container, Coroutine, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any

from fake_server.contract.openapi import Contract, Operation
from fake_server.domain import assistants, errors
from fake_server.domain.assistants import Key, Organization, Project
from fake_server.domain.limiter import Limiter, by_key
from fake_server.edition import Edition
from fake_server.storage.file_format import Tables
from fake_server.storage.store import Store


@dataclass
class Fake:
    """Any part can be replaced before or while the fake serves, except `middlewares`, which are used at the start.

    - `edition`: the edition of the contract, which stays. `contract` is parsed from its document and the dialect.
    - `seed`: the rows of the store that a reset restores.
    - `constants`: the fields with the same value on every assistant.
    - `organization_defaults`: the values of an organization that gives no values of its own.
    - `fields_from_create`, `fields_from_modify`: select the fields of a body that are stored.
    - `caller`: names the owner of the rate limit budget, from aiohttp's request, the operation and the key.
    - `counts_unauthenticated`: the limiter counts a call before its key is checked.
    - `statuses_without_limit_headers`: answers with these statuses carry no x-ratelimit headers.
    - `json_options`: the options of orjson.
    - `middlewares`: aiohttp's middlewares, around every request; the first one is the outermost.
    - `log`: called with each answer: method, path as sent, status, seconds, and the label of the key.
    - `before_handling`: called with aiohttp's request and its context after the check of the key. It may refuse, and
      may return a coroutine, which is awaited. Most calls need none, and to await one takes a microsecond.
    - `background`: coroutine functions that run while the command serves.
    - `body_seconds`: the time in which a body must arrive.
    """

    edition: Edition
    contract: Contract
    store: Store
    limiter: Limiter
    handlers: dict[str, Handler]
    error_table: dict[type[errors.Refused], errors.Kind]
    seed: Tables
    dialect: Mapping[str, Any]
    constants: Mapping[str, Any]
    organization_defaults: Organization
    authenticate: Callable[[Store, str | None], Key]
    parse_body: Callable[[bytes, str | None], Any]
    check_body: Callable[[Operation, Any], dict[str, Any]]
    check_query: Callable[[Operation, Iterable[tuple[str, str]]], dict[str, Any]]
    common_headers: Callable[[], dict[str, str]]
    preflight_headers: Callable[[str], dict[str, str]]
    render: Callable[[Project, Organization, Mapping[str, Any]], dict[str, Any]] = assistants.render_assistant
    page: Callable[[Sequence[Project], Mapping[str, Any]], tuple[list[Project], bool]] = assistants.page
    project_id: Callable[[str], str | None] = assistants.project_id
    fields_from_create: Callable[[Mapping[str, Any]], dict[str, Any]] = assistants.fields_from_body
    fields_from_modify: Callable[[Mapping[str, Any]], dict[str, Any]] = assistants.fields_from_body
    envelope: Callable[[str, str, str | None, str | int | None], Any] = errors.envelope
    code_of: Callable[[errors.Kind], str | int | None] = attrgetter("code")
    caller: Callable[[Any, Operation, Key], str] = by_key
    counts_unauthenticated: bool = False
    statuses_without_limit_headers: Container[int] = ()
    json_options: int = 0
    middlewares: list[Any] = field(default_factory=list)
    log: Callable[[str, str, int, float, str], None] | None = None
    before_handling: Callable[[Any, RequestContext], Awaitable[None] | None] | None = None
    background: list[Callable[[], Coroutine[Any, Any, None]]] = field(default_factory=list)
    body_seconds: float = 10.0


@dataclass
class Call:
    """A call that passed every check; `assistant` is the id in the path, or "" if the path has no id."""

    fake: Fake
    key: Key
    assistant: str
    body: Mapping[str, Any]
    query: Mapping[str, Any]


@dataclass
class Answer:
    """An answer: `body` becomes JSON, and `headers` are added to the headers that every answer carries."""

    body: Any
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


Handler = Callable[[Call], Awaitable[Answer]]


@dataclass(slots=True)
class RequestContext:
    """Facts about one request; each is None until it is known.

    `caller` is the owner of the rate limit budget, `body` the bytes as sent, `fault` the injected control.faults.Fault,
    and `seconds` the time until the answer.
    """

    key: Key | None = None
    operation: Operation | None = None
    caller: str | None = None
    body: bytes | None = None
    fault: Any = None
    seconds: float = 0.0
