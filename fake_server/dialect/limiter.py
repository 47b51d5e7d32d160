"""Whose calls are counted together, and when a budget is there again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from fake_server.domain.limiter import by_address
from fake_server.fake import Fake


def count_addresses(fake: Fake, _: str) -> None:
    fake.caller = by_address


def count_strangers(fake: Fake, _: bool) -> None:
    # A stranger has an address, but no key.
    fake.counts_strangers = fake.caller is by_address


def count_operations(fake: Fake, _: bool) -> None:
    caller = fake.caller
    fake.caller = lambda request, operation, key: f"{caller(request, operation, key)} {operation.id}"


def fix_window(fake: Fake, _: str) -> None:
    fake.limiter.fixed = True


def block(fake: Fake, seconds: int) -> None:
    fake.limiter.block = seconds


def keep_untold(fake: Fake, told: bool | str) -> None:
    fake.untold = (429,) if told == "passed" else range(1000)


CHOICES: Mapping[str, Callable[[Fake, Any], None]] = {
    "limiter.per": count_addresses,
    "limiter.before_auth": count_strangers,
    "limiter.per_operation": count_operations,
    "limiter.window": fix_window,
    "limiter.block": block,
    "limiter.headers": keep_untold,
}
