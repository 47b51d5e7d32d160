"""What decides the free choices, in as few calls as decide them; what was decided is read off the answers.

It stands for itself, and behind the production script where two servers are compared. No call here changes anything
but what the run has made; all modifies are by POST, which a server that knows OpenAI's reference alone has, too.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from contract_tests.generators.tour.ignored import ABSURD
from contract_tests.generators.tour.parallel import SDK_HEADERS, preflight
from contract_tests.http import operations
from contract_tests.http.messages import Json, Request
from contract_tests.profiles import length_search
from contract_tests.profiles.scenario import Cast, Script

SCRIPT = Script()
UNHEARD = "contract_unheard_of"  # a field, and a query key, that nobody knows
USUAL = 7  # tries for a bound that people commonly choose
BESIDE = 100  # bytes of a body besides its long text, with room to spare


@SCRIPT.scene(0, cast=("plain", "last"))
def what_a_create_shows(cast: Cast) -> None:
    """A name alone: the constants, the organization's defaults, what absent instructions read as, the id's shape."""
    for name in ("plain", "last"):
        _ = cast[name]


@SCRIPT.scene(6, cast=("plain",), reserve=len(ABSURD))
def fields_that_are_odd(cast: Cast) -> None:
    """Ignored fields of wrong types, each alone where all at once are refused; odd contents; and unknown fields."""
    absurd = {name: values[0] for name, values in ABSURD.items()}
    if not _modify(cast, absurd):
        for name, value in absurd.items():
            _modify(cast, {name: value})
    for body in (
        {"metadata": {"nested": {"deep": [1]}}},
        {"tools": [{"type": "retrieval"}]},
        {"response_format": {"type": "xml"}},
        {UNHEARD: "x"},
        {"reasoning_effort": "low"},
    ):
        _modify(cast, body)


@SCRIPT.scene(7, cast=("plain",))
def empty_and_odd_texts(cast: Cast) -> None:
    """Null for a text that is there; no text at all, no body at all, and a NUL."""
    _modify(cast, {"instructions": cast.session.unique_text("to be cleared")})
    _modify(cast, {"instructions": None})
    _modify(cast, {"name": None})
    _modify(cast, {"instructions": ""})
    _modify(cast, {"name": ""})
    _modify(cast, {"name": cast.session.unique_text("nul \x00 within")})
    cast.session.send(operations.raw("POST", operations.path(cast["plain"]), b""))


@SCRIPT.scene(4, cast=("plain", "last"))
def pages(cast: Cast) -> None:
    """A page of one behind an id, and of two ahead of one; a cursor and a query key that nobody knows."""
    plain, last = cast["plain"], cast["last"]
    cast.session.send(operations.list_(limit=1, after=last))
    cast.session.send(operations.list_(limit=2, before=plain))
    cast.session.send(operations.list_(limit=1, after=cast.session.unknown_id(plain)))
    cast.session.send(operations.list_(limit=1, **{UNHEARD: "1"}))


@SCRIPT.scene(2)
def callers_that_nobody_knows(cast: Cast) -> None:
    """No key, and one that nobody was given."""
    for role in ("nobody", "stranger"):
        cast.session.send(operations.list_(role, limit=1))


@SCRIPT.scene(1, cast=("plain",), needs=("foreign",))
def another_organization(cast: Cast) -> None:
    """Somebody else's assistant."""
    cast.session.read(cast["plain"], "foreign")


@SCRIPT.scene(4, cast=("plain",))
def refusals(cast: Cast) -> None:
    """An id that names nothing, a field of a wrong type, what is no JSON, a method that no assistant knows."""
    cast.session.read(cast.session.unknown_id(cast["plain"]))
    _modify(cast, {"name": 7})
    cast.session.send(operations.raw("POST", operations.path(cast["plain"]), b"{"))
    cast.session.send(operations.raw("PUT", operations.path(cast["plain"]), b"{}"))


@SCRIPT.scene(2)
def what_is_no_operation(cast: Cast) -> None:
    """A URL that nobody serves, and what a browser asks for a page, one header among it that nobody would list."""
    cast.session.send(operations.raw("GET", operations.UNKNOWN_URL))
    cast.session.send(preflight("POST", operations.COLLECTION, f"{SDK_HEADERS}, x-{UNHEARD.replace('_', '-')}"))


@SCRIPT.scene(4 * USUAL, cast=("plain",), reserve=length_search.at_the_most() - 4 * USUAL)
def how_long(cast: Cast) -> None:
    """The longest body, name, description and instructions; a text no longer than a body may be."""
    id = cast["plain"]
    largest = _longest(
        cast,
        length_search.BODY,
        lambda length: operations.raw("POST", operations.path(id), b"{".ljust(length - 1) + b"}"),
    )
    for name, tried in length_search.TEXTS.items():
        fits = min(tried[-1], largest - BESIDE)
        _longest(cast, [*(length for length in tried if length < fits), fits], partial(_made_long, cast, name))


@SCRIPT.scene(2, cast=("plain",), ends=("plain",), reserve=1)
def ids_without_their_prefix(cast: Cast) -> None:
    """A project's bare id in the path, and what its delete answers."""
    bare = cast["plain"].removeprefix("asst-")
    known = cast.session.send(operations.retrieve(bare)).response.accepted
    if not known or not cast.session.send(operations.delete(bare)).response.accepted:
        cast.session.send(operations.delete(cast["plain"]))


def _modify(cast: Cast, body: dict[str, Json]) -> bool:
    """Whether it was accepted."""
    return cast.session.send(operations.modify(cast["plain"], body)).response.accepted


def _longest(cast: Cast, tried: Sequence[int], request: Callable[[int], Request]) -> int:
    def refusal(length: int) -> str | None:
        response = cast.session.send(request(length)).response
        return None if response.accepted else response.body[:500].decode("utf-8", "replace")

    return length_search.longest(refusal, tried)


def _made_long(cast: Cast, name: str, length: int) -> Request:
    return operations.modify(cast["plain"], {name: f"{cast.session.unique_text()} ".ljust(length, "x")[:length]})
