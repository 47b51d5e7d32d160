"""A store whose process is killed: the system closes its files, which releases the locks, and the journal stays."""

import os

from fake_server.storage.store import Store


def kill(store: Store) -> None:
    assert store.file is not None
    os.close(store.file.journal.file)
    if store.file.lock is not None:
        os.close(store.file.lock)
