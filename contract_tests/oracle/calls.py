"""A request as the contract sees it: its operation, its key, its fields."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from contract_tests.http.editions import per_edition
from contract_tests.http.messages import Json, Odd, same
from contract_tests.http.openapi import ignored_fields, kept_fields, page_limit, required_fields
from contract_tests.oracle.allowed_values import is_allowed

TEXTS = ("name", "instructions")


@dataclass(frozen=True)
class Call:
    """A parsed request. `operation` is "" if no operation has this URL and method. `id` is percent-decoded.

    `unheard` is true if few servers know the method. `unclear` is true if rules outside the contract decide the answer:
    HTTP's own headers, or paths that servers normalize.
    """

    operation: str
    role: str
    id: str = ""
    body: Json = Odd.EMPTY
    query: tuple[tuple[str, str], ...] = ()
    known_url: bool = True
    unclear: bool = False
    unheard: bool = False
    free: frozenset[str] = field(default_factory=frozenset)

    @cached_property
    def fields(self) -> dict[str, Any]:
        return self.body if isinstance(self.body, dict) else {}

    @cached_property
    def parameters(self) -> dict[str, str]:
        return dict(self.query)

    @property
    def limit(self) -> str:
        """The limit of a list as it was sent, or the contract's default."""
        return self.parameters.get("limit", str(page_limit().default))

    @cached_property
    def ignored(self) -> list[str]:
        """The ignored fields that the call sends."""
        return [name for name in ignored_fields() if name in self.fields]

    @cached_property
    def kept(self) -> list[str]:
        """The kept fields that the call sends, without those that every create must send."""
        return [name for name in kept_fields() if name in self.fields and name not in required_fields()]

    @cached_property
    def absurd(self) -> list[str]:
        return [name for name in self.ignored if not is_allowed(name, self.fields[name])]


@per_edition
def own_fields() -> tuple[str, ...]:
    """The fields that a body sets and an answer shows: the texts, and the kept fields of the edition."""
    return (*TEXTS, *kept_fields())


def kept_id(name: str) -> str:
    """The requirement that demands that an own field comes back as sent."""
    return "create/keeps-what-it-is-given" if name in TEXTS else kept_fields()[name].kept_id


def is_shown(name: str, sent: Json, shown: Json) -> bool:
    """True if an answer shows an own field as sent. Some fields may show more members than were sent."""
    additions = name in kept_fields() and kept_fields()[name].additions
    return _contains(shown, sent) if additions else same(sent, shown)


def _contains(shown: Json, sent: Json) -> bool:
    if isinstance(sent, dict) and isinstance(shown, dict):
        return all(name in shown and _contains(shown[name], value) for name, value in sent.items())
    if isinstance(sent, list) and isinstance(shown, list):
        return len(sent) == len(shown) and all(map(_contains, shown, sent))
    return same(sent, shown)


def texts_in(value: Json) -> Iterator[str]:
    """Every text in a value, at any depth."""
    if isinstance(value, str):
        yield value
    items = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for item in items:
        yield from texts_in(item)


def taken_from(call: Call, value: Json) -> str:
    """The ignored field of the call that has this text, at any depth; empty if none has it."""
    found = (name for name in call.ignored if isinstance(value, str) and value and value in texts_in(call.fields[name]))
    return next(found, "")
