"""The second server must itself be legal, or its verdicts prove nothing: every reading conforms to these promises."""

import http.client
import json
import socket
from collections.abc import Iterator
from typing import Any, Literal
from urllib.parse import urlsplit

import pytest

from self_tests.doubles.second_server import READINGS, SELF_DELETE, Reading, Served, serve

NASTY = [b"", b"{", b"[]", b"null", b'"x"', b"7", b"\xff", b'{"name": NaN}', b'{"a":' * 100_000, b"[" * 10**6,
         b'{"name": 1' + b"0" * 5000 + b"}", b'{"name": "' + b"x" * 2**23 + b'"}', b'{"name": null}']  # fmt: skip
ODD_PATHS = ["/v1/assistants/", "/v1/assistants/../x", "/v1/assistants/%2e%2e%2f", "/v1/assistants/%zz%ff", "//[", "*",
             "/v1/assistants/asst-" + "x" * 100_000]  # fmt: skip
SENT = {"name": " é\r\n<b>🤖 ", "instructions": "x" * 10_000, "model": "m", "tools": []}


class Caller:
    """One connection, kept open."""

    def __init__(self, served: Served) -> None:
        self.served, self.connection = served, http.client.HTTPConnection(urlsplit(served.base_url).netloc, timeout=5)

    def __call__(self, method: str, path: str = "", body: object = None, key: str = "") -> tuple[int, Any]:
        data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        headers = {"authorization": f"Bearer {key or self.served.primary}"}
        self.connection.request(method, path if path in ODD_PATHS else f"/v1/assistants{path}", data, headers)
        answer = self.connection.getresponse()
        text = answer.read()
        return answer.status, json.loads(text) if text else None


@pytest.fixture(params=READINGS)
def call(request: pytest.FixtureRequest) -> Iterator[Caller]:
    with serve(READINGS[request.param], now=iter(range(0, 10**9, 60)).__next__) as served:
        caller = Caller(served)
        yield caller
        caller.connection.close()


@pytest.mark.parametrize("verb", ["POST", "PATCH"])
def test_every_reading_keeps_the_sent_fields(call: Caller, verb: str) -> None:
    """A create and both modifies agree, and no ignored field keeps a sent value."""
    _, created = call("POST", body=SENT)
    _, changed = call(verb, f"/{created['id']}", {"instructions": "", "metadata": {"a": "b"}, "top_p": None})

    assert created["name"] == SENT["name"]
    assert changed["instructions"] in ("", None)
    assert changed == created | {"instructions": changed["instructions"]}


def test_every_reading_shows_an_assistant_to_each_key_of_its_organization(call: Caller) -> None:
    """Retrieve and list show what the create answered, and a key of another organization finds nothing."""
    _, created = call("POST", body=SENT)

    assert call("GET", f"/{created['id']}", key=call.served.sibling) == (200, created)
    assert call("GET")[1]["data"][0] == created
    assert call("GET", f"/{created['id']}", key=call.served.foreign)[0] in (403, 404)


def test_every_reading_deletes_once(call: Caller) -> None:
    """A delete answers that the assistant is deleted, and a second delete finds nothing."""
    id = call("POST", body=SENT)[1]["id"]
    first, second = call("DELETE", f"/{id}"), call("DELETE", f"/{id}")

    assert first == (200, {"id": id, "object": "assistant.deleted", "deleted": True})
    assert second[0] == 404


def test_every_reading_guards_the_bound_assistant_from_its_own_key(call: Caller) -> None:
    """A key cannot delete the assistant that the key is bound to."""
    status, refused = call("DELETE", f"/{call.served.bound_id}")

    assert (status, refused["error"]["message"]) == (400, SELF_DELETE)
    assert call("DELETE", f"/{call.served.expendable_id}", key=call.served.sibling)[0] == 400


def test_every_reading_lets_another_key_delete_a_bound_assistant(call: Caller) -> None:
    """The guard holds for the bound key alone."""
    assert call("DELETE", f"/{call.served.expendable_id}")[0] == 200


def test_every_reading_walks_to_the_end(call: Caller) -> None:
    """A walk as the Node SDK pages, by has_more and the last id of data, gives every assistant."""
    created = [call("POST", body={"name": "same"})[1]["id"] for _ in range(25)]
    walked, more, query = [], True, ""
    while more:
        _, page = call("GET", f"?limit=7{query}")
        walked += [one["id"] for one in page["data"]]
        more, query = page["has_more"], f"&after={walked[-1]}"
    assert walked == [*reversed(created), call.served.expendable_id, call.served.bound_id]


@pytest.mark.parametrize("body", NASTY, ids=lambda body: body[:12])
def test_every_reading_refuses_nasty_bodies(call: Caller, body: bytes) -> None:
    """A malformed body gets an envelope, and the connection stays usable."""
    status, refused = call("POST", body=body)
    assert status == 400
    assert refused["error"]["type"] == "invalid_request_error"
    assert call("GET")[0] == 200


def test_every_reading_survives_odd_paths_and_methods(call: Caller) -> None:
    """An odd path is not found, and an odd method is refused."""
    assert {call("GET", path)[0] for path in ODD_PATHS} == {404}
    assert {call(verb)[0] for verb in ("PUT", "HEAD", "BREW", "OPTIONS")} <= {404, 405}


def test_every_reading_survives_odd_texts(call: Caller) -> None:
    """Half a character is refused or kept, and an odd query gets an answer below 500."""
    status, kept = call("POST", body=b'{"name": "\\u0000\\ud800", "name": "\\u0000\\udfff"}')

    assert status == 400 or kept["name"] == "\0\udfff"
    assert call("GET", "?limit=1&limit=2&after=%00")[0] in (200, 400, 404)


def test_bodies_may_come_in_chunks_and_requests_in_a_row() -> None:
    """Two requests in a row on one connection are both answered.

    The first has a body in chunks that are split anywhere. The second has a body that no handler needs.
    """
    with serve(Reading()) as served:
        lines = b" HTTP/1.1\r\nAuthorization: bearer " + served.primary.encode() + b"\r\n"
        first = (
            b"POST /v1/assistants"
            + lines
            + b'Transfer-Encoding: chunked\r\n\r\n9;x=y\r\n{"name": \r\n4\r\n"a"}\r\n0\r\n\r\n'
        )
        second = b"GET /v1/assistants" + lines + b"Content-Length: 2\r\nConnection: close\r\n\r\n{}"
        with socket.create_connection(("127.0.0.1", urlsplit(served.base_url).port or 0)) as link:
            for piece in ((first + second)[:99], (first + second)[99:]):
                link.sendall(piece)
            got = b"".join(iter(lambda: link.recv(65536), b""))
    assert got.count(b"HTTP/1.1 200 OK\r\n") == 2


@pytest.mark.parametrize(("window", "wait"), [("sliding", 60), ("fixed", 10)])
def test_the_limit_is_one_for_all_operations(window: Literal["sliding", "fixed"], wait: int) -> None:
    """All operations of one key share a limit, refused calls count, and the window frees all of them."""
    clock = [50.0]
    with serve(Reading(rate_limit=3, window=window), now=lambda: clock[0]) as served:
        call = Caller(served)
        assert [call(verb, path)[0] for verb, path in (("GET", ""), ("POST", ""), ("GET", "/x"))] == [200, 400, 404]
        assert [call(verb)[0] for verb in ("GET", "POST")] == [429, 429]
        assert call("GET", key=served.foreign)[0] == 200
        clock[0] += wait
        assert call("GET")[0] == 200
        call.connection.close()
