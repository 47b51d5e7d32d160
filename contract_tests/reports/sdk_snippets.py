"""A request as lines of the openai Python SDK, where the SDK can make it."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, unquote

CALLS = {
    ("GET", False): "list",
    ("POST", False): "create",
    ("GET", True): "retrieve",
    ("POST", True): "update",
    ("DELETE", True): "delete",
}


def sdk_line(method: str, path: str, body: Any) -> str:
    """Empty where no call of the SDK comes to that: PATCH, other paths, bodies that are no object."""
    place, _, query = path.partition("?")
    id = unquote(place.removeprefix("/assistants").removeprefix("/"))
    name = CALLS.get((method, bool(id))) if place.startswith("/assistants") and "/" not in id else None
    if not name or (method == "POST" and not isinstance(body, dict)):
        return ""
    fields = body if method == "POST" else {key: _number(value) for key, value in parse_qsl(query)}
    if not all(key.isidentifier() for key in fields):
        return ""
    needed = {} if name != "create" or "model" in fields else {"model": "any"}
    arguments = [repr(id)] * bool(id) + [f"{key}={value!r}" for key, value in {**needed, **fields}.items()]
    return f"client.beta.assistants.{name}({', '.join(arguments)})"


def _number(text: str) -> int | str:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else text
