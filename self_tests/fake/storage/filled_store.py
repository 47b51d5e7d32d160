"""Fills a store with the default seed, as the command does with a new fake."""

from __future__ import annotations

from fake_server.storage.seed import default_seed
from fake_server.storage.store import Store


def fill(store: Store) -> None:
    """Raises DataFileError."""
    store.fill(*default_seed(int(store.now())))
