"""What a dialect changes of the contract itself: openapi.yaml's document, before anything is built from it."""

import json
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from fake_server.dialect import Dialect

Document = dict[str, Any]
Amendment = Callable[[Document, Any], None]


def amended(document: Document, dialect: Dialect) -> Document:
    """Another document where the dialect says so; the one that was given stays as it is."""
    if not dialect.keys() & AMENDMENTS.keys():
        return document
    # Through JSON, so that no two places share an object, as YAML's anchors have them do.
    changed: Document = json.loads(json.dumps(document))
    for name, amend in AMENDMENTS.items():
        if name in dialect:
            amend(changed, dialect[name])
    return changed


def schemas(document: Document, *names: str) -> list[dict[str, Any]]:
    return [document["components"]["schemas"][name] for name in names]


def bodies(document: Document) -> list[dict[str, Any]]:
    return schemas(document, "CreateAssistant", "ModifyAssistant")


def set_constant(name: str, document: Document, value: Any) -> None:
    for schema in schemas(document, "Assistant"):
        schema["properties"][name]["const"] = value


def set_bound(field: str, keyword: str, document: Document, value: int | None) -> None:
    for body in bodies(document):
        body["properties"][field].pop(keyword, None)
        if value is not None:
            body["properties"][field][keyword] = value


def set_field(schemas: Mapping[str, Any], document: Document, _: Any) -> None:
    for body in bodies(document):
        body["properties"].update(schemas)


def set_modified(field: str, types: Mapping[str, Any], document: Document, value: str) -> None:
    for schema in schemas(document, "ModifyAssistant"):
        schema["properties"][field]["type"] = types[value]


def refuse_unknown(document: Document, _: str) -> None:
    for body in bodies(document):
        body["additionalProperties"] = False


def refuse_unstorable(document: Document, _: str) -> None:
    for body in bodies(document):
        for field in ("name", "instructions"):
            body["properties"][field]["not"] = {"type": "string", "pattern": "\\u0000"}


def ignore_absurd(document: Document, _: str) -> None:
    for body in bodies(document):
        for field, schema in body["properties"].items():
            if schema.get("x-ignored"):
                body["properties"][field] = {}


def take_any_page(document: Document, value: str) -> None:
    """Where all is on one page, no limit and no order is wrong."""
    if value == "one-page":
        for name in ("limit", "order"):
            schema = document["components"]["parameters"][name]["schema"]
            document["components"]["parameters"][name]["schema"] = {"type": "string", "default": schema["default"]}


def set_body_limit(document: Document, value: int) -> None:
    document["x-body-limit"] = value


NULLABLE = ["string", "null"]
CONTENTS = {
    "tools": {"type": "array", "x-ignored": True},
    "response_format": {"type": ["string", "object", "null"], "x-ignored": True},
    "reasoning_effort": {"type": NULLABLE, "x-ignored": True},
}
# In the order in which they are made.
AMENDMENTS: Mapping[str, Amendment] = {
    **{
        f"constants.{name}": partial(set_constant, name)
        for name in ("description", "metadata", "tool_resources", "top_p", "response_format")
    },
    "bodies.absurd_contents": partial(set_field, CONTENTS),
    "bodies.metadata": partial(set_field, {"metadata": {"type": ["object", "null"], "x-ignored": True}}),
    "bodies.description_max": partial(set_bound, "description", "maxLength"),
    "bodies.absurd_values": ignore_absurd,
    "bodies.unknown_fields": refuse_unknown,
    "bodies.name_min": partial(set_bound, "name", "minLength"),
    "bodies.name_max": partial(set_bound, "name", "maxLength"),
    "bodies.instructions_max": partial(set_bound, "instructions", "maxLength"),
    "bodies.unstorable": refuse_unstorable,
    "bodies.null_name": partial(set_modified, "name", {"keep": NULLABLE}),
    "bodies.null_instructions": partial(set_modified, "instructions", {"refuse": "string", "keep": NULLABLE}),
    "bodies.largest": set_body_limit,
    "lists.paging": take_any_page,
}
