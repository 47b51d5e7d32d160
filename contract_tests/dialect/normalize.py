"""The visible fields of an answer without ids, times and wording, so that answers of two servers can be compared."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from contract_tests.http.messages import Exchange, Json, Odd, Request, Response
from contract_tests.http.messages import parse as parse_json
from contract_tests.http.openapi import id_prefixes
from contract_tests.http.operations import CREATE, LIST, bare, id_below_collection, parse, raw_path
from contract_tests.oracle.calls import Call
from contract_tests.oracle.expectations import parse_call

A_TEXT, A_TIME, AN_ID, OURS, OTHERS = "(a text)", "(a time)", "(an id)", "(ours)", "(another's)"
# Every text that a run sends has the run's tag and a number in it. Two runs differ in both.
MARK = re.compile(r"contract-\d+(-[0-9a-f]{6})?( \d{4})?")
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d.*")
RANDOM = re.compile(r"(?=.*\d)([0-9a-f]{12,}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})", re.IGNORECASE)
WORD = re.compile(r"[^\W\d_]{2,}")
WORDING = ("message", "error_description", "detail", "title")
# Headers that clients use. Some are compared by value. Others change with each answer, so only their presence counts.
COMPARED_HEADERS = ("content-type", "access-control-allow-origin", "access-control-allow-headers", "x-ratelimit-limit")
PRESENT_HEADERS = ("retry-after", "x-ratelimit-remaining", "x-ratelimit-reset")
CUT = "(not known to its end)"  # a body that the events do not hold completely
WHOLE_BODY, BODY_BEGIN = 1000, 60  # bytes of a body that is described completely; characters of a longer body
VisibleFields = Mapping[str, Json]


class Names:
    """Names for ids that are the same in both runs: "(ours: plain)" for an id that a create answered whose name has the
    word plain beside the mark of the run.

    A number would not be the same: one server may accept a create that the other refuses.
    """

    def __init__(self, bound_id: str | None = None, expendable_id: str | None = None) -> None:
        declared = {"(bound)": bound_id, "(expendable)": expendable_id}
        self._names = {bare(id): name for name, id in declared.items() if id}

    def add(self, exchange: Exchange) -> None:
        """Gives a name to the id that an accepted create answered."""
        document = exchange.response.json
        id = document.get("id") if isinstance(document, dict) and exchange.response.accepted else None
        if parse_call(exchange.request).operation == CREATE and isinstance(id, str) and bare(id) not in self._names:
            self._names[bare(id)] = f"{OURS.removesuffix(')')}: {_word(exchange.request)})"

    def of(self, id: str) -> str:
        """The name of an id. An id without its prefix has another name than the id with its prefix."""
        name = self._names.get(bare(id), OTHERS)
        return name if id.startswith(id_prefixes()) else f"{name}, bare"

    def is_ours(self, id: Json) -> bool:
        return isinstance(id, str) and self._names.get(bare(id), "").startswith("(ours")


def _word(request: Request) -> str:
    """The first word of the name that a create sent."""
    body = parse_json(request.body)
    name = body.get("name") if isinstance(body, dict) else None
    found = WORD.search(MARK.sub("", name)) if isinstance(name, str) else None
    return found.group() if found else "an assistant"


def describe_call(request: Request, names: Names) -> str:
    """A call as one line that is equal in both runs: method, path, body, and the role if it is not primary."""
    id, address = id_below_collection(request.path), parse(request.method, request.path)
    where = raw_path(names.of(id)) if id else request.path.partition("?")[0]
    given = [(key, names.of(value) if key in ("after", "before") else value) for key, value in address.query]
    body = MARK.sub(OURS, (request.body or b"")[:WHOLE_BODY].decode("utf-8", "backslashreplace"))
    if len(request.body or b"") > WHOLE_BODY:
        body = f"{' '.join(body.split())[:BODY_BEGIN]}… ({len(request.body or b''):,} bytes)"
    where += "?" + "&".join(f"{key}={value}" for key, value in given) if given else ""
    role = f"as {request.role}" if request.role != "primary" else ""
    return " ".join(filter(None, [request.method, where, body, role]))


def visible_fields(exchange: Exchange, names: Names) -> VisibleFields:
    """The visible values by their place: status, header.…, assistant.…, page.…, error.… or body.…

    The place of a value in a page ends with the name of its assistant.
    """
    response, call = exchange.response, parse_call(exchange.request)
    if not response.status:
        return {"status": "no answer"}
    if exchange.request.method == "OPTIONS" and response.accepted:
        return {"status": "2xx", **dict(_headers(response))}
    return {"status": response.status, **dict(_headers(response)), **dict(_body(response, call, names))}


def _headers(response: Response) -> Iterator[tuple[str, Json]]:
    for name in COMPARED_HEADERS:
        if name in response.headers:
            value = response.headers[name].partition(";")[0].lower()
            yield f"header.{name}", sorted(part.strip() for part in value.split(","))
    for name in PRESENT_HEADERS:
        if name in response.headers:
            yield f"header.{name}", "(there)"


def _body(response: Response, call: Call, names: Names) -> Iterator[tuple[str, Json]]:
    body = response.json
    if response.fault:
        yield "body", CUT
        return
    if isinstance(body, Odd) or not isinstance(body, dict):
        yield "body", body.value if isinstance(body, Odd) else _plain("", body, names)
        return
    if isinstance(body.get("data"), list):
        yield from _page(body, call, names)
        return
    kind = "assistant" if body.get("object") == "assistant" else "body"
    for key, value in body.items():
        if key == "error" and isinstance(value, dict):
            yield from ((f"error.{name}", _error_member(name, item, response.status)) for name, item in value.items())
        else:
            yield f"{kind}.{key}", _plain(key, value, names)


def _error_member(name: str, value: Json, status: int) -> Json:
    """The contract leaves the wording open, and for code and param also the choice between a text and null."""
    if name in ("code", "param") and (value is None or isinstance(value, str)):
        return "(a text or null)"
    if name == "code" and value == status:
        return "(the status)"
    return A_TEXT if isinstance(value, str) and value.strip() and name != "type" else value


def _page(body: Mapping[str, Json], call: Call, names: Names) -> Iterator[tuple[str, Json]]:
    """The visible values of a page. Assistants that the run did not create are left out: each server has its own."""
    listed = [item for item in body["data"] if isinstance(item, dict)]
    if call.operation == LIST and re.fullmatch("[0-9]{1,9}", call.limit):
        yield "page.length", "within the limit" if len(listed) <= int(call.limit) else "beyond the limit"
    for key, value in body.items():
        if key == "has_more":
            yield "page.has_more", type(value).__name__
        elif key in ("first_id", "last_id"):
            end = listed[0 if key == "first_id" else -1].get("id") if listed else None
            yield f"page.{key}", "its own" if value == end else _plain(key, value, names)
        elif key != "data":
            yield f"page.{key}", _plain(key, value, names)
    ours = [item for item in listed if names.is_ours(item.get("id"))]
    yield "page.ours", [names.of(item["id"]) for item in ours]
    for item in ours:
        yield from ((f"assistant.{key} {names.of(item['id'])}", _plain(key, item[key], names)) for key in item)


def _plain(key: str, value: Json, names: Names) -> Json:
    """A value without the parts that differ between two runs."""
    if isinstance(value, dict):
        return {name: _plain(name, item, names) for name, item in value.items()}
    if isinstance(value, list):
        return [A_TEXT] if key in WORDING else [_plain(key, item, names) for item in value]
    if isinstance(value, str):
        return A_TEXT if key in WORDING and value.strip() else _text(key, value, names)
    return A_TIME if is_a_time(value) else value


def _text(key: str, value: str, names: Names) -> str:
    if key == "id" or value.startswith(id_prefixes()):
        return names.of(value)
    if is_a_time(value):
        return A_TIME
    return AN_ID if RANDOM.fullmatch(value) else MARK.sub(OURS, value)


def is_a_time(value: Json) -> bool:
    """True if the value looks like a time: seconds or milliseconds since the epoch, or ISO 8601."""
    return (isinstance(value, int | float) and value > 1e9) or (
        isinstance(value, str) and bool(MOMENT.fullmatch(value))
    )
