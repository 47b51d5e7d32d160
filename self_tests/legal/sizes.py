"""The free choices of sizes and bodies: the longest texts, bodies, URLs and headers, and odd values in a body."""

from __future__ import annotations

from aiohttp import web

from fake_server.fake import Fake
from self_tests.legal.choices import choice, setting
from self_tests.wrong.wrong_server import error, instead

setting("bodies.name_max", 64, 100, None)
setting("bodies.instructions_max", 10_000, None)
setting("bodies.description_max", None)
setting("bodies.name_min", 0)
setting("bodies.absurd_values", "ignore")
setting("bodies.absurd_contents", "ignore")
setting("bodies.unknown_fields", "refuse")
setting("bodies.metadata", "any")
setting("bodies.unstorable", "refuse")
setting("bodies.null_name", "keep")
setting("bodies.null_instructions", "refuse", "keep")
setting("bodies.empty_modify", "accept")
setting("bodies.largest", 102_400, 2**30)
setting("errors.body_too_large", 400)


@choice("the longest URL")
def a_url_of_1_000_characters_is_too_long(fake: Fake) -> None:
    def is_long(request: web.Request) -> bool:
        return len(request.rel_url.raw_path_qs) > 1000

    instead(fake, is_long, 414, error("The URL is too long."))


@choice("the largest header")
def a_header_of_4_096_characters_is_too_large(fake: Fake) -> None:
    def is_large(request: web.Request) -> bool:
        return any(len(value) > 4096 for value in request.headers.values())

    instead(fake, is_large, 431, error("A header is too large."))
