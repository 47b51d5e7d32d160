"""The steps of `learn`: few calls that show the free choices of a server. The dialect is derived from the answers.

`compare` runs these steps after the steps of `production`. No call changes an assistant of others. All modifies are by
POST, because a server that is built from OpenAI's reference alone has no PATCH.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from contract_tests.generators.field_values import absurd
from contract_tests.generators.scenario import Scenario
from contract_tests.generators.session import Session, page_ids
from contract_tests.generators.steps import step
from contract_tests.generators.tour import errors
from contract_tests.generators.tour.parallel import SDK_HEADERS, preflight
from contract_tests.http import operations
from contract_tests.http.messages import Json, Request
from contract_tests.profiles import length_search

UNKNOWN = "contract_unheard_of"  # a field, and a query key, that no server knows
USUAL = 7  # tries for a maximum that people commonly choose
BESIDE = 100  # bytes of a body beside its long text, with a margin


@step(fixtures=("plain", "last"), requests=0)
def the_answer_to_a_create(_: Session) -> None:
    """Creates with a name alone: the constants, the organization's defaults, absent instructions, the shape of ids."""


@step(requests=6, reserve=len(absurd()))
def odd_fields(session: Session, plain: str) -> None:
    """Ignored fields of wrong types, odd contents of them, and unknown fields."""
    odd = {name: values[0] for name, values in absurd().items()}
    if not _modify(session, plain, odd):
        for name, value in odd.items():
            _modify(session, plain, {name: value})
    for body in (
        {"metadata": {"nested": {"deep": [1]}}},
        {"tools": [{"type": "retrieval"}]},
        {"response_format": {"type": "xml"}},
        {UNKNOWN: "x"},
        {"reasoning_effort": "low"},
    ):
        _modify(session, plain, body)


@step(requests=7)
def empty_and_odd_texts(session: Session, plain: str) -> None:
    """Null and the empty string for a text, an empty body, and a NUL in a name."""
    _modify(session, plain, {"instructions": session.unique_text("to be cleared")})
    _modify(session, plain, {"instructions": None})
    _modify(session, plain, {"name": None})
    _modify(session, plain, {"instructions": ""})
    _modify(session, plain, {"name": ""})
    _modify(session, plain, {"name": session.unique_text("nul \x00 within")})
    session.send(operations.raw("POST", operations.path(plain), b""))


@step(fixtures=("empty",), requests=5)
def pages(session: Session, plain: str, last: str) -> None:
    """A create with empty instructions; pages without an order, after, before, and with an unknown cursor and key."""
    first, second, *_ = *page_ids(session.send(operations.list_()))[:2], last, plain
    session.send(operations.list_(limit=1, after=first))
    session.send(operations.list_(limit=2, before=second))
    # Another limit: `compare` has one name for an unknown id and for an assistant of others.
    session.send(operations.list_(limit=2, after=session.unknown_id(plain)))
    session.send(operations.list_(limit=1, **{UNKNOWN: "1"}))


@step(requests=2)
def unknown_callers(session: Session) -> None:
    """A list without a key, and a list with an unknown key."""
    for role in ("nobody", "stranger"):
        session.send(operations.list_(role, limit=1))


@step(needs=("foreign",), requests=1)
def an_assistant_of_another_organization(session: Session, plain: str) -> None:
    """A retrieve by a key of another organization."""
    session.retrieve(plain, "foreign")


@step(requests=4)
def refusals(session: Session, plain: str) -> None:
    """An unknown id, a field of a wrong type, a body that is not JSON, and a wrong method."""
    session.retrieve(session.unknown_id(plain))
    _modify(session, plain, {"name": 7})
    session.send(operations.raw("POST", operations.path(plain), b"{"))
    session.send(operations.raw("PUT", operations.path(plain), b"{}"))


@step(reads_only=True, requests=1)
def a_trailing_slash(session: Session) -> None:
    """The URL of the list with a slash at its end."""
    session.send(operations.raw("GET", operations.raw_path("")))


@step(requests=1)
def a_preflight_with_an_unknown_header(session: Session) -> None:
    """A browser's preflight that also asks for a header that no server knows."""
    session.send(preflight("POST", operations.COLLECTION, f"{SDK_HEADERS}, x-{UNKNOWN.replace('_', '-')}"))


@step(requests=4 * USUAL, reserve=length_search.at_the_most() - 4 * USUAL)
def maximum_lengths(session: Session, plain: str) -> None:
    """The longest body, name, description and instructions that the server accepts."""

    def body(length: int) -> Request:
        return operations.raw("POST", operations.path(plain), b"{".ljust(length - 1) + b"}")

    largest = _longest(session, length_search.BODY, body)
    for name, lengths in length_search.TEXTS.items():
        fits = min(lengths[-1], largest - BESIDE)
        _longest(
            session, [*(length for length in lengths if length < fits), fits], partial(_long_text, session, plain, name)
        )


@step(ends=("plain",), requests=2, reserve=1)
def ids_without_their_prefix(session: Session, plain: str) -> None:
    """A retrieve and a delete of an id without its prefix."""
    bare = operations.bare(plain)
    known = session.send(operations.retrieve(bare)).response.accepted
    if not known or not session.send(operations.delete(bare)).response.accepted:
        session.send(operations.delete(plain))


def _modify(session: Session, id: str, body: dict[str, Json]) -> bool:
    """True if the modify was accepted."""
    return session.send(operations.modify(id, body)).response.accepted


def _longest(session: Session, lengths: Sequence[int], request: Callable[[int], Request]) -> int:
    def refusal(length: int) -> str | None:
        response = session.send(request(length)).response
        return None if response.accepted else response.body[:500].decode("utf-8", "replace")

    return length_search.longest(refusal, lengths)


def _long_text(session: Session, id: str, name: str, length: int) -> Request:
    return operations.modify(id, {name: f"{session.unique_text()} ".ljust(length, "x")[:length]})


SCENARIO = Scenario(
    after=(
        the_answer_to_a_create,
        pages,
        odd_fields,
        empty_and_odd_texts,
        unknown_callers,
        an_assistant_of_another_organization,
        refusals,
        errors.an_unknown_url,
        a_trailing_slash,
        a_preflight_with_an_unknown_header,
        maximum_lengths,
        ids_without_their_prefix,
    ),
    limiter=True,
)
