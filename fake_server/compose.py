"""Composes a fake from its parts, and applies a dialect to a new or a running fake."""

import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from fake_server.contract.editions import PAGE
from fake_server.contract.openapi import load_contract
from fake_server.dialect.apply import apply_dialect, constants, organization_defaults
from fake_server.dialect.schema_changes import change_document
from fake_server.dialect.settings import Dialect, all_settings
from fake_server.domain import assistants, errors
from fake_server.domain.limiter import Limiter
from fake_server.edition import Edition, load_edition
from fake_server.fake import Fake
from fake_server.http import headers, request_checks
from fake_server.http.handlers import HANDLERS
from fake_server.storage.seed import Seed, default_seed
from fake_server.storage.store import Store

# The parts that a dialect may change, of those to which Fake gives a default.
PARTS_WITH_DEFAULT = (
    "render",
    "page",
    "project_id",
    "fields_from_create",
    "fields_from_modify",
    "envelope",
    "code_of",
    "caller",
    "counts_unauthenticated",
    "statuses_without_limit_headers",
    "json_options",
)


def compose(
    *,
    rate_limit: int | None,
    data: Path | None = None,
    durable: bool = False,
    now: Callable[[], float] = time.time,
    seed: Seed | None = None,
    dialect: Dialect | None = None,
    base_path: str | None = None,
    edition: str = PAGE,
) -> Fake:
    """A new fake that allows `rate_limit` calls per minute (None: no limit).

    `data` is the file that keeps the data (None: memory only). With `durable` each change is on the disk before the
    answer. `now` gives Unix seconds for created_at and the limiter. A new fake starts with the content of `seed`, and
    a reset restores it; the default has two organizations. `dialect` has the settings for the free choices of the
    contract (see load_dialect and parse_dialect). `base_path` comes before each path in place of the contract's /v1; ""
    is the root. `edition` is the edition of the contract that the fake follows. Raises DataFileError and EditionError.
    """
    followed = load_edition(edition)
    dialect = dialect or {}
    parts = _parts_before(followed, dialect, base_path)
    defaults = parts["organization_defaults"]
    store = Store(data, now, durable, edition)
    store.new_id = followed.new_id
    seed = seed or default_seed(int(now()), defaults)
    if store.is_new():
        store.fill(*seed)
        seed_rows = store.copy_rows()
    else:
        seed_rows = store.number_rows(*seed)
    contract = parts["contract"]
    limiter = Limiter(rate_limit, contract.rate_seconds, now)
    fake = Fake(edition=followed, store=store, limiter=limiter, seed=seed_rows, **parts)
    apply_dialect(fake, all_settings(followed, dialect))
    return fake


def change_dialect(fake: Fake, dialect: Dialect, new_id: Callable[[str], str] | None = None) -> None:
    """Give a fake, which may serve, another dialect. Its data, its limits and its base path stay.

    `new_id` gives the ids, whatever shape the dialect sets. By default the dialect gives them, or the edition.
    """
    for name, part in _parts_before(fake.edition, dialect, fake.contract.prefix).items():
        setattr(fake, name, part)
    fake.store.new_id = fake.edition.new_id
    fake.limiter.fixed, fake.limiter.block, fake.limiter.per = False, 0, "key"
    apply_dialect(fake, all_settings(fake.edition, dialect))
    fake.store.new_id = new_id or fake.store.new_id


def _parts_before(edition: Edition, dialect: Dialect, base_path: str | None) -> dict[str, Any]:
    """The parts of a fake that a dialect may change, before its settings are applied."""
    settings = all_settings(edition, dialect)
    contract = load_contract(change_document(edition.document, settings))
    if base_path is not None:
        contract.prefix = base_path
    return {
        "contract": contract,
        "handlers": dict(HANDLERS),
        "error_table": dict(errors.TABLE),
        "dialect": dialect,
        "constants": constants(edition.document, settings),
        "organization_defaults": organization_defaults(settings),
        "authenticate": request_checks.authenticate,
        "parse_body": request_checks.parse_body,
        "check_body": request_checks.check_body,
        "check_query": request_checks.check_query,
        "common_headers": headers.common_headers,
        "preflight_headers": headers.preflight_headers,
        **{name: getattr(Fake, name) for name in PARTS_WITH_DEFAULT},
        **_parts_of_kept_fields(edition),
    }


def _parts_of_kept_fields(edition: Edition) -> dict[str, Any]:
    if edition.kept is None:
        return {}
    return {
        "render": edition.kept.render,
        "fields_from_create": edition.kept.fields_from_create,
        "fields_from_modify": edition.kept.fields_from_modify,
        "page": partial(assistants.page, prefix=edition.prefix),
        "project_id": edition.project_id,
    }
