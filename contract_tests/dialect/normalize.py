"""What a client can see of an answer, so that two servers' can be held together: ids, times and wording left out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from contract_tests.http.guard import bare
from contract_tests.http.messages import Exchange, Json, Odd, Request, Response
from contract_tests.http.operations import CREATE, LIST, id_below_collection, parse, raw_path
from contract_tests.oracle.expectations import Call, read

A_TEXT, A_TIME, AN_ID, OURS, OTHERS = "(a text)", "(a time)", "(an id)", "(ours)", "(another's)"
# Every text that a run sends carries its tag, and a number: neither is the same in two runs.
MARK = re.compile(r"contract-\d+(-[0-9a-f]{6})?( \d{4})?")
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d.*")
RANDOM = re.compile(r"(?=.*\d)([0-9a-f]{12,}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})", re.IGNORECASE)
WORDING = ("message", "error_description", "detail", "title")
# The headers by which clients act; of these two kinds only that they are there: their numbers are the moment's.
READ = ("content-type", "access-control-allow-origin", "access-control-allow-headers", "x-ratelimit-limit")
THERE = ("retry-after", "x-ratelimit-remaining", "x-ratelimit-reset")
CUT = "(not known to its end)"
ASKED, SHOWN = 1000, 60  # bytes of a body that are read whole; characters of a longer one
Facets = Mapping[str, Json]


class Names:
    """What the ids of one run are called in the other too: ours by the order in which they were made."""

    def __init__(self, bound_id: str | None = None, expendable_id: str | None = None) -> None:
        declared = {"(bound)": bound_id, "(expendable)": expendable_id}
        self._names = {bare(id): name for name, id in declared.items() if id}
        self._made = 0

    def take(self, exchange: Exchange) -> None:
        """Names what a create has made."""
        document = exchange.response.json
        id = document.get("id") if isinstance(document, dict) and exchange.response.accepted else None
        if read(exchange.request).operation == CREATE and isinstance(id, str) and bare(id) not in self._names:
            self._made += 1
            self._names[bare(id)] = f"(ours {self._made})"

    def of(self, id: str) -> str:
        """An id with its prefix and one without are two."""
        name = self._names.get(bare(id), OTHERS)
        return name if id.startswith("asst-") else f"{name}, bare"

    def ours(self, id: Json) -> bool:
        return isinstance(id, str) and self._names.get(bare(id), "").startswith("(ours")


def asked(request: Request, names: Names) -> str:
    """A call, as both runs make it: method, path, whose key, and body."""
    id, address = id_below_collection(request.path), parse(request.method, request.path)
    where = raw_path(names.of(id)) if id else request.path.partition("?")[0]
    given = [(key, names.of(value) if key in ("after", "before") else value) for key, value in address.query]
    body = MARK.sub(OURS, (request.body or b"")[:ASKED].decode("utf-8", "backslashreplace"))
    if len(request.body or b"") > ASKED:
        body = f"{' '.join(body.split())[:SHOWN]}… ({len(request.body or b''):,} bytes)"
    where += "?" + "&".join(f"{key}={value}" for key, value in given) if given else ""
    whose = f"as {request.role}" if request.role != "primary" else ""
    return " ".join(filter(None, [request.method, where, body, whose]))


def facets(exchange: Exchange, names: Names) -> Facets:
    """What there is to see, by its place: status, header.…, assistant.…, page.…, error.… or body.…

    What a page shows of one assistant has that one's name at the end of its place.
    """
    response, call = exchange.response, read(exchange.request)
    if not response.status:
        return {"status": "no answer"}
    if exchange.request.method == "OPTIONS" and response.accepted:
        return {"status": "2xx", **dict(_headers(response))}
    return {"status": response.status, **dict(_headers(response)), **dict(_body(response, call, names))}


def _headers(response: Response) -> Iterator[tuple[str, Json]]:
    for name in READ:
        if name in response.headers:
            value = response.headers[name].partition(";")[0].lower()
            yield f"header.{name}", sorted(part.strip() for part in value.split(","))
    for name in THERE:
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
            yield from ((f"error.{name}", _of_an_error(name, item, response.status)) for name, item in value.items())
        else:
            yield f"{kind}.{key}", _plain(key, value, names)


def _of_an_error(name: str, value: Json, status: int) -> Json:
    """What a text says there is nobody's promise, nor whether it is one or null; its type is."""
    if name in ("code", "param") and (value is None or isinstance(value, str)):
        return "(a text or null)"
    if name == "code" and value == status:
        return "(the status)"
    return A_TEXT if isinstance(value, str) and value.strip() and name != "type" else value


def _page(body: Mapping[str, Json], call: Call, names: Names) -> Iterator[tuple[str, Json]]:
    """Others may be on it, of whom there are fewer at the one server than at the other."""
    shown = [item for item in body["data"] if isinstance(item, dict)]
    limit = call.parameters.get("limit", "20")
    if call.operation == LIST and re.fullmatch("[0-9]{1,9}", limit):
        yield "page.length", "within the limit" if len(shown) <= int(limit) else "beyond the limit"
    for key, value in body.items():
        if key == "has_more":
            yield "page.has_more", type(value).__name__
        elif key in ("first_id", "last_id"):
            end = shown[0 if key == "first_id" else -1].get("id") if shown else None
            yield f"page.{key}", "its own" if value == end else _plain(key, value, names)
        elif key != "data":
            yield f"page.{key}", _plain(key, value, names)
    ours = [item for item in shown if names.ours(item.get("id"))]
    yield "page.ours", [names.of(item["id"]) for item in ours]
    for item in ours:
        yield from ((f"assistant.{key} {names.of(item['id'])}", _plain(key, item[key], names)) for key in item)


def _plain(key: str, value: Json, names: Names) -> Json:
    """A value without what differs from one run to the next."""
    if isinstance(value, dict):
        return {name: _plain(name, item, names) for name, item in value.items()}
    if isinstance(value, list):
        return [A_TEXT] if key in WORDING else [_plain(key, item, names) for item in value]
    if isinstance(value, str):
        return A_TEXT if key in WORDING and value.strip() else _text(key, value, names)
    return A_TIME if is_a_time(value) else value


def _text(key: str, value: str, names: Names) -> str:
    if key == "id" or value.startswith("asst-"):
        return names.of(value)
    if is_a_time(value):
        return A_TIME
    return AN_ID if RANDOM.fullmatch(value) else MARK.sub(OURS, value)


def is_a_time(value: Json) -> bool:
    """Whether it looks like one, in seconds or milliseconds since the epoch or as ISO 8601 has it."""
    return (isinstance(value, int | float) and value > 1e9) or (
        isinstance(value, str) and bool(MOMENT.fullmatch(value))
    )
