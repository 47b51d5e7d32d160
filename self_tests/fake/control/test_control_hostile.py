"""No input gives a 5xx, neither in the Control API nor under /v1."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Iterator
from itertools import product
from typing import Any
from urllib.parse import urlsplit

import pytest

from fake_server.contract.openapi import Operation, load_contract
from fake_server.contract.yaml_file import load_yaml
from fake_server.control.routes import load_routes
from fake_server.fake import Fake
from fake_server.storage.control_document import FILE
from self_tests.fake.control.controlled import controlled

# The stream of events has no end.
CONTROL = [each for _, found in load_routes() for each in found.values() if each.id != "listen"]
OPERATIONS = {each.id: ("/_fake", each) for each in CONTROL}
OPERATIONS |= {f"/v1 {each.id}": ("/v1", each) for each in load_contract().operations}
NAMES = ["%00", "%ff", "%2F", "%25", "%ED%A0%80", "%F0%9F%A4%96", "%zz", "x" * 3_000, "..", "org-acme"]
HEADERS = [
    b"Authorization: Bearer \xff",
    b"Authorization: \xff\xff",
    b"Content-Type: \xff",
    b"Content-Type: application/yaml",
    b"Content-Encoding: br",
    b"Content-Encoding: zstd",
    b"Content-Encoding: gzip",
    b"Content-Encoding: \xff",
    b"Origin: \xff",
    b"Origin: http://[",
    b"Host: [",
    b"X-Fake-Fault: \xff",
    b"Expect: \xff",
    b"Access-Control-Request-Headers: \xff",
]
VALUES: list[Any] = [
    None,
    True,
    -1,
    1e308,
    10**30,
    "",
    "\0",
    "🤖",
    "9999-12-31T23:59:59Z",
    "0001-01-01T00:00:00+14:00",
    [],
    {},
]
BODIES = [b"", b"\xff", b"\xef\xbb\xbf{}", b"[]", b"null", b'"\\ud800"', b'{"a": NaN}', b"[" * 5_000, b"9" * 5_000]
YAMLS = [b"a: &a [*a]", b"!!bool x", b"!!int x", b"- " * 500, b"? [a]", b"%TAG x\n", b"a: !x b", b"{<<: {a: 1}}"]


@pytest.fixture(scope="module")
def fake() -> Fake:
    return controlled()


def status_of(base_url: str, operation: tuple[str, Operation], name: str, body: bytes, *headers: bytes) -> int:
    """The status of one call of the operation, with this name in its path. Any bytes can be sent."""
    prefix, described = operation
    path = prefix + re.sub(r"{\w+}", name, described.path)
    given = [b"Host: 127.0.0.1", b"Authorization: Bearer sk-fake-primary", *headers]
    # A header that is given replaces the usual one.
    lines = {each.partition(b":")[0]: each for each in given}.values()
    head = [f"{described.method} {path} HTTP/1.1".encode(), *lines, b"Content-Length: %d" % len(body)]
    address = urlsplit(base_url)
    with socket.create_connection((address.hostname, address.port or 0), timeout=10) as connection:
        connection.sendall(b"\r\n".join([*head, b"Connection: close", b"", b""]) + body)
        return int(connection.makefile("rb").readline().split()[1])


def fields_of(operation_id: str) -> Iterator[str]:
    """The fields of its body."""
    document: dict[str, Any] = load_yaml(FILE)
    described = (each for path in document["paths"].values() for each in path.values() if isinstance(each, dict))
    [operation] = [each for each in described if each["operationId"] == operation_id]
    schema = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    name = schema.get("$ref", "").rpartition("/")[2]
    yield from document["components"]["schemas"].get(name, schema).get("properties", {})


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS)
def test_no_name_header_or_body_gives_a_5xx(base_url: str, operation: tuple[str, Operation]) -> None:
    """Each operation gets names, headers and bodies that are no text, no JSON, too deep, or in an unknown encoding."""
    calls = [(name, b"{}", b"a: b") for name in NAMES]
    calls += [("org-acme", b'{"name": "a"}', header) for header in HEADERS]
    calls += [("org-acme", body, b"a: b") for body in BODIES]
    calls += [("org-acme", body, b"Content-Type: application/yaml") for body in YAMLS]
    found = {each: status_of(base_url, operation, *each) for each in calls}

    assert {call: status for call, status in found.items() if status >= 500} == {}


@pytest.mark.parametrize("operation", CONTROL, ids=lambda operation: operation.id)
def test_no_value_of_a_field_gives_a_5xx(base_url: str, operation: Operation) -> None:
    """Each field of each body gets values of every type and size."""
    bodies = [json.dumps({field: value}).encode() for field, value in product(fields_of(operation.id), VALUES)]
    found = {body: status_of(base_url, ("/_fake", operation), "org-acme", body) for body in bodies}

    assert {body: status for body, status in found.items() if status >= 500} == {}
