"""Wrong servers for texts: they change a text at its edges, or a text that is nothing but one odd piece."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable
from urllib.parse import unquote, unquote_plus

from contract_tests.http.operations import CREATE, MODIFY, PATCH
from contract_tests.oracle.calls import TEXTS
from fake_server.fake import Fake
from self_tests.wrong.wrong_server import reading_field, refusing, wrong

KEPT, ALIKE = "create/keeps-what-it-is-given", "modify/post-and-patch-alike"
Change = Callable[[str], str]


def stripped(chars: str) -> Change:
    return lambda text: text.strip(chars) or text


def whole(pattern: str, change: Change) -> Change:
    """Changes a text only if the whole text is like the pattern."""
    return lambda text: change(text) if re.fullmatch(pattern, text, re.DOTALL) else text


EDGES: dict[str, Change] = {
    "a byte order mark in front": lambda text: text.removeprefix("\ufeff") or text,
    "a byte order mark at the end": lambda text: text.removesuffix("\ufeff") or text,
    "no-break spaces": stripped("\u00a0"),
    "a no-break space at the end": lambda text: text.rstrip("\u00a0") or text,
    "line separators": stripped("\u2028\u2029"),
    "zero width spaces": stripped("\u200b"),
    "marks of direction": stripped("\u200e\u200f\u202a\u202b\u202c\u202d\u202e"),
    "line breaks at the end": lambda text: text.rstrip("\n") or text,
    "tabs in front": lambda text: text.lstrip("\t") or text,
    "a plus in front": lambda text: text.removeprefix("+") or text,
    "a plus at the end": lambda text: text.removesuffix("+") or text,
}


@wrong(KEPT, each=EDGES)
def names_lose(fake: Fake, what: str) -> None:
    reading_field(fake, "name", str, EDGES[what])


@wrong(KEPT, each=EDGES)
def instructions_lose(fake: Fake, what: str) -> None:
    reading_field(fake, "instructions", str, EDGES[what])


@wrong(KEPT)
def a_mark_in_front_of_a_name_is_lost_by_create(fake: Fake) -> None:
    """One of three routes has a validator of its own."""
    reading_field(fake, "name", str, EDGES["a byte order mark in front"], CREATE)


@wrong(KEPT, ALIKE, each=[MODIFY, PATCH])
def a_mark_in_front_of_a_name_is_lost_by(fake: Fake, operation: str) -> None:
    reading_field(fake, "name", str, EDGES["a byte order mark in front"], operation)


@wrong(KEPT, ALIKE, each=[MODIFY, PATCH])
def a_blank_behind_the_instructions_is_lost_by(fake: Fake, operation: str) -> None:
    reading_field(fake, "instructions", str, lambda text: text.rstrip("\u00a0\u200b\u2028 ") or text, operation)


PIECES: dict[str, Change] = {
    "a plus becomes a blank": whole(r"\+", lambda _: " "),
    "percent escapes are decoded": whole(r"(%[0-9A-Fa-f]{2})+", unquote),
    "a form is decoded": whole(r"\S*[%+]\S*", unquote_plus),
    "entities are decoded": whole(r"&.*;", html.unescape),
    "placeholders are filled in": whole(r"\{\{.*", lambda text: text.replace("{{name}}", "Bot")),
    "a template is rendered": whole(r".*<%=.*%>", lambda text: re.sub(r"<%=.*?%>", "", text)),
    "characters are composed": whole(r"e\u0301.*", lambda text: unicodedata.normalize("NFC", text)),
    "characters are made compatible": whole(r".*\u00bd", lambda text: unicodedata.normalize("NFKC", text)),
    "joiners of emoji are left out": whole(r"👩.*", lambda text: text.replace("\u200d", "")),
    "variants of emoji are left out": whole(r".*🇨🇭", lambda text: text.replace("\ufe0f", "")),
    "marks of direction are left out": whole(r"\u200e.*", lambda text: text.replace("\u202c", "")),
    "a line separator alone is no text": whole(r"\u2028", lambda _: "\n"),
    "a byte order mark alone is no text": whole(r"\ufeff", lambda _: ""),
    "blanks alone are one blank": whole(r" +", lambda _: " "),
}


@wrong(KEPT, each=PIECES)
def of_instructions_that_are_one_piece(fake: Fake, what: str) -> None:
    reading_field(fake, "instructions", str, PIECES[what])


@wrong(KEPT, ALIKE, each=["percent escapes are decoded", "entities are decoded", "characters are composed"])
def of_names_that_are_one_piece_patch_says(fake: Fake, what: str) -> None:
    reading_field(fake, "name", str, PIECES[what], PATCH)


def without_controls(text: str) -> str:
    return "".join(char for char in text if unicodedata.category(char) != "Cc" or char in "\t\r\n")


@wrong(KEPT, each=["name", "instructions"])
def control_characters_are_left_out_of(fake: Fake, field: str) -> None:
    reading_field(fake, field, str, without_controls)


@wrong(KEPT)
def markup_is_refused(fake: Fake) -> None:
    """A gateway takes markup for an attack, in whatever body it is."""
    refusing(fake, lambda body: any(re.search(r"<\s*/?\s*(script|b)\b", str(body.get(name))) for name in TEXTS))
