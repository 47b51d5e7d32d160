"""Wrong servers for JSON: their parser takes what is no JSON."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Callable
from typing import Any

from fake_server.fake import Fake
from self_tests.wrong.wrong_server import Document, wrong

BAD_JSON = "errors/bad-json-is-400"


def replaced(pattern: str, by: str) -> Callable[[str], str]:
    return lambda text: re.sub(pattern, by, text)


def unquoted_keys(text: str) -> str:
    return re.sub(r"([{,]\s*)(\w+)\s*:", r'\1"\2":', text)


# The text that the parser sees in place of the body.
LAX: dict[str, Callable[[str], str]] = {
    "NaN": replaced(r"\bNaN\b", "null"),
    "Infinity": replaced(r"\bInfinity\b", "null"),
    "comments of C": replaced(r"/\*.*?\*/", ""),
    "comments to the end of the line": replaced(r"//[^\"]*$", ""),
    "comments of a shell": replaced(r"\n#[^\"]*$", ""),
    "text after the end": replaced(r"} and more$", "}"),
    "a second value": lambda text: "{" + text.split("}{")[0].lstrip("{") + "}" if "}{" in text else text,
    "a trailing comma": replaced(r",\s*}", "}"),
    "no comma": replaced(r'" "', '", "'),
    "keys without quotes": unquoted_keys,
    "texts in single quotes": replaced(r": '(\w+)'", r': "\1"'),
    "raw line breaks": replaced(r"(?<=\w)\n(?=\w)", r"\\n"),
    "escapes of C": replaced(r"\\x41", "A"),
    "numbers with a zero in front": replaced(r": 0(\d)", r": \1"),
    "hexadecimal numbers": replaced(r": 0x(\d)", r": \1"),
    "words of Python": replaced(r": None", ": null"),
    "an end that is missing": lambda text: text + "}" if text.count("{") == text.count("}") + 1 else text,
}


def parsing(fake: Fake, parse: Callable[[str], Any]) -> None:
    strict = fake.parse_body

    def lax(body: bytes, kind: str | None) -> Any:
        try:
            return strict(body, kind)
        except Exception:
            try:
                value = parse(body.decode())
            except Exception:  # noqa: BLE001 - what the lax parser does not take either is refused as before
                value = None
            if not isinstance(value, dict):
                raise
            return value

    fake.parse_body = lax


@wrong(BAD_JSON, each=LAX)
def the_parser_takes(fake: Fake, what: str) -> None:
    parsing(fake, lambda text: json.loads(LAX[what](text)))


@wrong(BAD_JSON)
def a_literal_of_python_is_a_body(fake: Fake) -> None:
    parsing(fake, ast.literal_eval)


@wrong(BAD_JSON)
def json_within_a_string_is_a_body(fake: Fake) -> None:
    """The client is thought to have encoded the body twice."""
    strict = fake.parse_body

    def parse(body: bytes, kind: str | None) -> Any:
        value = strict(body, kind)
        inner: Document = json.loads(value) if isinstance(value, str) and value.startswith("{") else value
        return inner

    fake.parse_body = parse


@wrong(BAD_JSON)
def an_array_of_one_is_a_body(fake: Fake) -> None:
    strict = fake.parse_body

    def parse(body: bytes, kind: str | None) -> Any:
        value = strict(body, kind)
        return value[0] if isinstance(value, list) and len(value) == 1 else value

    fake.parse_body = parse


@wrong("errors/never-5xx", each=["equal keys", "NaN"])
def a_body_crashes_with(fake: Fake, what: str) -> None:
    strict = fake.parse_body

    def parse(body: bytes, kind: str | None) -> Any:
        if (what == "NaN" and b"NaN" in body) or (what == "equal keys" and body.count(b'"name":') > 1):
            raise RuntimeError(what)
        return strict(body, kind)

    fake.parse_body = parse
