"""The six operations: the request of each is built here, and the operation of a request is parsed here.

No other module of the suites spells the URL, the method or the id of an operation.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from urllib.parse import parse_qsl, quote, unquote, urlencode

from contract_tests.http.messages import Exchange, Json, Request, dump

LIST, CREATE, RETRIEVE = "listAssistants", "createAssistant", "getAssistant"
MODIFY, PATCH, DELETE = "modifyAssistant", "patchAssistant", "deleteAssistant"
MODIFIES = (MODIFY, PATCH)
WITH_A_BODY = (CREATE, *MODIFIES)
WRITE_OPERATIONS = (*WITH_A_BODY, DELETE)
# The method of an operation; True if the path has the id of an assistant.
OPERATIONS = {
    ("GET", False): LIST,
    ("POST", False): CREATE,
    ("GET", True): RETRIEVE,
    ("POST", True): MODIFY,
    ("PATCH", True): PATCH,
    ("DELETE", True): DELETE,
}
METHODS = {operation: method for (method, _), operation in OPERATIONS.items()}
COLLECTION = "/assistants"
PREFIX = re.compile("^asst[-_]")  # of the ids of every edition
UNKNOWN_URL = f"{COLLECTION}-of-nobody"  # no operation has this URL
JSON_BODY = (("content-type", "application/json"),)
Modify = Callable[..., Request]


@dataclass(frozen=True)
class Address:
    """The destination of a request. `operation` is "" if no operation has this URL and method; `id` is
    percent-decoded."""

    operation: str
    id: str
    query: tuple[tuple[str, str], ...]
    known_url: bool


def list_(role: str = "primary", **query: object) -> Request:
    return Request(METHODS[LIST], f"{COLLECTION}?{urlencode(query)}" if query else COLLECTION, role)


def create(body: Json, role: str = "primary", group: int = 0) -> Request:
    return Request(METHODS[CREATE], COLLECTION, role, dump(body), JSON_BODY, group)


def retrieve(id: str, role: str = "primary") -> Request:
    return Request(METHODS[RETRIEVE], path(id), role)


def modify(id: str, body: Json, role: str = "primary", group: int = 0) -> Request:
    return Request(METHODS[MODIFY], path(id), role, dump(body), JSON_BODY, group)


def patch(id: str, body: Json, role: str = "primary", group: int = 0) -> Request:
    return Request(METHODS[PATCH], path(id), role, dump(body), JSON_BODY, group)


VERBS = (modify, patch)  # the two ways to modify an assistant


def modify_instead(request: Request) -> Request:
    """The same modify, spelled POST in place of PATCH."""
    return replace(request, method=METHODS[MODIFY])


def delete(id: str, role: str = "primary") -> Request:
    return Request(METHODS[DELETE], path(id), role)


def path(id: str) -> str:
    """The path of an assistant. Characters that an id usually holds are not percent-encoded."""
    return raw_path(quote(id, safe=""))


def raw_path(id: str) -> str:
    """The path with an id exactly as given, which a test of odd ids or a shell variable needs."""
    return f"{COLLECTION}/{id}"


def raw(
    method: str,
    target: str,
    body: bytes | None = None,
    role: str = "primary",
    headers: tuple[tuple[str, str], ...] = JSON_BODY,
) -> Request:
    """Any other request. A body has the content type JSON unless `headers` give another."""
    return Request(method, target, role, body, headers if body is not None else ())


def every_operation(id: str, name: str, role: str = "primary") -> list[Request]:
    """One call of each of the six operations, the delete last. The operations by id name `id`."""
    body = {"name": name}
    return [
        list_(role),
        create(body, role),
        retrieve(id, role),
        modify(id, body, role),
        patch(id, body, role),
        delete(id, role),
    ]


@lru_cache(maxsize=64)  # the client, the guard and each rule of the oracle ask for the same address
def parse(method: str, target: str) -> Address:
    """The address of a request. `target` is the raw path and query below the base URL."""
    path, _, query = target.partition("?")
    head, _, id = path.removeprefix(COLLECTION).partition("/")
    known_url = path.startswith(COLLECTION) and not head and "/" not in id and (bool(id) or path == COLLECTION)
    by_id = known_url and bool(id)
    return Address(
        OPERATIONS.get((method, by_id), "") if known_url else "",
        unquote(id) if by_id else "",
        tuple(parse_qsl(query, keep_blank_values=True)),
        known_url,
    )


def created_id(exchange: Exchange) -> str:
    """The id that an accepted create answered; empty for any other exchange."""
    if parse(exchange.request.method, exchange.request.path).operation != CREATE or not exchange.response.accepted:
        return ""
    answer = exchange.response.json
    id = answer.get("id") if isinstance(answer, dict) else None
    return id if isinstance(id, str) else ""


def script_names(exchanges: Iterable[Exchange]) -> dict[Exchange, str]:
    """The names of the creates that made an assistant: a script has a variable of that name for the id."""
    creates = [exchange for exchange in exchanges if created_id(exchange)]
    return {exchange: f"id{number}" for number, exchange in enumerate(creates, 1)}


def bare(id: str) -> str:
    """An id without its prefix. Some servers leave the prefix out, and some do not need it."""
    return PREFIX.sub("", id)


def is_collection(target: str) -> bool:
    """True if the path below the base URL is exactly the collection."""
    return target.partition("?")[0] == COLLECTION


def id_below_collection(target: str) -> str | None:
    """The percent-decoded rest of a path below the collection; None if there is none.

    More lenient than `parse`: servers normalize slashes and dots, and the guard must see an id in each of these paths.
    """
    head, _, id = target.partition("?")[0].removeprefix("/").partition("/")
    decoded = unquote(id)
    return decoded if f"/{head}" == COLLECTION and decoded.strip("/.") else None
