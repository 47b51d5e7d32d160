"""What no service should stumble over."""

from urllib.parse import unquote

from contract_tests.generators.session import REFUSALS, Session, step
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


@step("errors/bad-json-is-400", *REFUSALS)
def bodies_that_are_not_an_object(session: Session) -> None:
    """What is not a JSON object is refused, by create and by both verbs of modify, and changes nothing."""
    id = session.create_assistant()
    for body in session.some(BAD_JSON, 3):
        session.send(operations.raw("POST", operations.COLLECTION, body))
        if body:
            session.send(operations.raw("POST", operations.path(id), body))
            session.send(operations.raw("PATCH", operations.path(id), body))
    session.read(id)
    session.walk()
    for request in operations.every_operation(id, session.unique_text("control"))[1:5]:
        session.send(request)


@step("errors/bad-json-is-400", wide=True)
def more_bodies_that_are_not_an_object(session: Session) -> None:
    """So it is with everything that only resembles one."""
    id = session.create_assistant()
    for body in MORE_BAD_JSON:
        for method, path in (
            ("POST", operations.COLLECTION),
            ("POST", operations.path(id)),
            ("PATCH", operations.path(id)),
        ):
            session.send(operations.raw(method, path, body))
    session.read(id)


@step("errors/unknown-url-is-404")
def a_url_that_is_no_operations(session: Session) -> None:
    """A URL that nobody serves is said to be one."""
    session.walk()
    for path in (operations.UNKNOWN_URL, operations.raw_path(""), operations.raw_path("asst-x/nothing")):
        session.send(operations.raw("GET", path))


@step("errors/wrong-method-is-405-or-404")
def a_method_that_is_no_operations(session: Session) -> None:
    """A method that a URL does not know is said to be one."""
    session.walk()
    session.send(operations.raw("PUT", operations.path(session.subject()), dump({"name": session.unique_text("put")})))
    session.read(session.subject())


@step("errors/never-5xx", "errors/json-content-type")
def odd_bodies(session: Session) -> None:
    """NUL, lone surrogates, a megabyte, depth, huge numbers and doubled keys are answered, not stumbled over."""
    id = session.create_assistant()
    for body in session.some(_odd_bodies(session), 2):
        made = session.send(operations.raw("POST", operations.COLLECTION, body))
        if made.response.accepted:
            session.read(session.created_id(made))
        session.send(operations.raw("POST", operations.path(id), body))
        session.send(operations.raw("PATCH", operations.path(id), body))
        session.read(id)
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


@step("errors/never-5xx", wide=True)
def odd_places(session: Session) -> None:
    """Odd ids, odd queries, odd headers and bodies where none belongs are answered, not stumbled over."""
    session.walk()
    session.subject()
    for id in ODD_IDS:
        if session.send(operations.raw("GET", operations.raw_path(id))).response.accepted:
            continue  # the server says that it names something, so we leave it alone
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
def without_the_beta_header_or_with_it(session: Session) -> None:
    """OpenAI-Beta, which curl does not send and the SDKs do, makes no difference."""
    session.send(Request("GET", operations.COLLECTION, headers=(("openai-beta", "assistants=v2"),)))
    session.walk()
