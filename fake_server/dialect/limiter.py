"""Settings for the limiter: the owner of a budget, and the time window."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from fake_server.domain.limiter import by_address
from fake_server.fake import Fake


def _count_addresses(fake: Fake, _: str) -> None:
    fake.caller = by_address
    fake.limiter.per = "address"


def _count_unauthenticated(fake: Fake, _: bool) -> None:
    # A call without a valid key has an address, but no key to count it for.
    fake.counts_unauthenticated = fake.caller is by_address


def _count_operations(fake: Fake, _: bool) -> None:
    caller = fake.caller
    fake.limiter.per += " and operation"
    fake.caller = lambda request, operation, key: f"{caller(request, operation, key)} {operation.id}"


def _fix_window(fake: Fake, _: str) -> None:
    fake.limiter.fixed = True


def _set_block(fake: Fake, seconds: int) -> None:
    fake.limiter.block = seconds


def _set_headers(fake: Fake, value: bool | str) -> None:
    fake.statuses_without_limit_headers = (429,) if value == "passed" else range(1000)


SETTINGS: Mapping[str, Callable[[Fake, Any], None]] = {
    "limiter.per": _count_addresses,
    "limiter.before_auth": _count_unauthenticated,
    "limiter.per_operation": _count_operations,
    "limiter.window": _fix_window,
    "limiter.block": _set_block,
    "limiter.headers": _set_headers,
}
