"""A fake put together: one plain object that holds every part, and through which each part is looked up when called."""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fake_server import assistants, errors, headers, incoming, seed
from fake_server.amendments import amended
from fake_server.assistants import Key, Organization, Project
from fake_server.contract import Contract, Operation, read_contract, read_document
from fake_server.dialect import OPENAI, Dialect, group
from fake_server.handlers import HANDLERS, Handler
from fake_server.limiter import Limiter
from fake_server.store import Store


@dataclass
class Fake:
    """Replace any part, before or while it serves; `middlewares` are aiohttp's, around all, read at the start.

    `body_seconds` is how long a body may take to arrive. `log` is told of each answer: method, path as it was sent,
    status, seconds, and the label of the key. `cleared_by_create` and
    `cleared_by_modify` are what instructions read as that are not there, or no more.
    """

    contract: Contract
    store: Store
    limiter: Limiter
    handlers: dict[str, Handler]
    error_table: dict[type[errors.Refused], errors.Kind]
    authenticate: Callable[[Store, str | None], Key] = incoming.authenticate
    parse_body: Callable[[bytes, str | None], Any] = incoming.parse_body
    project_id: Callable[[str], str | None] = assistants.project_id
    check_body: Callable[[Operation, Any], dict[str, Any]] = incoming.check_body
    check_query: Callable[[Operation, Iterable[tuple[str, str]]], dict[str, Any]] = incoming.check_query
    show: Callable[[Project, Organization, Mapping[str, Any]], dict[str, Any]] = assistants.show
    page: Callable[[Sequence[Project], Mapping[str, Any]], tuple[list[Project], bool]] = assistants.page
    envelope: Callable[[str, str, str | None, str | int | None], Any] = errors.envelope
    common_headers: Callable[[], dict[str, str]] = headers.common_headers
    preflight_headers: Callable[[str], dict[str, str]] = headers.preflight_headers
    middlewares: list[Any] = field(default_factory=list)
    log: Callable[[str, str, int, float, str], None] | None = None
    body_seconds: float = 10.0
    cleared_by_create: str | None = None
    cleared_by_modify: str | None = None
    sorted_keys: bool = False


def compose(
    *,
    rate_limit: int | None,
    data: Path | None = None,
    durable: bool = False,
    now: Callable[[], float] = time.time,
    dialect: Dialect = OPENAI,
) -> Fake:
    """A fresh fake: `rate_limit` calls a minute (None: no limit), kept in the file `data` or in memory only.

    `durable`: what is answered outlives a power cut too. `now` gives Unix seconds, for created_at and the limiter.
    `dialect` are the settings in which the fake speaks otherwise. Raises DataFileError.
    """
    contract = read_contract(amended(read_document(), dialect))
    store = Store(data, now, durable)
    if store.is_new():
        seed.plant(store, **group(dialect, "organization"))
    fake = Fake(
        contract=contract,
        store=store,
        limiter=Limiter(rate_limit, contract.rate_seconds, now),
        handlers=dict(HANDLERS),
        error_table=dict(errors.TABLE),
    )
    if dialect:
        # Most fakes need it not, and start the sooner.
        from fake_server.speech import speak

        speak(fake, dialect)
    return fake
