"""Calls that a service should answer without a crash, and the errors that it should answer."""

from collections.abc import Iterator
from itertools import cycle
from urllib.parse import unquote

from contract_tests.generators.hostile_call import find_present, send_hostile
from contract_tests.generators.session import Session
from contract_tests.generators.steps import REFUSALS, step
from contract_tests.http import operations
from contract_tests.http.messages import Request, dump

BAD_JSON = [b"{", b"", b"[]", b"null", b'"text"', b"7"]
MORE_BAD_JSON = [
    b'{"name": }',
    b"{'name': 'x'}",
    b'{"name": "x",}',
    b"name=x",
    b"true",
    b'{"name": "x"',
    b'[{"name": "x"}]',
    b'"',
    b"<name>x</name>",
    b" ",
]
UNKNOWN_URLS = operations.UNKNOWN_URL, operations.raw_path("asst-x/nothing")
ODD_IDS = [
    "asst-",
    "asst-%00",
    "asst-%FF",
    "asst-%E2%82",
    "..%2f..%2fasst-x",
    "asst-..%2f..",
    "asst-%F0%9F%A4%96",
    "asst-" + "9" * 400,
    "asst-'%20OR%201=1--",
    "asst_underscore",
    "-1",
    "asst-%zz",
    "asst-x%0d%0aset-cookie:x",
]
ODD_QUERIES = [
    "limit=1&limit=2",
    "limit=",
    "limit=1e2",
    "limit=99999999999999999999",
    "limit=%00",
    "limit[]=1",
    "order=up",
    "order=%F0%9F%A4%96",
    "after=%00",
    "after=",
    "before=%FF",
    "after=a&before=b",
    "&&&=",
    "limit=5&unheard=of",
]


@step("errors/bad-json-is-400", "errors/bad-input-is-400", *REFUSALS, requests=3)
def bodies_that_are_not_an_object(session: Session, other: str) -> None:
    """A body that is not a JSON object is refused by create and by both modifies, and changes nothing."""
    for method, path, body in session.sample(_bad_json(other), 3):
        session.send(operations.raw(method, path, body))
    session.verify(other)
    session.verify_list()
    for request in operations.every_operation(other, session.unique_text("control"))[1:5] if session.thorough else ():
        session.send(request)


def _bad_json(id: str) -> list[tuple[str, str, bytes]]:
    """Each bad body for each operation. An empty body only for create, because a modify may accept it."""
    first = [
        ("POST", operations.COLLECTION, b""),
        ("POST", operations.path(id), b"[]"),
        ("PATCH", operations.path(id), b"{"),
    ]
    return first + [
        (method, path, body)
        for body in BAD_JSON
        for method, path in places(id)
        if (method, path, body) not in first and (body or path == operations.COLLECTION)
    ]


@step("errors/bad-json-is-400", "errors/bad-input-is-400", wide=True)
def more_bodies_that_are_not_an_object(session: Session) -> None:
    """A body that only resembles a JSON object is refused too, and changes nothing."""
    id = session.create_assistant()
    for body, pair in zip(MORE_BAD_JSON, in_turn(id), strict=False):
        for method, path in pair:
            session.send(operations.raw(method, path, body))
    session.retrieve(id)


def places(id: str) -> tuple[tuple[str, str], ...]:
    """The methods and paths of create and of both modifies of an assistant."""
    return (("POST", operations.COLLECTION), ("POST", operations.path(id)), ("PATCH", operations.path(id)))


def in_turn(id: str) -> Iterator[tuple[tuple[str, str], ...]]:
    """Create and one of the two modifies of an assistant, each in turn: methods and paths."""
    create, *modifies = places(id)
    return cycle((create, modify) for modify in modifies)


@step("errors/unknown-url-is-404", reads_only=True, requests=1)
def an_unknown_url(session: Session) -> None:
    """A URL that the API does not have answers 404."""
    for path in session.sample(UNKNOWN_URLS, 1):
        session.send(operations.raw("GET", path))


@step("errors/wrong-method-is-405-or-404", requests=1)
def a_wrong_method(session: Session, rich: str) -> None:
    """A method that a URL does not have answers 405 or 404, and changes nothing."""
    session.verify(rich)
    session.send(operations.raw("PUT", operations.path(rich), dump({"name": session.unique_text("put")})))
    session.verify(rich)


@step("errors/never-5xx", "errors/json-content-type", hostile=True)
def odd_bodies(session: Session) -> None:
    """NUL, lone surrogates, a megabyte, deep nesting, huge numbers and repeated keys crash nothing."""
    id = ""
    for body in session.sample(_odd_bodies(session), 2):
        send_hostile(session, operations.raw("POST", operations.COLLECTION, body))
        for method in ("POST", "PATCH"):
            id = find_present(session, id)
            send_hostile(session, operations.raw(method, operations.path(id), body), id)
    session.walk()


def _odd_bodies(session: Session) -> list[bytes]:
    name = dump(session.unique_text("odd"))
    return [
        dump({"name": session.unique_text("nul \x00 within"), "instructions": session.unique_text("\x00")}),
        b'{"name": "' + session.unique_text("surrogate").encode() + rb' \ud800", "instructions": "\udfff"}',
        dump({"name": session.unique_text("🤖 \U0010ffff \ufffe"), "instructions": "🤖" * 50}),
        b'{"name": ' + name + b', "instructions": "' + b"x" * 1_000_000 + b'"}',
        b'{"name": ' + name + b', "metadata": ' + b'{"a":' * 2000 + b"1" + b"}" * 2000 + b"}",
        b'{"name": ' + b"[" * 50_000 + b"]" * 50_000 + b"}",
        b'{"name": ' + name + b', "temperature": 1e999, "top_p": -1e999}',
        b'{"name": ' + name + b', "temperature": ' + b"9" * 6000 + b"}",
        b'{"name": 7, "name": ' + name + b', "temperature": 1, "temperature": "x"}',
        b'{"name": "' + b"\xff\xfe" + b'"}',
        b'{"name": ' + name + b', "__proto__": {"admin": true}, "constructor": {"prototype": 1}, "": ""}',
        b'\xef\xbb\xbf{"name": ' + name + b"}",
    ]


@step("errors/never-5xx", wide=True, hostile=True)
def odd_places(session: Session) -> None:
    """Odd ids, odd queries, odd headers, and bodies of GET and DELETE crash nothing."""
    session.walk()
    session.subject()
    for id in ODD_IDS:
        if session.send(operations.raw("GET", operations.raw_path(id))).response.accepted:
            continue  # the id names an existing assistant, which the run must not change
        session.client.guard.invent(unquote(id))
        session.send(operations.raw("DELETE", operations.raw_path(id)))
        session.send(operations.raw("PATCH", operations.raw_path(id), dump({"name": session.unique_text("odd id")})))
    for query in ODD_QUERIES:
        session.send(operations.raw("GET", f"{operations.COLLECTION}?{query}"))
    for request in _odd_headers(session):
        session.send(request)
    session.walk()


def _odd_headers(session: Session) -> list[Request]:
    body, unknown = dump({"name": session.unique_text("odd headers")}), operations.path(session.unknown_id())
    kinds = (
        "text/plain",
        "application/json; charset=utf-8",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
        "x",
    )
    return [
        *(operations.raw("POST", operations.COLLECTION, body, headers=(("content-type", kind),)) for kind in kinds),
        operations.raw("POST", operations.COLLECTION, body, headers=()),
        operations.raw("GET", operations.COLLECTION, body),
        operations.raw("DELETE", unknown, body),
        operations.raw("GET", unknown, b"{"),
        *(
            Request("GET", operations.COLLECTION, headers=header)
            for header in (
                (("accept", "text/html"),),
                (("openai-beta", "assistants=v1"),),
                (("openai-beta", "nonsense"),),
                (("x-long", "x" * 6000),),
                (("accept-encoding", "nonsense"),),
                (("range", "bytes=0-1"),),
                (("if-none-match", "*"),),
                (("expect", "nothing"),),
            )
        ),
    ]


@step("errors/never-5xx", "list/envelope")
def the_beta_header(session: Session) -> None:
    """The header OpenAI-Beta, which the SDKs send and curl does not, makes no difference."""
    session.send(Request("GET", operations.COLLECTION, headers=(("openai-beta", "assistants=v2"),)))
    session.walk()
