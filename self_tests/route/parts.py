"""The parts of the suite that call a target: the client, and two clients of the SDK. Each sends one list."""

from __future__ import annotations

import pytest

from contract_tests.http.target import Target
from contract_tests.http.transport import Transport
from sdk_tests.open_clients import Clients

KEY = {"primary": "sk-nobody-knows-this"}


def ask(kind: str, base_url: str) -> None:
    """One list by the client, or by a client of the SDK."""
    target = Target(base_url, KEY)
    if kind == "client":
        Transport(target).send("GET", "/assistants", None, {})
        return
    clients = Clients(target)
    try:
        clients.with_key_of("primary", kind).page()
    finally:
        clients.close()


EVERY_PART = pytest.mark.parametrize("kind", ["client", "sync", "async"])
DEPRECATED = pytest.mark.filterwarnings("ignore:deprecated$:DeprecationWarning")
