"""A fake with its Control API, composed as the command does it, and the URL of that API."""

from __future__ import annotations

from pathlib import Path

from fake_server.compose import compose
from fake_server.control.mount import attach
from fake_server.domain.clock import Clock
from fake_server.fake import Fake


def controlled(
    rate_limit: int | None = None, *, data: Path | None = None, token: str | None = None, edition: str = "page"
) -> Fake:
    clock = Clock()
    fake = compose(rate_limit=rate_limit, data=data, now=clock.now, edition=edition)
    attach(fake, clock, token=token)
    return fake


def control_url(base_url: str) -> str:
    return base_url.removesuffix("v1") + "_fake/"
