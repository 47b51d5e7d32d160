"""Dialects: every setting, and errors in a file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from contract_tests.http.openapi import CONSTANT, ignored_fields
from fake_server.contract.editions import load_document
from fake_server.contract.openapi import load_contract
from fake_server.contract.yaml_file import YamlFileError
from fake_server.dialect.apply import EXTRA_FIELDS, ORGANIZATION_SETTINGS, SETTINGS, constant_settings
from fake_server.dialect.schema_changes import DOCUMENT_CHANGES
from fake_server.dialect.settings import Dialect, defaults, load_dialect, load_schema, parse_dialect
from self_tests.fake.dialects.dialect_calls import (
    FOREIGN,
    FRAMEWORK,
    LARGE,
    ONE,
    OTHER,
    PREFLIGHT,
    SMALL,
    Place,
    Read,
    after,
    asked,
    cleared,
    created,
    error,
    fields,
    first_listed,
    header,
    knocked,
    listed,
    shape,
    shown,
    status,
    strangers,
    switched_off,
    used_up,
    waited,
)


class Case(NamedTuple):
    """The effect of one setting; `beside` are other settings that it needs."""

    setting: str
    value: Any
    read: Read
    reads: Any
    beside: Mapping[str, Any] = {}


CASES = [
    *(Case(f"constants.{name}", field.value(0), shown(created(), name), field.value(0))
      for name, field in ignored_fields().items() if field.reads == CONSTANT),
    Case("constants.tool_resources", None, shown(asked("GET", ONE), "tool_resources"), None),
    Case("organization.model", "m", shown(created(), "model"), "m"),
    Case("organization.temperature", None, shown(asked("GET", ONE), "temperature"), None),
    Case("answers.create_status", 201, status(created()), 201),
    Case("answers.modify_status", 201, status(asked("POST", ONE, json={})), 201),
    Case("answers.cleared_by_create", "", shown(created(), "instructions"), ""),
    Case("answers.cleared_by_create", "", shown(created(instructions=""), "instructions"), ""),
    Case("answers.cleared_by_modify", "", cleared({"instructions": None}), ""),
    Case("answers.extra_fields", {"a": [1]}, shown(created(), "a"), [1]),
    Case("answers.extra_headers", {"x-a": "b"}, header(asked("GET"), "x-a"), "b"),
    Case("answers.sorted_keys", True, fields(asked("DELETE", f"/{OTHER}")), ["deleted", "id", "object"]),
    Case("answers.request_id", False, header(asked("GET"), "x-request-id"), None),
    Case("ids.shape", "uuid", shape, "uuid"),
    Case("ids.shape", "short", shape, "short"),
    Case("ids.shape", "number", shape, "number"),
    Case("ids.shape", "letters", shape, "letters"),
    Case("ids.bare_accepted", True, status(asked("PATCH", "/acme-support", json={})), 200),
    Case("ids.bare_accepted", True, status(asked("GET", "?after=acme-support")), 200),
    Case("ids.echo_as_sent", True, shown(asked("DELETE", "/acme-research"), "id"), "acme-research",
         {"ids.bare_accepted": True}),
    Case("bodies.absurd_values", "ignore", status(created(temperature=3, tools="none")), 200),
    Case("bodies.absurd_values", "ignore", status(created(description="x" * 513, metadata=7)), 200,
         {"bodies.description_max": 100}),
    Case("bodies.absurd_contents", "ignore", status(created(tools=[7], response_format="xml")), 200),
    Case("bodies.unknown_fields", "refuse", error(created(colour="red"), "param"), "colour"),
    Case("bodies.reasoning_effort", False, error(created(reasoning_effort="low"), "param"), "reasoning_effort"),
    Case("bodies.name_min", 0, status(created(name="")), 200),
    Case("bodies.name_max", 10, status(created(name="eleven long")), 400),
    Case("bodies.name_max", None, status(created(name="x" * 257)), 200),
    Case("bodies.instructions_max", 10_000, status(created(instructions="x" * 10_001)), 400),
    Case("bodies.instructions_max", None, status(created(instructions="x" * 256_001)), 200),
    Case("bodies.description_max", 5, status(created(description="eleven long")), 400),
    Case("bodies.description_max", None, status(created(description="x" * 513)), 200),
    Case("bodies.metadata", "any", status(created(metadata={"a": {"b": 1}})), 200),
    Case("bodies.unstorable", "refuse", status(created(instructions="\0")), 400),
    Case("bodies.null_name", "keep", shown(asked("POST", ONE, json={"name": None}), "name"), "Acme Support"),
    Case("bodies.null_instructions", "refuse", cleared({"instructions": None}), "refused"),
    Case("bodies.null_instructions", "keep", cleared({"instructions": None}), "Be kind."),
    Case("bodies.empty_modify", "accept", status(asked("PATCH", ONE, content=b"")), 200),
    Case("bodies.largest", 65_536, status(asked("POST", content=LARGE)), 413),
    Case("lists.has_more", False, shown(asked("GET"), "has_more"), "absent"),
    Case("lists.first_and_last_id", False, fields(asked("GET")), ["object", "data", "has_more"]),
    Case("lists.paging", "no-before", status(asked("GET", "?before=nothing")), 200),
    Case("lists.paging", "one-page", listed("?limit=1"), 2),
    Case("lists.order", "oldest", first_listed, "Acme Support"),
    Case("lists.order", "name", first_listed, "Acme Research"),
    Case("lists.unknown_cursor", 404, status(asked("GET", "?after=nothing")), 404),
    Case("lists.unknown_cursor", "empty", shown(asked("GET", "?after=nothing"), "data"), []),
    Case("lists.unknown_cursor", "first-page", listed("?after=nothing&before=nothing"), 2),
    Case("lists.unknown_query", "refuse", error(asked("GET", f"{ONE}?limit=1"), "param"), "limit"),
    Case("urls.trailing_slash", "ignored", status(asked("PATCH", f"{ONE}/", json={})), 200),
    Case("urls.trailing_slash", "redirect", header(asked("GET", f"{ONE}/"), "location"), f"/v1/assistants{ONE}"),
    Case("urls.trailing_slash", "redirect", status(asked("POST", "/", json={})), 308),
    Case("urls.put", "modify", shown(asked("PUT", ONE, json={"name": "x"}), "name"), "x"),
    Case("errors.types", "openai", error(asked("GET", key="sk-nobody"), "type"), "invalid_request_error"),
    Case("errors.types", "openai", error(asked("GET", "/nothing"), "type"), "invalid_request_error"),
    Case("errors.types", "openai", error(after(used_up), "type"), "requests"),
    Case("errors.code", "null", error(asked("GET", key=None), "code"), None),
    Case("errors.code", "numeric", error(asked("GET", key=None), "code"), 401),
    Case("errors.code", "absent", error(asked("GET", key=None), "code"), "absent"),
    Case("errors.param", "null", error(asked("POST", json={}), "param"), None),
    Case("errors.param", "absent", error(asked("POST", json={}), "param"), "absent"),
    Case("errors.foreign_status", 403, status(asked("GET", f"/{FOREIGN}")), 403),
    Case("errors.deactivated_key", 403, error(switched_off, "type"), "permission_error"),
    Case("errors.unknown_url", "framework", fields(asked("GET", "/a/b")), FRAMEWORK),
    Case("errors.wrong_method", 404, status(asked("PUT")), 404),
    Case("errors.wrong_method_shape", "framework", fields(asked("PUT")), FRAMEWORK),
    Case("errors.bad_json", "framework", fields(asked("POST", content=b"{")), FRAMEWORK),
    Case("errors.body_too_large", 400, status(asked("POST", content=LARGE)), 400, SMALL),
    Case("errors.body_too_large", 500, fields(asked("POST", content=LARGE)), ["message"], SMALL),
    Case("errors.missing_key", "Who?", error(asked("GET", key=None), "message"), "Who?"),
    Case("errors.unknown_key", "Who?", error(asked("GET", key="sk-nobody"), "message"), "Who?"),
    Case("limiter.per", "ip", status(after(used_up, then=asked("GET", key="sk-fake-foreign"))), 429),
    Case("limiter.per_operation", True, status(after(used_up)), 200),
    Case("limiter.before_auth", True, status(after(strangers)), 429, {"limiter.per": "ip"}),
    Case("limiter.window", "fixed", status(after(used_up, waited(10))), 200),
    Case("limiter.block", 60, status(after(used_up, waited(59), knocked, waited(2))), 429),
    Case("limiter.headers", False, header(asked("GET"), "x-ratelimit-limit"), None),
    Case("limiter.headers", "passed", header(after(used_up), "x-ratelimit-limit"), None),
    Case("browser.allow_headers", ["x-b"], header(asked("OPTIONS", headers=PREFLIGHT), "access-control-allow-headers"),
         "x-b"),
]  # fmt: skip


def read(case: Case, dialect: Dialect) -> Any:
    with Place(dialect).served() as place:
        return case.read(place)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.setting}-{case.value}")
def test_a_setting_reads(case: Case) -> None:
    """The setting has its effect, and without the setting there is none."""
    usual, chosen = (read(case, {**case.beside, **more}) for more in ({}, {case.setting: case.value}))

    assert chosen == case.reads
    assert usual != case.reads


def test_every_setting_is_shown_here() -> None:
    """Every setting of the schema has a case for each of its values, and the fake knows no other setting."""
    shown_here = {(case.setting, str(case.value)) for case in CASES}

    applied = {*DOCUMENT_CHANGES, *SETTINGS, *ORGANIZATION_SETTINGS, *constant_settings(load_document()), EXTRA_FIELDS}
    assert {setting for setting, _ in shown_here} == set(defaults()) == applied
    assert {(setting, str(value)) for setting, value in countable() if value != defaults()[setting]} <= shown_here


def countable() -> Iterator[tuple[str, Any]]:
    """Each setting that has few values, with each value."""
    schema = load_schema()
    for group, settings in schema["properties"].items():
        for name, setting in settings["properties"].items():
            kind = schema["$defs"][setting["$ref"].rpartition("/")[2]] if "$ref" in setting else setting
            values = kind.get("enum", [True, False] if kind.get("type") == "boolean" else [])
            yield from ((f"{group}.{name}", value) for value in values)


def test_the_defaults_are_the_contracts() -> None:
    """A default that openapi.yaml has too is the same there."""
    description = load_document()["components"]["schemas"]["CreateAssistant"]["properties"]["description"]
    known = {"bodies.description_max": description["maxLength"], "bodies.largest": load_contract().body_limit}

    assert {setting: defaults()[setting] for setting in known} == known


def test_the_default_dialect_is_nothing() -> None:
    """A fake without a dialect behaves as openai.yaml, and openai.yaml has only defaults."""
    grouped: dict[str, dict[str, Any]] = {}
    for setting, value in defaults().items():
        group, _, name = setting.partition(".")
        grouped.setdefault(group, {})[name] = value

    assert load_dialect("openai") == {} == parse_dialect(grouped)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("errors:\n  # so far\n  colour: red\n", r"d.yaml:3: 'colour' is not a setting here. .*\bcode\b"),
        ("error: {}\n", r"d.yaml:1: 'error' is not a setting here. .*\berrors\b"),
        ("lists:\n  paging: all\n", r"d.yaml:2: Invalid value for 'lists.paging'"),
        ("errors:\n\n  param: null\n", r"d.yaml:3: .*'null'"),
        ("answers:\n  extra_fields:\n    id: 1\n", r"d.yaml:3: 'id' is not allowed"),
        ("answers:\n  extra_headers:\n    a: b\n    Content-Type: c\n", r"d.yaml:4: 'Content-Type' is not allowed"),
        ("errors: {code: numeric}\nlists: {}\nerrors: {}\n", r"d.yaml:3: 'errors' occurs twice"),
        ("constants:\n  metadata: &a {a: *a}\n", r"d.yaml:2: '\*a' is an alias"),
        ("lists:\n  - has_more\n", r"d.yaml:1: Invalid value for 'lists'"),
        ("- lists\n", r"d.yaml:1: A dialect must have groups"),
        ("lists: {\n", r"d.yaml:2: "),
        ("constants:\n  top_p: .nan\n", r"d.yaml:2: .nan is not a JSON number"),
    ],
)
def test_a_mistake_in_a_dialect_has_its_line(tmp_path: Path, text: str, said: str) -> None:
    """The message names the wrong line and the possible settings."""
    (tmp_path / "d.yaml").write_text(text)

    with pytest.raises(YamlFileError, match=said):
        load_dialect(str(tmp_path / "d.yaml"))


def test_a_file_may_set_nothing(tmp_path: Path) -> None:
    """A file may set nothing, or one setting; all others have their defaults."""
    (tmp_path / "d.yaml").write_text("")
    (tmp_path / "e.yaml").write_text("lists: {has_more: false}\nerrors: {}\n")

    assert [load_dialect(str(tmp_path / name)) for name in ("d.yaml", "e.yaml")] == [{}, {"lists.has_more": False}]


def test_an_unknown_dialect_lists_the_known_ones() -> None:
    """The schema in the same folder is not a dialect."""
    with pytest.raises(YamlFileError, match=r"one of openai, ragen\.$"):
        load_dialect("openia")
