"""The free choices of an id: its shape, and the forms of an id in a path that a server takes or refuses."""

from __future__ import annotations

from itertools import count
from typing import Any
from urllib.parse import unquote

from aiohttp import web

from fake_server.domain.assistants import PREFIX
from fake_server.fake import Fake
from self_tests.legal.choices import choice, setting
from self_tests.wrong.wrong_server import error, instead

setting("ids.shape", "uuid", "short", "number")
setting("ids.bare_accepted", True)


@choice("ids beyond ASCII")
def letters_beyond_ascii(fake: Fake) -> None:
    numbers = count(1)
    fake.store.new_id = lambda _: f"прое́кт-{next(numbers):06}"


@choice("letters of an id")
def letters_of_two_cases(fake: Fake) -> None:
    """Some ids differ only by the case of their letters."""
    numbers = count(1)

    def new_id(_: str) -> str:
        number = next(numbers)
        return "".join(each.upper() if number >> place & 1 else each for place, each in enumerate("abcdefghijklm"))

    fake.store.new_id = new_id


@choice("letters of an id")
def characters_of_a_url(fake: Fake) -> None:
    """A client must percent-encode them in a path and in a query."""
    numbers = count(1)
    fake.store.new_id = lambda _: f"a/b%2f?c=1#d&e-{next(numbers):06}"


@choice("odd forms of an id")
def capitals_and_blanks_are_as_good(fake: Fake) -> None:
    """An id is read in lower case and without the blanks around it."""
    find = fake.project_id

    def lenient(id: str) -> str | None:
        found = find(id)
        wide = id.strip().lower()
        exact = found is not None and fake.store.find(found) is not None
        return found if exact or not wide.startswith(PREFIX) else find(wide)

    fake.project_id = lenient


@choice("ids beyond ASCII")
def beyond_ascii_is_a_bad_request(fake: Fake) -> None:
    def is_odd(request: web.Request) -> bool:
        return not unquote(request.path, errors="replace").isascii()

    instead(fake, is_odd, 400, _refusal())


def _refusal() -> Any:
    return error("An id has no such letters.")
