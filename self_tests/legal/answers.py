"""The free choices of an answer: constants, statuses, fields, headers, wording, and the time that it takes."""

from __future__ import annotations

import asyncio
import json
from itertools import count
from typing import Any

from aiohttp import web

from fake_server.domain.errors import BoundAssistant
from fake_server.fake import Fake
from self_tests.legal.choices import choice, setting
from self_tests.wrong.wrong_server import around, responding

setting("constants.description", "A project.")
setting("constants.metadata", {"kind": "project"}, None)
setting("constants.tool_resources", {"file_search": {"vector_store_ids": []}}, None)
setting("constants.top_p", 0.9, None)
setting("constants.response_format", {"type": "text"}, None)
setting("organization.model", "house-model")
setting("organization.temperature", 0.35, None)
setting("answers.create_status", 201, warns=("create/status-200",))
setting("answers.modify_status", 201)
setting("answers.cleared_by_create", "")
setting("answers.cleared_by_modify", "")
setting("answers.extra_fields", {"project": {"archived": False}})
setting("answers.extra_headers", {"x-served-by": "another"})
setting("answers.sorted_keys", True)
setting("answers.request_id", False)
setting("errors.types", "openai")
setting("errors.code", "null")
setting("errors.code", "numeric", warns=("errors/code-is-text-or-null",))
setting("errors.code", "absent", warns=("errors/param-and-code-present",))
setting("errors.foreign_status", 403, warns=("org/others-look-unknown",))
setting("errors.wrong_method", 404)
setting("urls.trailing_slash", "ignored", "redirect")
setting("urls.put", "modify", warns=("errors/wrong-method-is-405-or-404",))
setting("browser.allow_headers", ["authorization", "content-type"], warns=("browser/preflight",))


@choice("the wording")
def other_words(fake: Fake) -> None:
    """Each message is worded otherwise, except for the one that the page gives."""
    fixed = fake.error_table[BoundAssistant]

    def worded(old: Any, message: str, *rest: Any) -> Any:
        return old(message if message.startswith("Cannot delete the assistant") else f"¡Ay! {message[:9]} 🙏", *rest)

    around(fake, "envelope", worded)
    fake.error_table[BoundAssistant] = fixed


@choice("the content type")
def capitals_and_a_charset(fake: Fake) -> None:
    _say(fake, "Application/JSON; charset=UTF-8")


@choice("the content type")
def a_parameter_without_blanks(fake: Fake) -> None:
    _say(fake, 'application/json;charset="utf-8";profile=x')


def _say(fake: Fake, content_type: str) -> None:
    def change(response: web.Response) -> None:
        if response.body is not None:
            response.headers["content-type"] = content_type

    responding(fake, change)


@choice("the form of JSON")
def json_with_blanks_and_escapes(fake: Fake) -> None:
    def change(response: web.Response) -> None:
        if isinstance(response.body, bytes) and response.body:
            response.body = json.dumps(json.loads(response.body), indent=2).encode()

    responding(fake, change)


@choice("the time of an answer")
def some_answers_are_slow(fake: Fake) -> None:
    """Every fortieth answer takes 120 ms."""
    numbers = count(1)

    @web.middleware
    async def slow(request: web.Request, handler: Any) -> Any:
        if next(numbers) % 40 == 0:
            await asyncio.sleep(0.12)
        return await handler(request)

    fake.middlewares.append(slow)
