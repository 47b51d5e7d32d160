"""A request as a line for the openai Python SDK, if the SDK can send it."""

from __future__ import annotations

from typing import Any

from contract_tests.http.operations import CREATE, DELETE, LIST, MODIFY, RETRIEVE, parse

CALLS = {LIST: "list", CREATE: "create", RETRIEVE: "retrieve", MODIFY: "update", DELETE: "delete"}

WRITES = (CREATE, MODIFY)


def sdk_line(method: str, path: str, body: Any) -> str:
    """The line. Empty if no call of the SDK sends the request: PATCH, other paths, bodies that are not an object."""
    address = parse(method, path)
    name, id, writes = CALLS.get(address.operation), address.id, address.operation in WRITES
    if not name or "/" in id or (writes and not isinstance(body, dict)):
        return ""
    fields = body if writes else {key: _number(value) for key, value in address.query if value}
    if not all(key.isidentifier() for key in fields):
        return ""
    needed = {} if name != "create" or "model" in fields else {"model": "any"}
    arguments = [repr(id)] * bool(id) + [f"{key}={value!r}" for key, value in {**needed, **fields}.items()]
    return f"client.beta.assistants.{name}({', '.join(arguments)})"


def _number(text: str) -> int | str:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else text
