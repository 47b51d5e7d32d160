"""The six operations as requests. Nothing else in the suite spells a URL of theirs."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote, urlencode

from contract_tests.wire import Json, Request, dump

JSON_BODY = (("content-type", "application/json"),)
Modify = Callable[..., Request]


def list_(role: str = "primary", **query: object) -> Request:
    return Request("GET", f"/assistants?{urlencode(query)}" if query else "/assistants", role)


def create(body: Json, role: str = "primary", group: int = 0) -> Request:
    return Request("POST", "/assistants", role, dump(body), JSON_BODY, group)


def retrieve(id: str, role: str = "primary") -> Request:
    return Request("GET", path(id), role)


def modify(id: str, body: Json, role: str = "primary", group: int = 0) -> Request:
    return Request("POST", path(id), role, dump(body), JSON_BODY, group)


def patch(id: str, body: Json, role: str = "primary", group: int = 0) -> Request:
    return Request("PATCH", path(id), role, dump(body), JSON_BODY, group)


def delete(id: str, role: str = "primary") -> Request:
    return Request("DELETE", path(id), role)


def path(id: str) -> str:
    """The path of an assistant; what an id usually holds stays as it is."""
    return f"/assistants/{quote(id, safe='')}"


def raw(
    method: str,
    target: str,
    body: bytes | None = None,
    role: str = "primary",
    headers: tuple[tuple[str, str], ...] = JSON_BODY,
) -> Request:
    """Any other request; a body is said to be JSON unless the headers say otherwise."""
    return Request(method, target, role, body, headers if body is not None else ())


def every_operation(id: str, name: str, role: str = "primary") -> list[Request]:
    """One call of each of the six operations, the delete last; those by id on `id`."""
    body = {"name": name}
    return [
        list_(role),
        create(body, role),
        retrieve(id, role),
        modify(id, body, role),
        patch(id, body, role),
        delete(id, role),
    ]
