"""The keys of a target, and the texts without them: each key becomes the variable that holds the key, such as
$ASSISTANTS_API_KEY."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from typing import Any

from contract_tests.http.target import Target


class Secrets:
    """Masks every key of one target, in each form in which a careless server can repeat the key."""

    def __init__(self, target: Target) -> None:
        forms = {form: name for key, name in _keys_and_names(target) for form in _forms(key)}
        # One key may begin as another key does, so the longest form goes first.
        self._forms = dict(sorted(forms.items(), key=lambda item: -len(item[0])))
        self._names = [name for _, name in _keys_and_names(target)]
        pieces = "|".join(f"({_escaped(key)})" for key, _ in _keys_and_names(target))
        self._escaped = re.compile(pieces or r"(?!)")

    def mask(self, text: str) -> str:
        for form, name in self._forms.items():
            text = text.replace(form, name)
        if "\\" in text or "%" in text:
            text = self._escaped.sub(lambda found: self._names[(found.lastindex or 1) - 1], text)
        return text

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
    pairs = [(key, f"${target.variables.get(role, role)}") for role, key in target.keys.items() if key]
    return sorted(pairs, key=lambda pair: -len(pair[0]))


def _forms(key: str) -> Iterator[str]:
    yield key
    yield json.dumps(key)[1:-1]
    for text in (f"{key}:", key):  # Basic authorization has the colon
        yield base64.b64encode(text.encode()).decode()


def _escaped(key: str) -> str:
    """A pattern of the key in which any character may be escaped as in JSON or in a URL."""
    # The number of backslashes is bounded: without that, a long run of them costs the square of its length.
    each = (rf"(?:\\{{0,4}}{re.escape(char)}|\\{{1,4}}u00{_hex(char)}|%{_hex(char)})" for char in key)
    return "".join(each)


def _hex(char: str) -> str:
    return "".join(f"[{digit.lower()}{digit.upper()}]" for digit in f"{ord(char):02x}")
