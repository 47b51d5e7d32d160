"""The known behaviour of the running service, compared with `--dialect ragen`."""

from typing import Any

import pytest

from fake_server.dialect.settings import load_dialect
from self_tests.fake.dialects.dialect_calls import (
    BUDGET,
    FRAMEWORK,
    LARGE,
    ONE,
    PREFLIGHT,
    Place,
    Read,
    after,
    asked,
    cleared,
    created,
    error,
    fields,
    header,
    listed,
    shown,
    status,
    strangers,
    switched_off,
    used_up,
    waited,
)

# The known behaviour of the running service.
RAGEN: dict[str, tuple[Read, Any]] = {
    "a create answers 201": (status(created()), 201),
    "a modify by POST answers 201": (status(asked("POST", ONE, json={})), 201),
    "a modify by PATCH answers 200": (status(asked("PATCH", ONE, json={})), 200),
    "cleared reads an empty text": (cleared({"instructions": None}), ""),
    "without instructions it reads null": (shown(created(), "instructions"), None),
    "code is the status": (error(asked("GET", "/nothing"), "code"), 404),
    "param is null": (error(asked("POST", json={}), "param"), None),
    "types are named": (error(asked("GET", "/nothing"), "type"), "not_found_error"),
    "a page has object and data": (fields(asked("GET")), ["object", "data"]),
    "before is ignored": (listed("?before=nothing"), 2),
    "unknown fields are refused": (status(created(colour="red")), 400),
    "reasoning_effort among them": (status(created(reasoning_effort="low")), 400),
    "unknown query keys are refused": (status(asked("GET", "?colour=red")), 400),
    "a name of 200": (status(created(name="x" * 200)), 201),
    "a name of 201": (status(created(name="x" * 201)), 400),
    "an empty name": (status(created(name="")), 400),
    "a description of 2,000": (status(created(description="x" * 2_000)), 201),
    "a description of 2,001": (status(created(description="x" * 2_001)), 400),
    "instructions of 100,000": (status(created(instructions="x" * 100_000)), 201),
    "instructions of 100,001": (status(created(instructions="x" * 100_001)), 400),
    "a temperature of 2.1": (status(created(temperature=2.1)), 400),
    "a top_p of 1.1": (status(created(top_p=1.1)), 400),
    "any metadata": (status(created(metadata={"a": [1]})), 201),
    "the model": (shown(created(model="gpt-4o"), "model"), "ragen"),
    "the temperature": (shown(created(temperature=0.5), "temperature"), 1),
    "a bare id": (status(asked("GET", "/acme-support")), 200),
    "a bare id in a 404": (lambda at: "'nothing'" in error(asked("GET", "/nothing"), "message")(at), True),
    "a bare id in a delete": (shown(asked("DELETE", "/acme-research"), "id"), "acme-research"),
    "an unknown URL": (fields(asked("GET", "/a/b")), FRAMEWORK),
    "a wrong method": (fields(asked("PUT")), FRAMEWORK),
    "a wrong method is 404": (shown(asked("PUT"), "statusCode"), 404),
    "bad JSON": (fields(asked("POST", content=b"{")), FRAMEWORK),
    "a body over 100 KiB is 500": (status(asked("POST", content=LARGE * 2)), 500),
    "with a message alone": (fields(asked("POST", content=LARGE * 2)), ["message"]),
    "the limiter counts addresses": (status(after(used_up, then=asked("GET", ONE, key="sk-fake-foreign"))), 429),
    "and operations": (status(after(used_up)), 200),
    "and strangers": (status(after(strangers, then=asked("GET", ONE))), 429),
    "a window slides": (status(after(used_up, waited(11), then=asked("GET", ONE))), 429),
    "then it blocks": (status(after(used_up, waited(59), lambda at: at.use_up(left=8), waited(2),
                                    then=asked("GET", ONE))), 429),
    "for a minute": (header(after(used_up, waited(30), then=asked("GET", ONE)), "retry-after"), "60"),
    "a refused caller is not told of its budget": (header(after(used_up, then=asked("GET", ONE)), "x-ratelimit-limit"),
                                                   None),
    "others are": (header(asked("GET", ONE), "x-ratelimit-remaining"), str(BUDGET - 1)),
    "strangers too": (header(asked("GET", ONE, key="sk-nobody"), "x-ratelimit-remaining"), str(BUDGET - 1)),
    "CORS": (header(asked("OPTIONS", headers=PREFLIGHT), "access-control-allow-headers"),
             "content-type, authorization"),
    "no key": (error(asked("GET", key=None), "message"), "Missing or invalid Authorization header"),
    "another scheme": (error(asked("GET", key=None, headers={"authorization": "Basic eDp5"}), "message"),
                       "Missing or invalid Authorization header"),
    "an unknown key": (error(asked("GET", key="sk-nobody"), "message"), "Invalid API key"),
    "a deactivated key": (error(switched_off, "type"), "permission_error"),
    "its status": (status(switched_off), 403),
}  # fmt: skip


@pytest.mark.parametrize(("read", "reads"), RAGEN.values(), ids=RAGEN)
def test_the_dialect_behaves_as_the_running_service(read: Read, reads: Any) -> None:
    """`--dialect ragen` behaves the same."""
    with Place(load_dialect("ragen")).served() as place:
        found = read(place)

    assert found == reads
