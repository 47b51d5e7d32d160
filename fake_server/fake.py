"""A fake put together: one plain object that holds every part, and through which each part is looked up when called."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any

from fake_server.contract.openapi import Contract, Operation
from fake_server.domain import assistants, errors
from fake_server.domain.assistants import Key, Organization, Project
from fake_server.domain.limiter import Limiter, by_key
from fake_server.storage.file_format import Tables
from fake_server.storage.store import Store


@dataclass
class Fake:
    """Replace any part, before or while it serves; `middlewares` are aiohttp's, around all, read at the start.

    `seed` is what a reset goes back to, as the store's rows, and `house` what an organization reads that is not told
    otherwise. `made` and `changed` are what a create and a modify keep of a body. `caller` says in whose budget a call
    counts (aiohttp's request, operation, key), with `counts_strangers` before its key is looked at; answers of a status
    in `untold` do not say what is left of it. `json_options` are orjson's.

    `log` is told of each answer: method, path as it was sent, status, seconds, and the label of the key. `interfere` is
    awaited with each call that its key opens (aiohttp's request, and its passage) before anything else is done with it,
    and may refuse it. `body_seconds` is how long a body may take to arrive.
    """

    contract: Contract
    store: Store
    limiter: Limiter
    handlers: dict[str, Handler]
    error_table: dict[type[errors.Refused], errors.Kind]
    seed: Tables
    dialect: Mapping[str, Any]
    house: Organization
    authenticate: Callable[[Store, str | None], Key]
    parse_body: Callable[[bytes, str | None], Any]
    check_body: Callable[[Operation, Any], dict[str, Any]]
    check_query: Callable[[Operation, Iterable[tuple[str, str]]], dict[str, Any]]
    common_headers: Callable[[], dict[str, str]]
    preflight_headers: Callable[[str], dict[str, str]]
    show: Callable[[Project, Organization, Mapping[str, Any]], dict[str, Any]] = assistants.show
    page: Callable[[Sequence[Project], Mapping[str, Any]], tuple[list[Project], bool]] = assistants.page
    project_id: Callable[[str], str | None] = assistants.project_id
    made: Callable[[Mapping[str, Any]], dict[str, Any]] = assistants.kept
    changed: Callable[[Mapping[str, Any]], dict[str, Any]] = assistants.kept
    envelope: Callable[[str, str, str | None, str | int | None], Any] = errors.envelope
    code_of: Callable[[errors.Kind], str | int | None] = attrgetter("code")
    caller: Callable[[Any, Operation, Key], str] = by_key
    counts_strangers: bool = False
    untold: Container[int] = ()
    json_options: int = 0
    middlewares: list[Any] = field(default_factory=list)
    log: Callable[[str, str, int, float, str], None] | None = None
    interfere: Callable[[Any, Passage], Awaitable[None]] | None = None
    body_seconds: float = 10.0


@dataclass
class Call:
    """A call that has passed every check; `assistant` is the id in the path ("" where there is none)."""

    fake: Fake
    key: Key
    assistant: str
    body: Mapping[str, Any]
    query: Mapping[str, Any]


@dataclass
class Answer:
    """What the caller gets: `body` as JSON, and headers beside those that every answer carries."""

    body: Any
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


Handler = Callable[[Call], Awaitable[Answer]]


@dataclass(slots=True)
class Passage:
    """What is known of the call, each part as soon as it is: `caller` is whose budget it counts in, `body` as it came,
    `fault` what was made to go wrong with it (control.faults), `seconds` how long its answer took.
    """

    key: Key | None = None
    operation: Operation | None = None
    caller: str | None = None
    body: bytes | None = None
    fault: Any = None
    seconds: float = 0.0
