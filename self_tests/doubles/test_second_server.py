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


def test_every_reading_keeps_the_sent_fields(call: Caller) -> None:
    """Create, both modifies, retrieve, list and delete agree, and no ignored field keeps a sent value."""
    status, created = call(
        "POST", body={"name": " é\r\n<b>🤖 ", "instructions": "x" * 10_000, "model": "m", "tools": []}
    )
    assert status in (200, 201)
    for verb in ("POST", "PATCH"):
        status, changed = call(
            verb, f"/asst-{created['id'][5:]}", {"instructions": "", "metadata": {"a": "b"}, "top_p": None}
        )
        assert changed == created | {"instructions": changed["instructions"]}
        assert changed["instructions"] in ("", None)
    found = call("GET", f"/asst-{created['id'][5:]}", key=call.served.sibling)[1]
    assert found == changed == call("GET")[1]["data"][0]
    assert call("GET", f"/{created['id']}", key=call.served.foreign)[0] in (403, 404)
    assert call("DELETE", f"/{created['id']}") == (
        200,
        {"id": created["id"], "object": "assistant.deleted", "deleted": True},
    )
    assert call("DELETE", f"/{created['id']}")[0] == 404


def test_every_reading_guards_the_bound_assistant_from_its_own_key_alone(call: Caller) -> None:
    status, refused = call("DELETE", f"/{call.served.bound_id}")
    assert (status, refused["error"]["message"]) == (400, SELF_DELETE)
    assert call("DELETE", f"/{call.served.expendable_id}", key=call.served.sibling)[0] == 400
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


def test_every_reading_survives_odd_paths_methods_and_texts(call: Caller) -> None:
    assert [call("GET", path)[0] for path in ODD_PATHS] == [404] * len(ODD_PATHS)
    assert [call(verb)[0] in (404, 405) for verb in ("PUT", "HEAD", "BREW", "OPTIONS")] == [True] * 4
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
    clock = [50.0]
    with serve(Reading(rate_limit=3, window=window), now=lambda: clock[0]) as served:
        call = Caller(served)
        assert [call(verb, path)[0] for verb, path in (("GET", ""), ("POST", ""), ("GET", "/x"))] == [200, 400, 404]
        assert [call(verb)[0] for verb in ("GET", "POST")] == [429, 429]
        assert call("GET", key=served.foreign)[0] == 200
        clock[0] += wait
        assert call("GET")[0] == 200
        call.connection.close()
