"""Whose a budget is, and when it begins anew."""

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from fake_server.speech.parts import Change

if TYPE_CHECKING:
    from fake_server.fake import Fake


def set_limiter(name: str, fake: "Fake", value: Any) -> None:
    setattr(fake.limiter, name, value)


CHANGES: Mapping[str, Change] = {
    "limiter.per": lambda fake, value: set_limiter("per_address", fake, value == "ip"),
    "limiter.per_operation": partial(set_limiter, "per_operation"),
    # Ahead of its key a call is nobody's, and so only an address can pay for it.
    "limiter.before_auth": lambda fake, value: set_limiter("before_auth", fake, value and fake.limiter.per_address),
    "limiter.window": lambda fake, value: set_limiter("fixed", fake, value == "fixed"),
    "limiter.block": partial(set_limiter, "block"),
    "limiter.headers": partial(set_limiter, "told"),
}
