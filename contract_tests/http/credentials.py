"""The calls without a good key: the key of the run changed a little, or put where no key belongs.

Each form of a key is here as code and as words of a shell, so that a printed script sends what the run has sent.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

STRANGER = "sk-stranger-that-nobody-was-given"


@dataclass(frozen=True)
class Form:
    """A text made of a key. `shell` has VARIABLE for the name of the variable that holds the key."""

    make: Callable[[str], str]
    shell: str


WHOLE = Form(lambda key: key, "${VARIABLE}")
BASIC = Form(lambda key: base64.b64encode(f"{key}:".encode()).decode(), "")
UNKNOWN = Form(lambda _: STRANGER, STRANGER)
# Every object of JavaScript has this property.
WORD = Form(lambda _: "constructor", "constructor")
# The keys that are nearly the key of the run.
NEAR: Mapping[str, Form] = {
    "other-case": Form(str.swapcase, "$(printf %s \"${VARIABLE}\" | tr 'a-zA-Z' 'A-Za-z')"),
    "longer": Form(lambda key: key + "x", "${VARIABLE}x"),
    "shorter": Form(lambda key: key[:-1], "${VARIABLE%?}"),
    "beginning": Form(lambda key: re.sub(r"[._-][^._-]*$", "", key), "${VARIABLE%[._-]*}"),
    "other-end": Form(lambda key: key[:-4] + "zzzz", "${VARIABLE%????}zzzz"),
}


@dataclass(frozen=True)
class Credential:
    """`headers` and `query` have `{}` for the key in this form. `option` replaces the headers for curl."""

    form: Form = WHOLE
    headers: Mapping[str, str] = field(default_factory=dict)
    query: str = ""
    option: str = ""


# By the role of a request.
INVALID: Mapping[str, Credential] = {
    "nobody": Credential(),
    "stranger": Credential(UNKNOWN, {"Authorization": "Bearer {}"}),
    "word": Credential(WORD, {"Authorization": "Bearer {}"}),
    "basic": Credential(BASIC, {"Authorization": "Basic {}"}, option='-u "$VARIABLE:"'),
    "bare": Credential(headers={"Authorization": "{}"}),
    "token": Credential(headers={"Authorization": "Token {}"}),
    "in-a-header": Credential(headers={"X-Api-Key": "{}", "Api-Key": "{}", "OpenAI-Api-Key": "{}"}),
    "in-the-query": Credential(query="api_key={}&key={}&access_token={}&token={}"),
    **{role: Credential(form, {"Authorization": "Bearer {}"}) for role, form in NEAR.items()},
}


def headers_of(role: str, keys: Mapping[str, str]) -> dict[str, str]:
    """The headers of a role of INVALID. A form that is a valid key by chance is replaced by a key of nobody."""
    text = _text(INVALID[role].form, keys)
    return {name.lower(): value.replace("{}", text) for name, value in INVALID[role].headers.items()}


def path_of(path: str, role: str, text: str) -> str:
    """The path with the query of a role, if the role has one."""
    query = INVALID[role].query.replace("{}", text) if role in INVALID else ""
    return f"{path}{'&' if '?' in path else '?'}{query}" if query else path


def _text(form: Form, keys: Mapping[str, str]) -> str:
    text = form.make(keys["primary"])
    return STRANGER if form is not WHOLE and text in keys.values() else text


def near(key: str) -> Iterator[str]:
    """The texts that hold nearly all of a key."""
    return (form.make(key) for form in NEAR.values())


def options(role: str, variable: str) -> list[str]:
    """The options of curl for the headers of a role."""
    known = INVALID[role]
    if known.option:
        return [known.option.replace("VARIABLE", variable)]
    text = known.form.shell.replace("VARIABLE", variable)
    return [f'-H "{name}: {value.replace("{}", text)}"' for name, value in known.headers.items()]
