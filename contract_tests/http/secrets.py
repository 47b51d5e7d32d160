"""The keys of a target, and the texts without them: each key becomes the variable that holds the key, such as
$ASSISTANTS_API_KEY."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from functools import cache, cached_property
from typing import Any

from contract_tests.http.openapi import location
from contract_tests.http.target import Target

SHORTEST = 8  # characters of a secret
HEX = re.compile("u00[2-7]|%[2-7]")  # a printable character, escaped as in JSON or in a URL


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
        if HEX.search(text):
            return True
        without = text.replace("\\", "")
        return any(key in without for key, _ in self._secret)

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
    secret = {role: key for role, key in target.keys.items() if len(key) >= SHORTEST and key not in _contract()}
    pairs = [(key, f"${target.variables.get(role, role)}") for role, key in secret.items()]
    return sorted(pairs, key=lambda pair: -len(pair[0]))


def _forms(key: str) -> Iterator[str]:
    yield key
    yield json.dumps(key)[1:-1]
    for text in (f"{key}:", key):  # Basic authorization has the colon
        yield base64.b64encode(text.encode()).decode()


def _escaped(key: str) -> str:
    """A pattern of the key in which any character may be escaped as in JSON or in a URL."""
    # The number of backslashes is bounded: without that, a long run of them costs the square of its length.
    # Each branch of the first character begins with a literal: `re` skips to those, which is ten times as fast.
    first, rest = key[0], key[1:]
    begin = rf"(?:{re.escape(first)}|\\\\{{0,3}}(?:{re.escape(first)}|u00{_hex(first)})|%{_hex(first)})"
    each = (rf"(?:\\{{0,4}}{re.escape(char)}|\\{{1,4}}u00{_hex(char)}|%{_hex(char)})" for char in rest)
    return begin + "".join(each)


def _hex(char: str) -> str:
    return "".join(f"[{digit.lower()}{digit.upper()}]" for digit in f"{ord(char):02x}")


@cache
def _contract() -> str:
    return location().read_text(encoding="utf-8")
