"""The dialect `ragen`: every fact that is known of the running service, what breaks the contract included."""

from collections.abc import Iterator
from typing import Any

import pytest

from contract_tests.run import Run
from contract_tests.target import Target
from fake_server.dialect import read_dialect
from fake_server.fake import compose
from fake_server.local import serve
from fake_server.seed import KEYS
from self_tests.test_fake_dialect import ONE, PAIR, Scene, speaking
from self_tests.test_right_servers import TOUR

FRAMEWORK = ["error", "message", "statusCode"]
LIST = ("GET", "/assistants")
BROKEN = {
    "create/status-200": "warn",
    "ignored/reasoning-effort-accepted": "warn",
    "list/has-more-is-true-to-its-word": "fail",
    "list/first-and-last-id": "warn",
    "list/before": "warn",
    "errors/envelope": "fail",
    "errors/code-is-text-or-null": "warn",
    "errors/unknown-url-is-404": "warn",
    "errors/wrong-method-is-405-or-404": "warn",
    "errors/never-5xx": "fail",
    "browser/preflight": "warn",
}


@pytest.fixture
def scene() -> Iterator[Scene]:
    """Without a limit."""
    with speaking(read_dialect("ragen")) as scene:
        yield scene


@pytest.fixture
def limited() -> Iterator[Scene]:
    """Of three calls a minute."""
    with speaking(read_dialect("ragen"), 3) as scene:
        yield scene


def test_a_post_answers_201_and_all_else_200(scene: Scene) -> None:
    id = scene.create().json()["id"]
    asked: list[tuple[str, str, Any]] = [
        ("POST", ONE, {}),
        ("PATCH", ONE, {}),
        ("GET", ONE, None),
        (*LIST, None),
        ("DELETE", f"/assistants/{id}", None),
    ]

    assert scene.create().status_code == 201
    assert [scene.call(verb, path, json=body).status_code for verb, path, body in asked] == [201, 200, 200, 200, 200]


def test_cleared_instructions_read_empty_after_a_modify_and_null_after_a_create(scene: Scene) -> None:
    assert scene.create().json()["instructions"] is None
    assert scene.create(instructions="").json()["instructions"] is None
    assert scene.modify(instructions="").json()["instructions"] == ""
    assert scene.call("GET", ONE).json()["instructions"] == ""


@pytest.mark.parametrize(
    ("method", "path", "given", "status", "type"),
    [
        ("POST", "/assistants", {"json": {}}, 400, "invalid_request_error"),
        (*LIST, {"key": "sk-nobody"}, 401, "authentication_error"),
        ("GET", "/assistants/asst-nothing", {}, 404, "not_found_error"),
    ],
)
def test_a_code_is_the_status_and_param_null(
    method: str, path: str, given: dict[str, Any], status: int, type: str, scene: Scene
) -> None:
    error = scene.call(method, path, **given).json()["error"]

    assert error | {"message": ""} == {"message": "", "type": type, "param": None, "code": status}


def test_the_list_is_only_object_and_data(scene: Scene) -> None:
    assert list(scene.list().json()) == ["object", "data"]


def test_before_is_accepted_and_ignored(scene: Scene) -> None:
    assert [each["id"] for each in scene.list(before="asst-whatever", order="desc").json()["data"]] == PAIR


def test_unknown_fields_and_query_keys_are_refused(scene: Scene) -> None:
    """reasoning_effort among them."""
    assert scene.create(unheard="of").status_code == 400
    assert scene.create(reasoning_effort="low").status_code == 400
    assert scene.list(unheard="of").status_code == 400


@pytest.mark.parametrize(
    ("field", "allowed", "beyond"),
    [
        ("name", "n" * 200, "n" * 201),
        ("name", "n", ""),
        ("description", "d" * 2_000, "d" * 2_001),
        ("instructions", "i" * 100_000, "i" * 100_001),
        ("temperature", 2, 2.1),
        ("temperature", 0, -0.1),
        ("top_p", 1, 1.1),
        ("top_p", 0, -0.1),
        ("metadata", {"any": {"object": [1]}}, ["no object"]),
    ],
)
def test_the_bounds(field: str, allowed: Any, beyond: Any, scene: Scene) -> None:
    assert scene.create(**{field: allowed}).status_code == 201
    assert scene.create(**{field: beyond}).status_code == 400


def test_the_organizations_defaults(scene: Scene) -> None:
    made = scene.create().json()

    assert (made["model"], made["temperature"]) == ("ragen", 1)


def test_an_id_needs_no_prefix_and_is_echoed_as_sent(scene: Scene) -> None:
    """In the words of a 404 and in what a delete answers."""
    bare = scene.create().json()["id"].removeprefix("asst-")

    assert scene.call("GET", f"/assistants/{bare}").json()["id"] == f"asst-{bare}"
    assert scene.call("DELETE", f"/assistants/{bare}").json()["id"] == bare
    assert f"'{bare}'" in scene.call("GET", f"/assistants/{bare}").json()["error"]["message"]


@pytest.mark.parametrize(
    ("method", "path", "status", "given"),
    [
        ("GET", "/nothing", 404, {}),
        ("PUT", "/assistants", 404, {"json": {}}),
        ("POST", "/assistants", 400, {"content": b'{"name', "headers": {"content-type": "application/json"}}),
    ],
)
def test_what_comes_to_no_handler_is_answered_by_the_framework(
    method: str, path: str, status: int, given: dict[str, Any], scene: Scene
) -> None:
    """Unknown URLs, wrong methods (404, never 405) and bad JSON."""
    answer = scene.call(method, path, **given)

    assert (answer.status_code, answer.json()["statusCode"]) == (status, status)
    assert sorted(answer.json()) == FRAMEWORK


def test_a_body_over_100_kib_answers_500_and_a_message(scene: Scene) -> None:
    empty = len('{"name":"","instructions":""}')
    just, over = (scene.create(name="n", instructions="i" * (102_400 - empty - 1 + more)) for more in (0, 1))

    assert just.json()["error"]["type"] == "invalid_request_error"
    assert (over.status_code, list(over.json())) == (500, ["message"])


def test_the_limiter_counts_per_address(limited: Scene) -> None:
    """All keys together, those that nobody was given too: it looks ahead of the key."""
    keys = ["sk-fake-primary", "sk-fake-sibling", "sk-nobody", "sk-fake-foreign"]

    assert [limited.call(*LIST, key).status_code for key in keys] == [200, 200, 401, 429]


def test_the_limiter_counts_per_handler(limited: Scene) -> None:
    assert [limited.list().status_code for _ in range(4)] == [200, 200, 200, 429]
    assert limited.call("GET", ONE).status_code == 200
    assert limited.create().status_code == 201


def test_who_is_over_the_limit_is_kept_out_for_a_minute(limited: Scene) -> None:
    """The window slides, so that without the block a call would pass before that."""
    for _ in range(3):
        limited.list()
        limited.clock.time += 19
    seen = []
    for after in (0, 59, 1):
        limited.clock.time += after
        seen.append(limited.list().status_code)

    assert seen == [429, 429, 200]


def test_a_429_says_a_minute_and_other_answers_what_is_left(limited: Scene) -> None:
    answers = [limited.list() for _ in range(4)]

    assert [answer.headers.get("x-ratelimit-remaining") for answer in answers] == ["2", "1", "0", None]
    assert [answer.headers.get("x-ratelimit-limit") for answer in answers] == ["3", "3", "3", None]
    assert ["x-ratelimit-reset" in answer.headers for answer in answers] == [True, True, True, False]
    assert [answer.headers.get("retry-after") for answer in answers] == [None, None, None, "60"]


def test_cors_allows_two_headers(scene: Scene) -> None:
    asks = {"origin": "https://a.test", "access-control-request-method": "POST"}
    answer = scene.client.options("/assistants", headers=asks | {"access-control-request-headers": "openai-beta"})

    assert answer.headers["access-control-allow-headers"] == "content-type, authorization"


@pytest.mark.parametrize(
    ("headers", "said"),
    [
        ({}, "Missing or invalid Authorization header"),
        ({"authorization": "Basic c2s6"}, "Missing or invalid Authorization header"),
        ({"authorization": "Bearer sk-nobody"}, "Invalid API key"),
    ],
)
def test_the_words_of_a_401(headers: dict[str, str], said: str, scene: Scene) -> None:
    answer = scene.call(*LIST, None, headers=headers)

    assert (answer.status_code, answer.json()["error"]["message"]) == (401, said)


def test_a_project_id_is_a_uuid(scene: Scene) -> None:
    """As the keys are, which look like sk-<uuid>.<secret>."""
    assert [len(part) for part in scene.create().json()["id"].split("-")] == [4, 8, 4, 4, 4, 12]


def test_the_suite_names_what_it_breaks() -> None:
    """Judged as any other server, the limiter apart: what contract.md knows of the service, and nothing else."""
    with serve(compose(rate_limit=None, dialect=read_dialect("ragen"))) as base_url:
        keys = {key.label: key.secret for key in KEYS}
        target = Target(base_url, keys, f"asst-{KEYS[0].project}", f"asst-{KEYS[1].project}", 0)
        verdicts = Run(target, TOUR, lambda id: not id.startswith("rate/")).judge().verdicts

    assert {each.requirement.id: each.verdict for each in verdicts if each.verdict != "pass"} == BROKEN
