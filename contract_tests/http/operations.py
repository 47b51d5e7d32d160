"""The six operations as requests, and which of them a request is. Nothing else in the suite spells a URL of theirs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import parse_qsl, quote, unquote, urlencode

from contract_tests.http.messages import Json, Request, dump

LIST, CREATE, RETRIEVE = "listAssistants", "createAssistant", "getAssistant"
MODIFY, PATCH, DELETE = "modifyAssistant", "patchAssistant", "deleteAssistant"
MODIFIES = (MODIFY, PATCH)
WRITE_OPERATIONS = (CREATE, MODIFY, PATCH, DELETE)
OPERATIONS = {
    ("GET", False): LIST,
    ("POST", False): CREATE,
    ("GET", True): RETRIEVE,
    ("POST", True): MODIFY,
    ("PATCH", True): PATCH,
    ("DELETE", True): DELETE,
}
JSON_BODY = (("content-type", "application/json"),)
Modify = Callable[..., Request]


@dataclass(frozen=True)
class Address:
    """Where a request goes. `operation` is "" where no operation has this URL and method; `id` is percent-decoded."""

    operation: str
    id: str
    query: tuple[tuple[str, str], ...]
    known_url: bool


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


def parse(method: str, target: str) -> Address:
    """The address that a request's method and raw target (path and query below the base URL) make."""
    path, _, query = target.partition("?")
    segments = path.split("/")
    by_id = len(segments) == 3 and segments[2] != ""
    known_url = (by_id or len(segments) == 2) and segments[1] == "assistants"
    return Address(
        OPERATIONS.get((method, by_id), "") if known_url else "",
        unquote(segments[2]) if by_id else "",
        tuple(parse_qsl(query, keep_blank_values=True)),
        known_url,
    )
