"""The keys of a target, the secrets in its headers, and the texts without them: each becomes the variable that holds
it, such as $ASSISTANTS_API_KEY."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from functools import cache, cached_property
from typing import Any

from contract_tests.http.credentials import near
from contract_tests.http.openapi import location
from contract_tests.http.target import Target

SHORTEST = 8  # characters of a secret
BEGINNING = 4  # characters of a key that are searched before the whole key, because many keys begin alike


class Secrets:
    """Masks every secret key of one target, in each form in which a careless server can repeat the key.

    A short key, or a key that is a word of the contract, is not a secret. Masking it would change answers that only
    have the same word.
    """

    def __init__(self, target: Target) -> None:
        self._secret = secret = _keys_and_names(target)
        forms = {form: name for key, name in secret for form in _forms(key)}
        # One key may begin as another key does, so the longest form goes first.
        self._forms = dict(sorted(forms.items(), key=lambda item: -len(item[0])))

    def mask(self, text: str) -> str:
        for form, name in self._forms.items():
            text = text.replace(form, name)
        for pattern, name in self._escaped if self._may_be_escaped(text) else ():
            text = pattern.sub(lambda _, name=name: name, text)  # type: ignore[misc]  # mypy: a default binds it
        return text

    def _may_be_escaped(self, text: str) -> bool:
        """False if a search for escaped keys, which is slow, would find none."""
        return any(pattern.search(text) for pattern in self._beginnings)

    @cached_property
    def _beginnings(self) -> list[re.Pattern[str]]:
        beginnings = dict.fromkeys(key[:BEGINNING] for key, _ in self._secret)
        return [re.compile(pattern) for beginning in beginnings for pattern in _escaped_beginnings(beginning)]

    @cached_property
    def _escaped(self) -> list[tuple[re.Pattern[str], str]]:
        return [(re.compile(_escaped(key)), name) for key, name in self._secret]

    def mask_bytes(self, body: bytes) -> bytes:
        """The body without keys, in any encoding that contains ASCII, because a key is printable ASCII."""
        return self.mask(body.decode("latin-1")).encode("latin-1")

    def mask_texts(self, value: Any) -> Any:
        """A JSON value with every text in it masked."""
        if isinstance(value, str):
            return self.mask(value)
        if isinstance(value, list | tuple):
            return [self.mask_texts(item) for item in value]
        if isinstance(value, dict):
            return {self.mask(name): self.mask_texts(item) for name, item in value.items()}
        return value


def _keys_and_names(target: Target) -> list[tuple[str, str]]:
    named = [(key, target.variables.get(role, role)) for role, key in target.keys.items()]
    named += [(value, variable) for variable, value in target.secrets.items()]
    pairs = [(key, f"${name}") for key, name in named if len(key) >= SHORTEST and key not in _contract()]
    return sorted(pairs, key=lambda pair: -len(pair[0]))


def _forms(key: str) -> Iterator[str]:
    yield key
    yield json.dumps(key)[1:-1]
    yield from (text for text in near(key) if len(text) >= SHORTEST)
    for text in (f"{key}:", key):  # Basic authorization has the colon
        yield base64.b64encode(text.encode()).decode()


def _escaped(key: str) -> str:
    """A pattern of the key in which any character may be escaped as in JSON or in a URL."""
    return _first(key[0]) + _rest(key)


def _escaped_beginnings(beginning: str) -> Iterator[str]:
    """A pattern for each form of the first character. `re` skips fast to a form without a choice, as `in` does."""
    for first in (re.escape(beginning[0]), f"u00{_hex(beginning[0])}", f"%{_hex(beginning[0])}"):
        yield first + _rest(beginning)


def _first(char: str) -> str:
    # Each branch begins with a literal, to which `re` skips.
    return rf"(?:{re.escape(char)}|\\\\{{0,3}}(?:{re.escape(char)}|u00{_hex(char)})|%{_hex(char)})"


def _rest(key: str) -> str:
    # The number of backslashes is bounded: without that, a long run of them costs the square of its length.
    return "".join(rf"(?:\\{{0,4}}{re.escape(char)}|\\{{1,4}}u00{_hex(char)}|%{_hex(char)})" for char in key[1:])


def _hex(char: str) -> str:
    return "".join(f"[{digit.lower()}{digit.upper()}]" for digit in f"{ord(char):02x}")


@cache
def _contract() -> str:
    return location().read_text(encoding="utf-8")
