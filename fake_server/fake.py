"""A fake put together: one plain object that holds every part, and through which each part is looked up when called."""

import time
from collections.abc import Awaitable, Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from pathlib import Path
from typing import Any

from fake_server import assistants, errors, headers, incoming
from fake_server.assistants import Key, Organization, Project
from fake_server.choices.amendments import amended
from fake_server.choices.speaking import house_of, speak
from fake_server.contract import Contract, Operation, read_contract, read_document
from fake_server.dialect import Dialect
from fake_server.file_format import Tables
from fake_server.handlers import HANDLERS, Handler
from fake_server.limiter import Limiter, by_key
from fake_server.passage import Passage
from fake_server.seed import Seed, default
from fake_server.store import Store


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
    dialect: Dialect
    house: Organization
    authenticate: Callable[[Store, str | None], Key] = incoming.authenticate
    parse_body: Callable[[bytes, str | None], Any] = incoming.parse_body
    check_body: Callable[[Operation, Any], dict[str, Any]] = incoming.check_body
    check_query: Callable[[Operation, Iterable[tuple[str, str]]], dict[str, Any]] = incoming.check_query
    show: Callable[[Project, Organization, Mapping[str, Any]], dict[str, Any]] = assistants.show
    page: Callable[[Sequence[Project], Mapping[str, Any]], tuple[list[Project], bool]] = assistants.page
    project_id: Callable[[str], str | None] = assistants.project_id
    made: Callable[[Mapping[str, Any]], dict[str, Any]] = assistants.kept
    changed: Callable[[Mapping[str, Any]], dict[str, Any]] = assistants.kept
    envelope: Callable[[str, str, str | None, str | int | None], Any] = errors.envelope
    code_of: Callable[[errors.Kind], str | int | None] = attrgetter("code")
    common_headers: Callable[[], dict[str, str]] = headers.common_headers
    preflight_headers: Callable[[str], dict[str, str]] = headers.preflight_headers
    caller: Callable[[Any, Operation, Key], str] = by_key
    counts_strangers: bool = False
    untold: Container[int] = ()
    json_options: int = 0
    middlewares: list[Any] = field(default_factory=list)
    log: Callable[[str, str, int, float, str], None] | None = None
    interfere: Callable[[Any, Passage], Awaitable[None]] | None = None
    body_seconds: float = 10.0


def compose(
    *,
    rate_limit: int | None,
    data: Path | None = None,
    durable: bool = False,
    now: Callable[[], float] = time.time,
    planted: Seed | None = None,
    dialect: Dialect | None = None,
) -> Fake:
    """A fresh fake: `rate_limit` calls a minute (None: no limit), kept in the file `data` or in memory only.

    `durable`: what is answered outlives a power cut too. `now` gives Unix seconds, for created_at and the limiter.
    `planted` is what a new one holds, and what a reset goes back to: two organizations unless given. `dialect` is how
    it speaks where the contract leaves a choice (read_dialect, dialect_of).
    Raises DataFileError.
    """
    dialect = dialect or {}
    house = house_of(dialect)
    contract = read_contract(amended(read_document(), dialect))
    store = Store(data, now, durable)
    planted = planted or default(int(now()), house)
    if store.is_new():
        store.plant(*planted)
        seed = store.held()
    else:
        seed = store.numbered(*planted)
    fake = Fake(
        contract=contract,
        store=store,
        limiter=Limiter(rate_limit, contract.rate_seconds, now),
        handlers=dict(HANDLERS),
        error_table=dict(errors.TABLE),
        seed=seed,
        dialect=dialect,
        house=house,
    )
    speak(fake, dialect)
    return fake
