"""The answers of the fake: its free choices, the promises of the API page, and hostile input."""

import gzip
import json
import re
import socket
import threading
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest

from contract_tests.http.openapi import document, ignored_fields
from fake_server.domain.errors import Kind, UnknownAssistant
from fake_server.fake import Answer, Call, Fake
from fake_server.http.addresses import ListenError
from fake_server.http.handlers import HANDLERS
from fake_server.http.server import serve

ASSISTANT = document()["components"]["examples"]["assistant"]["value"]
ACME = ["asst-acme-research", "asst-acme-support"]


def create(client: httpx2.Client, **body: object) -> dict[str, Any]:
    answer = client.post("/assistants", json={"name": "a"} | body)
    assert answer.status_code == 200, answer.text
    made: dict[str, Any] = answer.json()
    return made


def ids(answer: httpx2.Response) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [each["id"] for each in answer.json()["data"]]


def error(answer: httpx2.Response, status: int) -> dict[str, Any]:
    """The error in the envelope, with all four keys."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/json"
    found: dict[str, Any] = answer.json()["error"]
    assert list(found) == ["message", "type", "param", "code"]
    assert found["message"]
    return found


# ---- the operations -------------------------------------------------------------------------------------------------


def test_every_operation_has_its_handler(fake: Fake) -> None:
    """The operation ids of the contract are the keys of the handlers."""
    assert {operation.id for operation in fake.contract.operations} == set(HANDLERS)


def test_create_answers_the_assistant(primary: httpx2.Client) -> None:
    """An assistant has the fields and the constants of the contract's own example."""
    made = create(primary, name="Bot", instructions="Be brief.")

    assert re.fullmatch("asst-[0-9a-f]{24}", made.pop("id"))
    assert abs(made.pop("created_at") - time.time()) < 5
    assert made == {name: value for name, value in ASSISTANT.items() if name not in ("id", "created_at")} | {
        "name": "Bot",
        "instructions": "Be brief.",
    }


@pytest.mark.parametrize("text", ["  a\t\r\n", "e\u0301 日本 🤖", "<b>&amp;</b>", "\x00\x7f", "\\u0041", "x" * 256])
def test_texts_come_back_exactly(primary: httpx2.Client, text: str) -> None:
    """A text is not trimmed, normalized, escaped or cut."""
    made = create(primary, name=text, instructions=text)

    assert primary.get(f"/assistants/{made['id']}").json() == made
    assert (made["name"], made["instructions"]) == (text, text)


IGNORED = {field.name: field.value(0) for field in ignored_fields().values()} | {"nobody_knows_this": [1]}


@pytest.mark.parametrize("verb", ["POST", "PATCH"])
def test_ignored_fields_change_nothing(primary: httpx2.Client, verb: str) -> None:
    """Ignored fields are accepted on create and modify, and never stored."""
    plain = create(primary)
    made = create(primary, **IGNORED)
    modified = primary.request(verb, f"/assistants/{made['id']}", json=IGNORED).json()

    assert modified == made
    assert made == plain | {"id": made["id"], "created_at": made["created_at"]}


WRONG = {field.name: field.absurd[0] for field in ignored_fields().values() if field.absurd} | {
    "reasoning_effort": "endless",
    "name": None,
    "instructions": ["x"],
}


@pytest.mark.parametrize("field", WRONG)
@pytest.mark.parametrize("verb", ["POST", "PATCH"])
def test_a_wrong_value_changes_nothing(primary: httpx2.Client, verb: str, field: str) -> None:
    """A 400 names the wrong field, and the valid fields of the same body have no effect."""
    made = create(primary)
    body = {"name": "b", "instructions": "b"} | {field: WRONG[field]}

    answer = primary.request(verb, f"/assistants/{made['id']}", json=body)

    assert error(answer, 400)["param"] == field
    assert primary.get(f"/assistants/{made['id']}").json() == made


@pytest.mark.parametrize("body", [{}, {"name": None}, {"name": ""}, {"name": 7}, {"name": ["a"]}, {"name": "x" * 257}])
def test_create_needs_a_name(primary: httpx2.Client, body: dict[str, Any]) -> None:
    """A name has 1 to 256 characters and is never converted from another type; otherwise nothing is created."""
    answer = primary.post("/assistants", json=body)

    assert error(answer, 400) | {"message": ""} == {
        "message": "",
        "type": "invalid_request_error",
        "param": "name",
        "code": None,
    }
    assert ids(primary.get("/assistants")) == ACME


def test_messages_hold_no_flood(primary: httpx2.Client) -> None:
    """A message does not repeat a long text that was refused."""
    answer = primary.post("/assistants", json={"name": "x" * 100_000, "metadata": {"k" * 100_000: 1}})

    assert len(error(answer, 400)["message"]) < 400


@pytest.mark.parametrize("verb", ["POST", "PATCH"])
def test_modify_is_partial(primary: httpx2.Client, verb: str) -> None:
    """A field that is not sent keeps its value; {} changes nothing."""
    made = create(primary, name="a", instructions="i")
    path = f"/assistants/{made['id']}"

    assert primary.request(verb, path, json={}).json() == made
    assert primary.request(verb, path, json={"name": "b"}).json() == made | {"name": "b"}
    assert primary.request(verb, path, json={"instructions": "j"}).json() == made | {"name": "b", "instructions": "j"}


@pytest.mark.parametrize("verb", ["POST", "PATCH"])
@pytest.mark.parametrize("nothing", ["", None])
def test_instructions_clear_to_null(primary: httpx2.Client, verb: str, nothing: str | None) -> None:
    """Both "" and null clear the instructions, and the answer shows null, also after a create."""
    made = create(primary, instructions="i")

    answer = primary.request(verb, f"/assistants/{made['id']}", json={"instructions": nothing})

    assert answer.json() == made | {"instructions": None}
    assert primary.get(f"/assistants/{made['id']}").json() == answer.json()
    assert create(primary, instructions=nothing)["instructions"] is None


def test_delete(primary: httpx2.Client) -> None:
    """A delete answers the id, and the assistant is unknown afterwards."""
    made = create(primary)
    path = f"/assistants/{made['id']}"

    assert primary.delete(path).json() == {"id": made["id"], "object": "assistant.deleted", "deleted": True}
    for verb in ("GET", "POST", "PATCH", "DELETE"):
        assert error(primary.request(verb, path, json={}), 404)["type"] == "not_found_error"


def test_a_key_keeps_its_own_assistant(primary: httpx2.Client, sibling: httpx2.Client) -> None:
    """The refusal has the exact sentence of the API page; another key of the organization may delete the assistant."""
    own = f"/assistants/{ACME[1]}"
    before = primary.get(own).json()

    refused = error(primary.delete(own), 400)

    assert refused == {
        "message": "Cannot delete the assistant this API key is bound to. Rotate the key first, then retry.",
        "type": "invalid_request_error",
        "param": None,
        "code": None,
    }
    assert primary.get(own).json() == before
    assert sibling.delete(own).status_code == 200


def test_organizations_are_closed(primary: httpx2.Client, sibling: httpx2.Client, foreign: httpx2.Client) -> None:
    """The keys of one organization share its assistants; for keys of another organization they do not exist."""
    made = create(primary)
    path = f"/assistants/{made['id']}"

    for verb in ("GET", "POST", "PATCH", "DELETE"):
        error(foreign.request(verb, path, json={"name": "stolen"}), 404)
    assert sibling.get(path).json() == made
    assert ids(foreign.get("/assistants")) == ["asst-globex-sales"]


# ---- keys -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "value", ["", "Bearer", "Bearer nobody", "Basic sk-fake-primary", "sk-fake-primary", "Bearer  sk-fake-primary"]
)
@pytest.mark.parametrize("verb", ["GET", "POST", "PATCH", "DELETE"])
def test_no_key_no_answer(primary: httpx2.Client, verb: str, value: str) -> None:
    """An invalid key gets 401 with the code invalid_api_key, before all other checks."""
    answer = primary.request(verb, f"/assistants/{ACME[0]}", headers={"Authorization": value})
    if verb == "POST":
        answer = primary.post("/assistants", content=b"{", headers={"Authorization": value})

    assert error(answer, 401) | {"message": ""} == {
        "message": "",
        "type": "authentication_error",
        "param": None,
        "code": "invalid_api_key",
    }
    assert ids(primary.get("/assistants")) == ACME


# ---- lists ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def made(primary: httpx2.Client) -> list[str]:
    """All assistants of the organization, oldest first: two from the seed and five new ones."""
    return [ACME[1], ACME[0], *(create(primary)["id"] for _ in range(5))]


PAGES = {
    "plain": ("", [6, 5, 4, 3, 2, 1, 0], False),
    "asc": ("order=asc", [0, 1, 2, 3, 4, 5, 6], False),
    "limit": ("limit=3", [6, 5, 4], True),
    "limit of all": ("limit=7", [6, 5, 4, 3, 2, 1, 0], False),
    "after": ("limit=3&after=4", [3, 2, 1], True),
    "after asc": ("limit=3&after=4&order=asc", [5, 6], False),
    "after up to the end": ("limit=4&after=4", [3, 2, 1, 0], False),
    "after the last": ("after=0", [], False),
    "before": ("limit=2&before=2", [4, 3], True),
    "before asc": ("limit=2&before=2&order=asc", [0, 1], False),
    "before the first": ("before=6", [], False),
    "between": ("limit=2&after=5&before=1", [4, 3], True),
    "between, all of it": ("limit=3&after=5&before=1", [4, 3, 2], False),
    "between, crossed": ("after=1&before=5", [], False),
    "unknown keys": ("nobody=1&nobody=2&&=", [6, 5, 4, 3, 2, 1, 0], False),
}


@pytest.mark.parametrize(("query", "expected", "more"), PAGES.values(), ids=PAGES.keys())
def test_pages(primary: httpx2.Client, made: list[str], query: str, expected: list[int], more: bool) -> None:
    """Each cursor is the number of an assistant, oldest first."""
    query = re.sub(r"(after|before)=(\d)", lambda found: f"{found[1]}={made[int(found[2])]}", query)

    answer = primary.get(f"/assistants?{query}")

    page = answer.json()
    wanted = [made[number] for number in expected]
    assert ids(answer) == wanted
    assert (page["object"], page["has_more"]) == ("list", more)
    assert (page["first_id"], page["last_id"]) == ((wanted[0], wanted[-1]) if wanted else (None, None))


def test_a_page_has_20_assistants_by_default(primary: httpx2.Client) -> None:
    """The default page has 20 assistants, and has_more is true."""
    for _ in range(19):
        create(primary)

    answer = primary.get("/assistants")

    assert len(ids(answer)) == 20
    assert answer.json()["has_more"]


def test_modify_keeps_the_place(primary: httpx2.Client, made: list[str]) -> None:
    """A list is ordered by creation, and a modify does not change the order."""
    primary.patch(f"/assistants/{made[2]}", json={"name": "changed"})

    assert ids(primary.get("/assistants?order=asc")) == made


BAD_QUERIES = [
    *(
        f"limit={each}"
        for each in ("0", "101", "-1", "x", "", "1.0", "1e1", "%2B5", "%205", "0x1", "05", "%D9%A1", "true")
    ),
    f"limit={'9' * 5000}",
    "limit",
    "limit=1&limit=2",
    "order=up",
    "order=DESC",
    "order=",
    "after=asst-nothing",
    "after=asst-globex-sales",
    "after=acme-support",
    "after=",
    "after=%00%ff",
    "before=asst-nothing",
    "before=asst-acme-support&before=asst-acme-support",
]


@pytest.mark.parametrize("query", BAD_QUERIES, ids=lambda query: query[:40])
def test_a_bad_query_is_refused(primary: httpx2.Client, query: str) -> None:
    """A 400 names the wrong parameter."""
    refused = error(primary.get(f"/assistants?{query}"), 400)

    assert (refused["type"], refused["param"]) == ("invalid_request_error", query.split("=")[0])


# ---- bodies ---------------------------------------------------------------------------------------------------------

BAD_BODIES = {
    "empty": b"",
    "cut off": b'{"name": "a"',
    "single quotes": b"{'name': 'a'}",
    "trailing comma": b'{"name": "a",}',
    "two": b'{"name": "a"}{}',
    "array": b'[{"name": "a"}]',
    "null": b"null",
    "text": b'"a"',
    "number": b"1",
    "NaN": b'{"name": "a", "temperature": NaN}',
    "Infinity": b'{"name": "a", "x": -Infinity}',
    "1e999": b'{"name": "a", "x": 1e999}',
    "long integer": b'{"name": "a", "x": ' + b"9" * 10_000 + b"}",
    "deep": b'{"name": "a", "x": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "a level too deep": b'{"name": "a", "x": ' + b"[" * 100 + b"]" * 100 + b"}",
    "deep metadata": b'{"name": "a", "metadata": ' + b'{"a":' * 255 + b"1" + b"}" * 255 + b"}",
    "deep tools": b'{"name": "a", "tools": ' + b"[" * 256 + b"]" * 256 + b"}",
    "deep after a quote": b'{"name": "\\"", "x": ' + b"[" * 256 + b"]" * 256 + b"}",
    "control": b'{"name": "a\nb"}',
    "byte order mark": b'\xef\xbb\xbf{"name": "a"}',
    "no UTF-8": b'{"name": "\xff"}',
    "UTF-16": '{"name": "a"}'.encode("utf-16"),
    "surrogate in UTF-8": b'{"name": "\xed\xa0\x80"}',
    "lone surrogate": b'{"name": "\\ud800"}',
    "lone surrogate, ignored": b'{"name": "a", "x": {"\\udfff": 1}}',
}


@pytest.mark.parametrize("body", BAD_BODIES.values(), ids=BAD_BODIES.keys())
@pytest.mark.parametrize(("verb", "path"), [("POST", ""), ("POST", f"/{ACME[0]}"), ("PATCH", f"/{ACME[0]}")])
def test_a_bad_body_is_refused(primary: httpx2.Client, verb: str, path: str, body: bytes) -> None:
    """An invalid body gets 400, and nothing is created or changed."""
    before = primary.get("/assistants").json()

    answer = primary.request(verb, f"/assistants{path}", content=body, headers={"Content-Type": "application/json"})

    assert error(answer, 400)["type"] == "invalid_request_error"
    assert primary.get("/assistants").json() == before


@pytest.mark.parametrize(
    ("body", "name"),
    [
        (b'{"name": 7, "name": "last"}', "last"),
        (b'{"name": "\\ud83e\\udd16"}', "🤖"),
        (b' \r\n{"name":\t"a"} ', "a"),
        (b'{"name": "a", "x": ' + b"[" * 99 + b"]" * 99 + b"}", "a"),
        (b'{"name": "a", "x": "' + b"[" * 500 + b'"}', "a"),
        (b'{"name": "a", "x": [' + b"[]," * 500 + b"{}]}", "a"),
        (b'{"name": "a", "temperature": 1e-999, "x": 123456789012345678901234567890}', "a"),
    ],
)
def test_an_odd_body_is_taken(primary: httpx2.Client, body: bytes, name: str) -> None:
    """The last of several equal keys counts; the escapes of a surrogate pair are one character."""
    answer = primary.post("/assistants", content=body, headers={"Content-Type": "application/json"})

    assert (answer.status_code, answer.json()["name"]) == (200, name)


@pytest.mark.parametrize(
    ("content_type", "status"),
    [
        (None, 200),
        ("application/json", 200),
        ("Application/JSON; Charset=UTF-8", 200),
        ('application/vnd.api+json;charset="utf8"', 200),
        ("application/json; charset=utf-16", 415),
        ("text/plain", 415),
        ("application/x-www-form-urlencoded", 415),
        ("application/jsonx", 415),
        ("; = ;", 415),
    ],
)
def test_content_types(primary: httpx2.Client, content_type: str | None, status: int) -> None:
    """The content type must be JSON in UTF-8, or be absent."""
    headers = {} if content_type is None else {"Content-Type": content_type}

    answer = primary.post("/assistants", content=b'{"name": "a"}', headers=headers)

    assert answer.status_code == status


def test_bodies_up_to_the_limit(fake: Fake, primary: httpx2.Client) -> None:
    """A body of x-body-limit bytes is accepted; a larger body, also after decompression, gets 413."""
    body = b'{"name": "a"}'.ljust(fake.contract.body_limit)
    packed = primary.post("/assistants", content=gzip.compress(body + b" "), headers={"Content-Encoding": "gzip"})

    assert primary.post("/assistants", content=body).status_code == 200
    assert error(primary.post("/assistants", content=body + b" "), 413)["type"] == "invalid_request_error"
    error(packed, 413)


def test_a_body_that_nobody_reads_is_ignored(primary: httpx2.Client) -> None:
    """GET and DELETE ignore a body."""
    answer = primary.request("GET", f"/assistants/{ACME[0]}", content=b"\xff{", headers={"Content-Type": "x"})

    assert answer.status_code == 200


# ---- URLs, methods, browsers ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path", ["/", "/assistants/", "/assistants/a/b", "/Assistants", "//assistants", "/assistants%2F"]
)
def test_an_unknown_url_is_404(primary: httpx2.Client, path: str) -> None:
    """An unknown URL gets 404 in the envelope."""
    assert error(primary.get(path), 404)["type"] == "not_found_error"


@pytest.mark.parametrize(
    ("verb", "path", "allow"),
    [
        ("PUT", "/assistants", "GET, POST"),
        ("DELETE", "/assistants", "GET, POST"),
        ("OPTIONS", "/assistants", "GET, POST"),
        ("TRACE", "/assistants/x", "GET, POST, PATCH, DELETE"),
        ("QUERY", "/assistants/x", "GET, POST, PATCH, DELETE"),
        ("FROB", "/assistants/x", "GET, POST, PATCH, DELETE"),
    ],
)
def test_a_wrong_method_is_405(primary: httpx2.Client, verb: str, path: str, allow: str) -> None:
    """A wrong method gets 405 in the envelope, and Allow lists the right methods."""
    answer = primary.request(verb, path)

    assert error(answer, 405)["type"] == "invalid_request_error"
    assert answer.headers["allow"] == allow


def test_head_is_405(primary: httpx2.Client) -> None:
    """The contract has no HEAD operation."""
    assert primary.head("/assistants").status_code == 405


def test_ids_are_decoded_once(primary: httpx2.Client) -> None:
    """%61 is the letter a, and %2561 is not."""
    assert primary.get("/assistants/%61sst-acme-support").status_code == 200
    error(primary.get("/assistants/%2561sst-acme-support"), 404)


def test_every_answer_has_its_id(primary: httpx2.Client) -> None:
    """Each answer has a new x-request-id, refusals too."""
    answers = [
        primary.get("/assistants"),
        primary.get("/assistants"),
        primary.get("/nothing"),
        primary.put("/assistants"),
    ]

    assert all(re.fullmatch("req_[0-9a-f]{24}", answer.headers["x-request-id"]) for answer in answers)
    assert len({answer.headers["x-request-id"] for answer in answers}) == 4


def test_a_preflight_needs_no_key(base_url: str) -> None:
    """A preflight allows every header of the SDKs, also headers of later releases."""
    asked = "authorization, content-type, openai-beta, x-stainless-os, x-stainless-tomorrow"
    headers = {
        "Origin": "http://page",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": asked,
    }

    answer = httpx2.options(f"{base_url}/assistants", headers=headers, trust_env=False, verify=False)

    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["access-control-allow-headers"] == asked
    assert answer.headers["access-control-allow-methods"] == "GET, POST, PATCH, DELETE, OPTIONS"
    assert answer.headers["access-control-max-age"] == "7200"


def test_pages_may_read_every_answer(primary: httpx2.Client) -> None:
    """A page may read every answer, also refusals, with the headers that the SDKs use."""
    answer = primary.get("/assistants/x", headers={"Origin": "http://page"})

    assert answer.headers["access-control-allow-origin"] == "*"
    assert {"x-request-id", "retry-after"} <= set(answer.headers["access-control-expose-headers"].split(", "))


# ---- over a raw socket ----------------------------------------------------------------------------------------------

KEY = b"Authorization: Bearer sk-fake-primary\r\n"


def request(line: bytes, headers: bytes = b"", body: bytes = b"") -> bytes:
    return line + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" + KEY + headers + b"\r\n" + body


def post(headers: bytes, body: bytes = b'{"name": "a"}') -> bytes:
    return request(b"POST /v1/assistants", headers, body)


def talk(base_url: str, sent: bytes, half_closed: bool = False) -> tuple[int, bytes]:
    """The status and the body of the only answer."""
    address = urlsplit(base_url)
    with socket.create_connection((address.hostname, address.port), timeout=10) as connection:
        sender = threading.Thread(target=send, args=(connection, sent, half_closed))
        sender.start()
        received = b"".join(iter(lambda: connection.recv(65536), b""))
        sender.join()
    head, _, body = received.partition(b"\r\n\r\n")
    return int(head.split(b" ")[1]), body


def send(connection: socket.socket, sent: bytes, half_closed: bool) -> None:
    try:
        connection.sendall(sent)
        if half_closed:
            connection.shutdown(socket.SHUT_WR)
    except OSError:
        # The fake may have refused, and closed, before it has heard all.
        return


NASTY = {
    "NUL in the URL": (request(b"GET /v1/assistants/\0"), 400),
    "NUL, encoded": (request(b"GET /v1/assistants/%00"), 404),
    "no UTF-8 in the URL": (request(b"GET /v1/assistants/\xff"), 400),
    "no UTF-8, encoded": (request(b"GET /v1/assistants/%ff"), 404),
    "bad encoding": (request(b"GET /v1/assistants/%zz%"), 404),
    "a slash, encoded": (request(b"GET /v1/assistants/..%2fasst-acme-support"), 404),
    "dots": (request(b"GET /v1/assistants/../assistants"), 404),
    "line break, encoded": (request(b"GET /v1/assistants%0a"), 404),
    "braces": (request(b"GET /v1/assistants/{assistant_id}"), 404),
    "absolute URL": (request(b"GET http://x/v1/assistants/x"), 404),
    "broken absolute URL": (request(b"GET http://[/v1/assistants"), 400),
    "long URL": (request(b"GET /v1/assistants/" + b"a" * 9_000), 400),
    "very long URL": (request(b"GET /v1/assistants/" + b"a" * 500_000), 400),
    "long header": (request(b"GET /v1/assistants", b"X: " + b"a" * 9_000 + b"\r\n"), 400),
    "many headers": (request(b"GET /v1/assistants", b"X: a\r\n" * 1_000), 400),
    "NUL in a header": (request(b"GET /v1/assistants", b"X: \0\r\n"), 400),
    "no UTF-8 in a header": (request(b"GET /v1/assistants/x", b"X: \xff\r\n"), 404),
    "no UTF-8 in the key": (request(b"GET /v1/assistants").replace(b"primary", b"\xff"), 401),
    "lower-case method": (request(b"get /v1/assistants"), 405),
    "CONNECT": (request(b"CONNECT x:80"), 404),
    "broken CONNECT": (request(b"CONNECT x:y"), 400),
    "asterisk": (request(b"OPTIONS *"), 404),
    "HTTP/0.9": (b"GET /v1/assistants\r\n\r\n", 401),
    "HTTP/2": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400),
    "TLS": (b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n", 400),
    "no Host": (b"GET /v1/assistants HTTP/1.1\r\n\r\n", 400),
    "an odd Expect": (request(b"GET /v1/assistants/x", b"Expect: much\r\n"), 404),
    "an odd Expect, nowhere": (request(b"GET /v2", b"Expect: much\r\n"), 404),
    "Content-Length of letters": (post(b"Content-Length: ab\r\n"), 400),
    "Content-Length below 0": (post(b"Content-Length: -1\r\n"), 400),
    "two Content-Lengths": (post(b"Content-Length: 13\r\nContent-Length: 12\r\n"), 400),
    "huge Content-Length": (post(b"Content-Length: " + b"9" * 30 + b"\r\n"), 400),
    "Content-Length and chunks": (post(b"Content-Length: 13\r\nTransfer-Encoding: chunked\r\n"), 400),
    "no length": (post(b""), 400),
    "broken chunks": (post(b"Transfer-Encoding: chunked\r\n", b"zz\r\n{}\r\n0\r\n\r\n"), 400),
    "unknown transfer encoding": (post(b"Transfer-Encoding: x\r\n"), 400),
    "no gzip": (post(b"Content-Encoding: gzip\r\nContent-Length: 13\r\n"), 400),
    "chunks": (post(b"Transfer-Encoding: chunked\r\n", b'd\r\n{"name": "a"}\r\n0\r\n\r\n'), 200),
    "upgrade": (post(b"Upgrade: websocket\r\nConnection: upgrade\r\nContent-Length: 13\r\n"), 200),
    "two content types": (post(b"Content-Type: a/b\r\nContent-Type: c/d\r\nContent-Length: 13\r\n"), 400),
}


@pytest.mark.parametrize("half_closed", [False, True], ids=["", "half-closed"])
@pytest.mark.parametrize(("sent", "status"), NASTY.values(), ids=NASTY.keys())
def test_nasty_requests_are_answered(base_url: str, sent: bytes, status: int, half_closed: bool) -> None:
    """The answer is JSON, also if the caller has closed its sending half; never a 5xx, never no answer."""
    answered, body = talk(base_url, sent, half_closed)

    assert answered == status
    assert list(json.loads(body)) == ["error"] if status > 200 else json.loads(body)["name"] == "a"


def test_a_body_that_never_comes_is_refused(fake: Fake, base_url: str) -> None:
    """A slow body gets 400 after the time limit."""
    fake.body_seconds = 0.05

    status, body = talk(base_url, post(b"Content-Length: 1000\r\n"))

    assert status == 400
    assert "did not arrive" in json.loads(body)["error"]["message"]


def test_expect_100_continue(base_url: str) -> None:
    """The caller gets 100 Continue and then the answer."""
    status, rest = talk(base_url, post(b"Expect: 100-continue\r\nContent-Length: 13\r\n"))

    assert status == 100
    assert rest.startswith(b"HTTP/1.1 200 ")


# ---- the seams ------------------------------------------------------------------------------------------------------


async def crash(_: Call) -> Answer:
    raise RuntimeError("planted")


def test_a_mistake_of_its_own_is_a_500(fake: Fake, primary: httpx2.Client, caplog: pytest.LogCaptureFixture) -> None:
    """An internal error gets 500 in the envelope, and the log has the traceback."""
    fake.handlers["getAssistant"] = crash

    refused = error(primary.get("/assistants/x"), 500)

    assert refused["type"] == "api_error"
    assert "planted" in caplog.text


def lie(*_: object) -> dict[str, Any]:
    return {"lie": True}


SEAMS: dict[str, Callable[[Fake], object]] = {
    "render": lambda fake: setattr(fake, "render", lie),
    "envelope": lambda fake: setattr(fake, "envelope", lie),
    "handlers": lambda fake: fake.handlers.update(getAssistant=crash),
    "store": lambda fake: setattr(fake.store, "get", lambda *_: None),
    "error_table": lambda fake: fake.error_table.update({UnknownAssistant: Kind(410, "gone")}),
    "common_headers": lambda fake: setattr(fake, "common_headers", dict),
}


@pytest.mark.parametrize("replace", SEAMS.values(), ids=SEAMS.keys())
def test_parts_are_looked_up_when_called(fake: Fake, primary: httpx2.Client, replace: Callable[[Fake], object]) -> None:
    """If a part is replaced while the fake serves, the new part answers."""
    before = [primary.get(f"/assistants/{each}") for each in (ACME[0], "x")]
    replace(fake)

    after = [primary.get(f"/assistants/{each}") for each in (ACME[0], "x")]

    assert [(each.text, set(each.headers)) for each in after] != [(each.text, set(each.headers)) for each in before]


def test_a_busy_port_is_an_error(fake: Fake, base_url: str) -> None:
    """serve() raises the error in the thread of the caller."""
    with pytest.raises(ListenError), serve(fake, port=urlsplit(base_url).port or 0):
        pass


def test_starts_and_stops_quickly(fake: Fake) -> None:
    """Ten starts take less time than the start of one process."""
    begun = time.monotonic()
    for _ in range(10):
        with serve(fake):
            pass

    assert time.monotonic() - begun < 2
