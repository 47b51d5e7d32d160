"""Settings for URLs and methods that no operation has. schema_changes.py adds their operations."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any
from urllib.parse import quote

from fake_server.dialect.schema_changes import REDIRECT
from fake_server.fake import Answer, Call, Fake


def _redirect_slash(fake: Fake, answer: str) -> None:
    if answer == "redirect":
        for operation in fake.contract.operations:
            if operation.id.startswith(REDIRECT):
                url = fake.contract.prefix + operation.path.rstrip("/")
                fake.handlers[operation.id] = partial(_redirect, url)


async def _redirect(url: str, call: Call) -> Answer:
    location = url.replace("{assistant_id}", quote(call.assistant, safe=""))
    return Answer({}, 308, {"location": location})


SETTINGS: Mapping[str, Callable[[Fake, Any], None]] = {"urls.trailing_slash": _redirect_slash}
