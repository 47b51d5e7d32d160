"""A fresh fake from its parts, and a dialect applied to it."""

import time
from collections.abc import Callable
from pathlib import Path

from fake_server.contract.openapi import read_contract, read_document
from fake_server.dialect.apply import house_of, speak
from fake_server.dialect.schema_changes import amended
from fake_server.dialect.settings import Dialect
from fake_server.domain import errors
from fake_server.domain.limiter import Limiter
from fake_server.fake import Fake
from fake_server.http import headers, request_checks
from fake_server.http.handlers import HANDLERS
from fake_server.storage.seed import Seed, default
from fake_server.storage.store import Store


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
        authenticate=request_checks.authenticate,
        parse_body=request_checks.parse_body,
        check_body=request_checks.check_body,
        check_query=request_checks.check_query,
        common_headers=headers.common_headers,
        preflight_headers=headers.preflight_headers,
    )
    speak(fake, dialect)
    return fake
