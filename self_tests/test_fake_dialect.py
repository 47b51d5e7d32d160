"""Each setting of a dialect, shown by a call that reads otherwise with it; and what is no dialect."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx2
import pytest

from fake_server import dialect
from fake_server.amendments import AMENDMENTS
from fake_server.contract import read_document
from fake_server.dialect import Dialect, DialectError, parsed, read_dialect
from fake_server.errors import DeactivatedKey
from fake_server.fake import Fake, compose
from fake_server.local import serve
from fake_server.seed import KEYS
from fake_server.speech import CHANGES

ONE = "/assistants/asst-acme-research"
FOREIGN = "/assistants/asst-globex-sales"
PAIR = ["asst-acme-research", "asst-acme-support"]
SHAPES = {"hex": "[0-9a-f]{24}", "uuid": "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "short": "[0-9a-f]{12}"}
BROKEN = {"content": b"{", "headers": {"content-type": "application/json"}}


@dataclass
class Scene:
    """A fake whose limit is two calls a minute where the limiter is what it is about, and none elsewhere."""

    fake: Fake
    client: httpx2.Client
    clock: SimpleNamespace

    def call(self, method: str, path: str, key: str | None = KEYS[0].secret, **given: Any) -> httpx2.Response:
        headers = {"authorization": f"Bearer {key}"} if key else {}
        return self.client.request(method, path, **{**given, "headers": headers | given.get("headers", {})})

    def list(self, **query: Any) -> httpx2.Response:
        return self.call("GET", "/assistants", params=query)

    def create(self, **body: Any) -> httpx2.Response:
        return self.call("POST", "/assistants", json={"name": "a"} | body)

    def modify(self, **body: Any) -> httpx2.Response:
        return self.call("POST", ONE, json=body)


@contextmanager
def speaking(settings: Dialect, rate_limit: int | None = None) -> Iterator[Scene]:
    clock = SimpleNamespace(time=1_000.0)
    fake = compose(rate_limit=rate_limit, now=lambda: clock.time, dialect=settings)
    with serve(fake) as url, httpx2.Client(base_url=url, trust_env=False, verify=False) as client:
        yield Scene(fake, client, clock)


Probe = Callable[[Scene], Any]


def shown(field: str) -> Probe:
    return lambda scene: scene.create().json().get(field)


def created(**body: Any) -> Probe:
    return lambda scene: scene.create(**body).status_code


def modified(**body: Any) -> Probe:
    """The status, and what is then read of these fields."""

    def probe(scene: Scene) -> Any:
        scene.modify(instructions="Be brief.")
        status = scene.modify(**body).status_code
        return status, *(scene.call("GET", ONE).json()[field] for field in body)

    return probe


def cleared(scene: Scene) -> Any:
    return [scene.modify(instructions="").json()["instructions"], scene.create().json()["instructions"]]


def shape(scene: Scene) -> str:
    id = scene.create().json()["id"].removeprefix("asst-")
    return next((name for name, pattern in SHAPES.items() if re.fullmatch(pattern, id)), "number")


def bare(scene: Scene) -> Any:
    return scene.call("GET", "/assistants/acme-research").status_code, scene.list(after="acme-research").status_code


def listed(**query: Any) -> Probe:
    """The status, and the ids of the page."""

    def probe(scene: Scene) -> Any:
        answer = scene.list(**query)
        return answer.status_code, [each["id"] for each in answer.json().get("data", ())]

    return probe


def refused(field: str, method: str, path: str, **given: Any) -> Probe:
    """A field of the error, or nothing that could be one."""
    return lambda scene: scene.call(method, path, **given).json().get("error", {}).get(field, ...)


def framed(method: str, path: str, **given: Any) -> Probe:
    return lambda scene: sorted(scene.call(method, path, **given).json())


def status(method: str, path: str, **given: Any) -> Probe:
    return lambda scene: scene.call(method, path, **given).status_code


def deactivated(scene: Scene) -> Any:
    def refuse(*_: object) -> Any:
        raise DeactivatedKey("It was switched off.")

    scene.fake.authenticate = refuse
    answer = scene.list()
    return answer.status_code, answer.json()["error"]["type"]


def counted(*steps: tuple[str, str, str | None], later: float = 0) -> Probe:
    """The status of the last of these calls, that many seconds after the others."""

    def probe(scene: Scene) -> int:
        for method, path, key in steps[:-1]:
            scene.call(method, path, key)
        scene.clock.time += later
        return scene.call(*steps[-1]).status_code

    return probe


def preflight(scene: Scene) -> str:
    asks = {"origin": "https://a.test", "access-control-request-method": "GET", "access-control-request-headers": "x-b"}
    return scene.client.options("/assistants", headers=asks).headers["access-control-allow-headers"]


LIST, GET = ("GET", "/assistants", KEYS[0].secret), ("GET", ONE, KEYS[0].secret)
SIBLING, STRANGER = ("GET", "/assistants", KEYS[1].secret), ("GET", "/assistants", "sk-nobody")
FRAMEWORK, ENVELOPE = ["error", "message", "statusCode"], ["error"]
MISSING, NAMELESS = ("GET", "/assistants/asst-nothing"), ("POST", "/assistants")
LARGE = {"unheard": "x" * 65_536}
ADDRESS = {"limiter.per": "ip"}
# Setting, its value, the call that tells, how it reads by default and with the value; and what else has to be set.
ROWS: list[tuple[str, Any, Probe, Any, Any] | tuple[str, Any, Probe, Any, Any, Dialect]] = [
    ("constants.description", "A project.", shown("description"), None, "A project."),
    ("constants.metadata", {"kind": "project"}, shown("metadata"), {}, {"kind": "project"}),
    ("constants.tool_resources", None, shown("tool_resources"), {}, None),
    ("constants.top_p", 0.9, shown("top_p"), 1.0, 0.9),
    ("constants.response_format", {"type": "text"}, shown("response_format"), "auto", {"type": "text"}),
    ("organization.model", "house-model", shown("model"), "ragen", "house-model"),
    ("organization.temperature", None, shown("temperature"), 1.0, None),
    ("answers.create_status", 201, lambda s: [s.create().status_code, s.modify().status_code], [200, 200], [201, 200]),
    ("answers.modify_status", 201, lambda s: [s.modify().status_code, s.create().status_code], [200, 200], [201, 200]),
    ("answers.cleared_by_create", "", cleared, [None, None], [None, ""]),
    ("answers.cleared_by_modify", "", cleared, [None, None], ["", None]),
    ("answers.extra_fields", {"project": {"archived": False}}, shown("project"), None, {"archived": False}),
    ("answers.extra_headers", {"x-by": "b"}, lambda s: s.list().headers.get("x-by"), None, "b"),
    ("answers.sorted_keys", True, lambda s: list(s.list().json())[:2], ["object", "data"], ["data", "first_id"]),
    ("answers.request_id", False, lambda s: "x-request-id" in s.list().headers, True, False),
    ("ids.shape", "uuid", shape, "hex", "uuid"),
    ("ids.shape", "short", shape, "hex", "short"),
    ("ids.shape", "number", shape, "hex", "number"),
    ("ids.bare_accepted", True, bare, (404, 400), (200, 200)),
    ("ids.echo_as_sent", True, lambda s: s.call("DELETE", "/assistants/acme-research").json()["id"],
     "asst-acme-research", "acme-research", {"ids.bare_accepted": True}),
    ("bodies.absurd_values", "ignore", created(temperature=3, metadata=7), 400, 200),
    ("bodies.absurd_contents", "ignore", created(tools=[{"type": "retrieval"}], response_format="xml"), 400, 200),
    ("bodies.unknown_fields", "refuse", created(unheard="of"), 200, 400),
    ("bodies.reasoning_effort", False, created(reasoning_effort="low"), 200, 400),
    ("bodies.name_min", 0, created(name=""), 400, 200),
    ("bodies.name_max", 300, created(name="n" * 300), 400, 200),
    ("bodies.name_max", None, created(name="n" * 9_000), 400, 200),
    ("bodies.instructions_max", 10_000, created(instructions="i" * 10_001), 200, 400),
    ("bodies.description_max", 100, created(description="d" * 101), 200, 400),
    ("bodies.metadata", "any", created(metadata={"a": {"b": [1]}}), 400, 200),
    ("bodies.unstorable", "refuse", created(name="a\0b"), 200, 400),
    ("bodies.null_name", "keep", modified(name=None), (400, "Acme Research"), (200, "Acme Research")),
    ("bodies.null_instructions", "refuse", modified(instructions=None), (200, None), (400, "Be brief.")),
    ("bodies.null_instructions", "keep", modified(instructions=None), (200, None), (200, "Be brief.")),
    ("bodies.empty_modify", "accept", status("PATCH", ONE), 400, 200),
    ("bodies.largest", 65_536, status("PATCH", ONE, json=LARGE), 200, 413),
    ("lists.has_more", False, lambda s: "has_more" in s.list().json(), True, False),
    ("lists.first_and_last_id", False, lambda s: {"first_id", "last_id"} <= s.list().json().keys(), True, False),
    ("lists.paging", "no-before", listed(before=PAIR[1]), (200, PAIR[:1]), (200, PAIR)),
    ("lists.paging", "one-page", listed(limit=1), (200, PAIR[:1]), (200, PAIR)),
    ("lists.unknown_cursor", 404, listed(after="asst-no"), (400, []), (404, [])),
    ("lists.unknown_cursor", "empty", listed(after="asst-no"), (400, []), (200, [])),
    ("lists.unknown_cursor", "first-page", listed(after="asst-no", before="no"), (400, []), (200, PAIR)),
    ("lists.unknown_query", "refuse", listed(unheard="of"), (200, PAIR), (400, [])),
    ("errors.types", "openai", refused("type", *MISSING), "not_found_error", "invalid_request_error"),
    ("errors.code", "null", refused("code", *LIST[:2], key="no"), "invalid_api_key", None),
    ("errors.code", "numeric", refused("code", *LIST[:2], key="no"), "invalid_api_key", 401),
    ("errors.code", "absent", refused("code", *LIST[:2], key="no"), "invalid_api_key", ...),
    ("errors.param", "null", refused("param", *NAMELESS, json={}), "name", None),
    ("errors.param", "absent", refused("param", *NAMELESS, json={}), "name", ...),
    ("errors.foreign_status", 403, lambda s: [status("GET", FOREIGN)(s), status(*MISSING)(s)], [404, 404], [403, 404]),
    ("errors.deactivated_key", 403, deactivated, (401, "authentication_error"), (403, "permission_error")),
    ("errors.unknown_url", "framework", framed("GET", "/nothing"), ENVELOPE, FRAMEWORK),
    ("errors.wrong_method", 404, status("PUT", ONE), 405, 404),
    ("errors.wrong_method_shape", "framework", framed("PUT", ONE), ENVELOPE, FRAMEWORK),
    ("errors.bad_json", "framework", framed("POST", "/assistants", **BROKEN), ENVELOPE, FRAMEWORK),
    ("errors.body_too_large", 400, status("PATCH", ONE, json=LARGE), 413, 400, {"bodies.largest": 65_536}),
    ("errors.body_too_large", 500, framed("PATCH", ONE, json=LARGE), ENVELOPE, ["message"], {"bodies.largest": 65_536}),
    ("errors.missing_key", "No key.", lambda s: s.call("GET", "/assistants", None).json()["error"]["message"][:7],
     "Missing", "No key."),
    ("errors.unknown_key", "Which?", lambda s: s.call(*STRANGER).json()["error"]["message"][:6], "Incorr", "Which?"),
    ("limiter.per", "ip", counted(LIST, LIST, SIBLING), 200, 429),
    ("limiter.per_operation", True, counted(LIST, LIST, GET), 429, 200),
    ("limiter.before_auth", True, counted(STRANGER, STRANGER, LIST), 200, 429, ADDRESS),
    ("limiter.window", "fixed", counted(LIST, LIST, LIST, later=20), 429, 200),
    ("limiter.block", 30, counted(LIST, LIST, LIST, LIST, later=30), 429, 200),
    ("limiter.headers", False, lambda s: "x-ratelimit-limit" in s.list().headers, True, False),
    ("browser.allow_headers", ["authorization"], preflight, "x-b", "authorization"),
]  # fmt: skip


@pytest.mark.parametrize("row", ROWS, ids=[f"{row[0]}={row[1]!s:.20}" for row in ROWS])
def test_a_setting_reads_otherwise(row: Any) -> None:
    """And without it the call reads as the default says."""
    setting, value, probe, by_default, otherwise, *given = row
    others = dict(*given)
    limit = 2 if setting.startswith("limiter.") else None

    with speaking(others, limit) as plain, speaking({**others, setting: value}, limit) as changed:
        assert (probe(plain), probe(changed)) == (by_default, otherwise)


def test_every_setting_is_shown() -> None:
    """Each that the schema names, and each value of those that have few."""
    few = [
        (name, value)
        for group, each in dialect.schema()["properties"].items()
        for name, setting in ((f"{group}.{name}", setting) for name, setting in each["properties"].items())
        for value in options(setting)
        if value != setting["default"]
    ]
    told = [(row[0], row[1]) for row in ROWS]

    assert dialect.defaults().keys() == {name for name, _ in told}
    assert [each for each in few if each not in told] == []


def options(setting: dict[str, Any]) -> list[Any]:
    whole = setting | dialect.schema()["$defs"].get(setting.get("$ref", "").rpartition("/")[2], {})
    return [True, False] if whole.get("type") == "boolean" else whole.get("enum", [])


def test_every_setting_has_a_default_and_says_what_it_is() -> None:
    groups = dialect.schema()["properties"].values()
    settings = [setting for group in groups for setting in group["properties"].values()]

    assert [each for each in settings if not {"default", "description"} <= each.keys()] == []
    assert all(group["description"] and not group["additionalProperties"] for group in groups)


def test_nothing_else_is_changed_than_what_has_a_name() -> None:
    """The organization's defaults are planted, the others amend the contract or change a part."""
    planted = {"organization.model", "organization.temperature"}

    assert planted | AMENDMENTS.keys() | CHANGES.keys() == dialect.defaults().keys()


def test_the_defaults_are_the_contracts() -> None:
    """What openapi.yaml says too, as x-free-choice, is the same there; but for the tools, which are no choice."""
    document, defaults = read_document(), dialect.defaults()
    properties = [document["components"]["schemas"][name]["properties"] for name in ("Assistant", "CreateAssistant")]
    free = {
        (name, keyword): schema[keyword]
        for each in properties
        for name, schema in each.items()
        for keyword in schema.get("x-free-choice", ())
    }
    bounds = {("name", "minLength"): "name_min", ("name", "maxLength"): "name_max"}
    bounds[("instructions", "maxLength")] = "instructions_max"
    constants = {name for name, keyword in free if keyword == "const"} - {"tools"}

    assert free == {
        **{(name, "const"): defaults[f"constants.{name}"] for name in constants},
        **{place: defaults[f"bodies.{name}"] for place, name in bounds.items()},
        ("tools", "const"): free["tools", "const"],
    }
    assert defaults["bodies.largest"] == document["x-body-limit"]


def test_no_field_of_the_contracts_is_an_extra_one() -> None:
    """It would be told over what the assistant is."""
    extra = dialect.schema()["properties"]["answers"]["properties"]["extra_fields"]

    assert extra["propertyNames"]["not"]["enum"] == read_document()["components"]["schemas"]["Assistant"]["required"]


def test_a_stranger_pays_from_no_keys_budget() -> None:
    """Where a key has the budget, that strangers pay too says nothing."""
    with speaking({"limiter.before_auth": True}, 2) as scene:
        assert counted(STRANGER, STRANGER, LIST)(scene) == 200


def test_a_dialect_of_all_the_defaults_changes_nothing() -> None:
    """It is the one that ships as openai."""
    text = "\n".join(f"{group}: {names}" for group, names in grouped(dialect.defaults()).items())

    assert parsed(text, "all.yaml") == read_dialect("openai") == {}


def grouped(settings: Dialect) -> dict[str, Any]:
    groups: dict[str, dict[str, Any]] = {}
    for name, value in settings.items():
        group, _, setting = name.partition(".")
        groups.setdefault(group, {})[setting] = value
    return {group: json.dumps(each) for group, each in groups.items()}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("answers:\n  create_status: 202", "mine.yaml:2: answers.create_status"),
        ("# mine\nanswers:\n  statos: 201", "mine.yaml:3: There is no setting 'answers.statos'"),
        ("\nanswer: {}", "mine.yaml:2: There is no setting 'answer'"),
        ("bodies:\n  name_max: 10\n  name_max: 11", "mine.yaml:3: 'name_max'"),
        ("answers:\n  extra_fields: {id: a}", "mine.yaml:2: answers.extra_fields"),
        ("answers:\n  extra_headers: {content-length: '1'}", "mine.yaml:2: answers.extra_headers"),
        ("lists: {has_more: 1}", "mine.yaml:1: lists.has_more"),
        ("a: 1\nb: ]", "mine.yaml:2: "),
        ("[]", "mine.yaml:1: "),
        ("constants: {metadata: {day: 2020-01-01}}", "mine.yaml: "),
        ("answers: &all {extra_fields: *all}", "mine.yaml: "),
        ("constants: {top_p: .nan}", "mine.yaml: "),
        ("a: \1", "mine.yaml: "),
        ("a: \udc80", "The dialect "),
    ],
)
def test_a_mistake_is_told_with_its_line(text: str, said: str, tmp_path: Path) -> None:
    """In one line."""
    path = tmp_path / "mine.yaml"
    path.write_text(text, encoding="utf-8", errors="surrogateescape")

    with pytest.raises(DialectError) as refused:
        read_dialect(str(path))

    assert str(refused.value).startswith(said)
    assert "\n" not in str(refused.value)


def test_a_dialect_that_is_not_there_is_told_with_those_that_are() -> None:
    with pytest.raises(DialectError, match=r"'ragem'.* openai, ragen"):
        read_dialect("ragem")


def test_an_empty_file_is_the_default(tmp_path: Path) -> None:
    (tmp_path / "none.yaml").write_text("# nothing yet\n")

    assert read_dialect(str(tmp_path / "none.yaml")) == {}
