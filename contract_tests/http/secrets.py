"""The keys of a target, the secrets in its headers, and the texts without them: each becomes the variable that holds
it, such as $ASSISTANTS_API_KEY."""

from __future__ import annotations

import html
import re
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

from contract_tests.http.credentials import near
from contract_tests.http.openapi import location
from contract_tests.http.target import Target

SHORTEST = 8  # characters of a key that can be masked
# A key of so many characters is in no other word by chance. A shorter one is masked as a whole value only.
DISTINCT = 12
# Characters of a form that are searched before the whole form, because that is fast. Fewer are in ids by chance.
BEGINNING = 8
ESCAPED_BEGINNING = 4  # as BEGINNING, where a character is escaped: a pattern of more is slow to compile
ESCAPES = ("\\u00", "\\x", "%", "&#", "\0")  # each escape of a character begins with one of these
SPECIAL_ESCAPES = ("\\", "&")  # those of SPECIAL begin with one of these
SPECIAL = re.compile(r"""[/\\"'<>&]""")  # characters that JSON and HTML escape in other ways too
WORD = "[A-Za-z0-9_-]"
# A short key may follow an escape, such as %20 or \n, whose last character looks like a part of a word.
BEFORE = rf"(?:(?<!{WORD})|(?<=%[0-9A-Fa-f]{{2}})|(?<=\\[nrtbf])|(?<=\\u[0-9A-Fa-f]{{4}})|(?<=\\x[0-9A-Fa-f]{{2}}))"
AFTER = f"(?!{WORD})"
BASE64 = re.compile("[A-Za-z0-9+/_-]*$")
BESIDE = 24  # characters of base64 beside a key that are masked too: the rest of a value such as `Bearer KEY`


class Secrets:
    """Masks every key of one target, in each form in which a careless server can repeat the key.

    The forms are the key, keys that are nearly this key, their hexadecimal digits, and any base64 text that has one of
    them. In each form each character may be escaped as in JSON, a URL or HTML. A key that `unmaskable` names stays:
    to mask it would change answers that only have the same word.
    """

    def __init__(self, target: Target) -> None:
        forms = [form for variable, key in _named(target) for form in _forms(key, f"${variable}")]
        # One key may begin as another key does, so the longest form goes first.
        self._forms = sorted(dict.fromkeys(forms), key=lambda form: -len(form.text))

    def mask(self, text: str) -> str:
        """The text without keys. Only the forms that may be in the text are searched whole, because that is slow."""
        for form in self._possible(text.lower()):
            text = form.mask(text)
        return text

    def mask_bytes(self, body: bytes) -> bytes:
        """The body without keys, in any encoding that contains ASCII, because a key is printable ASCII."""
        text = body.decode("latin-1")
        masked = self.mask(text)
        return body if masked is text else masked.encode("latin-1")

    def mask_texts(self, value: Any) -> Any:
        """A JSON value with every text in it masked."""
        if isinstance(value, str):
            return self.mask(value)
        if isinstance(value, list | tuple):
            return [self.mask_texts(item) for item in value]
        if isinstance(value, dict):
            return {self.mask(name): self.mask_texts(item) for name, item in value.items()}
        return value

    def mask_headers(self, headers: Mapping[str, str]) -> dict[str, str]:
        """The headers without keys, their names in lower case."""
        lower = {name.lower(): value for name, value in headers.items()}
        # A key in any header is a key in their text, and one search of the text is faster than one of each header.
        if not self._possible("\n".join([*lower, *lower.values()]).lower()):
            return lower
        return {self.mask(name): self.mask(value) for name, value in lower.items()}

    def _possible(self, lower: str) -> list[_Form]:
        """The forms that may be in a text in lower case."""
        if self._has_escaped(lower):
            return self._forms
        found = {beginning for beginning in self._beginnings if beginning in lower}
        return [form for form in self._forms if form.beginning in found] if found else []

    def _has_escaped(self, lower: str) -> bool:
        """True if the beginning of a form is in the text, and the text may have it in an escaped form."""
        if not any(mark in lower for mark in self._escapes) or not self._escape.search(lower):
            return False
        return any(each.search(lower) for each in self._escaped_beginnings)

    @cached_property
    def _escape(self) -> re.Pattern[str]:
        """An escape of any character of the beginnings. Few texts have one, so few are searched further."""
        chars = [each for char in set("".join(self._beginnings)) for each in _cases(char)]
        codes, numbers = ("|".join(format(ord(char), form) for char in chars) for form in ("02x", "d"))
        special = r"|\\|&" if self._escapes != ESCAPES else ""
        # `re` skips to an alternative that begins with a character, and not to one that begins with a choice.
        marks = rf"\\(?:u00|x)(?:{codes})|%(?:25){{0,3}}(?:{codes})|&#x0{{0,5}}(?:{codes})|&#0{{0,5}}(?:{numbers});|\0"
        return re.compile(f"{marks}{special}")

    @cached_property
    def _escapes(self) -> tuple[str, ...]:
        return (*ESCAPES, *SPECIAL_ESCAPES) if any(map(SPECIAL.search, self._beginnings)) else ESCAPES

    @cached_property
    def _beginnings(self) -> list[str]:
        return list(dict.fromkeys(form.beginning for form in self._forms))

    @cached_property
    def _escaped_beginnings(self) -> list[re.Pattern[str]]:
        beginnings = dict.fromkeys(text[:ESCAPED_BEGINNING] for text in self._beginnings)
        return [re.compile(pattern) for text in beginnings for pattern in _escaped_beginnings(text)]


def unmaskable(target: Target) -> list[str]:
    """The variables whose keys are too short or too common to be masked."""
    return [variable for variable, key in _named(target) if not _is_distinct(key)]


@dataclass(frozen=True)
class _Form:
    """A text that gives a key away, and the variable of the key. Base64 is exact about upper and lower case."""

    text: str
    name: str
    is_base64: bool = False
    is_word: bool = False

    @cached_property
    def beginning(self) -> str:
        return self.text[:BEGINNING].lower()

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        if self.is_base64:
            return re.compile(f"{_escaped(self.text)}[A-Za-z0-9+/_-]{{0,{BESIDE}}}(?:=|%3[dD]){{0,2}}")
        escaped = _escaped(self.text.lower())
        return re.compile(f"{BEFORE}{escaped}{AFTER}" if self.is_word else escaped)

    def mask(self, text: str) -> str:
        pieces, end = [], 0
        for match in self._pattern.finditer(text if self.is_base64 else _lower(text)):
            start = match.start()
            if self.is_base64 and (before := BASE64.search(text[max(end, start - BESIDE) : start])):
                start -= len(before.group())
            pieces += [text[end:start], self.name]
            end = match.end()
        return "".join([*pieces, text[end:]])


def _lower(text: str) -> str:
    """The text in lower case, with each character at its place: a few characters become two."""
    lower = text.lower()
    return lower if len(lower) == len(text) else "".join(char.lower()[:1] for char in text)


def _named(target: Target) -> list[tuple[str, str]]:
    """Each key, and each secret of a header, with the variable that holds it."""
    keys = [(target.variables.get(role, role), key) for role, key in target.keys.items()]
    return keys + list(target.secrets.items())


def _is_distinct(text: str) -> bool:
    return len(text) >= SHORTEST and text.lower() not in _contract()


def _forms(key: str, name: str) -> Iterator[_Form]:
    if not _is_distinct(key):
        return
    # The search ignores the case, so two texts that differ in case alone are one.
    for text in {each.lower(): each for each in (key, *near(key)) if _is_distinct(each)}.values():
        if text == key or len(key) < DISTINCT or key not in text:
            yield _Form(text, name, is_word=len(text) < DISTINCT)
    yield _Form(key.encode().hex(), name)
    for text in _base64_parts(key):
        yield _Form(text, name, is_base64=True)
        yield _Form(text.replace("+", "-").replace("/", "_"), name, is_base64=True)


def _base64_parts(key: str) -> Iterator[str]:
    """Every value with the key in it has one of these texts in its base64 text.

    Base64 writes three bytes as four characters, so the key can begin at three places. A character that also depends on
    the bytes beside the key is left out.
    """
    for before in range(3):
        encoded = b64encode(b"\0" * before + key.encode()).decode()
        yield encoded[-(-before * 8 // 6) : (before + len(key)) * 8 // 6]


def _escaped(text: str) -> str:
    """A pattern of the text in which any character may be escaped."""
    return _first(text[0]) + _rest(text)


def _escaped_beginnings(beginning: str) -> Iterator[str]:
    """A pattern for each form of the first character. `re` skips fast to a form without a choice, as `in` does."""
    first = beginning[0]
    for escaped in (
        re.escape(first),
        f"u00{_hex(first)}",
        f"x{_hex(first)}",
        f"%(?:25){{0,3}}{_hex(first)}",
        *_html(first),
    ):
        yield escaped + _rest(beginning)


def _first(char: str) -> str:
    # Each branch begins with a literal, to which `re` skips.
    return rf"(?:{_encoded(char)}|\\\\{{0,3}}(?:{_code(char)}|{re.escape(char)})|{re.escape(char)})"


def _rest(text: str) -> str:
    # The number of backslashes is bounded: without that, a long run of them costs the square of its length. In UTF-16
    # and UTF-32 there are zeros between the characters. The x of \x78 is no letter of a key, so escapes come first.
    return "".join(
        rf"\0{{0,3}}(?:{_encoded(char)}|\\{{1,4}}{_code(char)}|\\{{0,4}}{re.escape(char)})" for char in text[1:]
    )


def _code(char: str) -> str:
    return f"(?:u00|x){_hex(char)}"


def _encoded(char: str) -> str:
    return "|".join((f"%(?:25){{0,3}}{_hex(char)}", *_html(char)))


def _html(char: str) -> Iterable[str]:
    decimals = "|".join(str(ord(each)) for each in _cases(char))
    numbers = (f"&#0{{0,5}}(?:{decimals});", f"&#[xX]0{{0,5}}{_hex(char)};")
    return numbers if html.escape(char) == char else (*numbers, html.escape(char))


def _hex(char: str) -> str:
    codes = (f"{ord(each):02x}" for each in _cases(char))
    return f"(?:{'|'.join(''.join(f'[{digit}{digit.upper()}]' for digit in code) for code in codes)})"


def _cases(char: str) -> list[str]:
    """Both cases of a letter: a search ignores the case, and their codes differ."""
    return sorted({char.lower(), char.upper()})


@cache
def _contract() -> str:
    return location().read_text(encoding="utf-8").lower()
