"""What a dialect makes of openapi.yaml, before anything is read from it."""

from collections.abc import Callable, Mapping
from copy import deepcopy
from functools import partial
from typing import Any

from fake_server.contract.openapi import METHODS, ignored_fields, read_document

Document = dict[str, Any]
Amend = Callable[[Document, Any], None]

CREATE, MODIFY = "CreateAssistant", "ModifyAssistant"
NO_NUL = "^[^\\u0000]*$"


def amended(document: Document, dialect: Mapping[str, Any]) -> Document:
    """A document of its own, if the dialect changes anything of it."""
    changes = {setting: amend for setting, amend in AMENDMENTS.items() if setting in dialect}
    if not changes:
        return document
    new = deepcopy(document)
    # In YAML they are one and the same.
    schemas = new["components"]["schemas"]
    schemas[MODIFY]["properties"] = deepcopy(schemas[CREATE]["properties"])
    for setting, amend in changes.items():
        amend(new, dialect[setting])
    return new


def fields(document: Document, *bodies: str) -> list[dict[str, Any]]:
    """The properties of these bodies, of both if none is named."""
    return [document["components"]["schemas"][body]["properties"] for body in bodies or (CREATE, MODIFY)]


def operations(document: Document) -> list[Document]:
    return [item[method] for item in document["paths"].values() for method in METHODS if method in item]


def add_fields(document: Document, extra: Mapping[str, Any]) -> None:
    for name, value in extra.items():
        constant(document, value, name)


def constant(document: Document, value: Any, name: str) -> None:
    shown = document["components"]["schemas"]["Assistant"]["properties"]
    shown[name] = {"const": value, "x-free-choice": ["const"]}


def ignore_absurd(document: Document, _: str) -> None:
    for properties in fields(document):
        for name, schema in properties.items():
            if "x-ignored" in schema:
                properties[name] = {"x-ignored": schema["x-ignored"]}


def ignore_contents(document: Document, _: str) -> None:
    for properties in fields(document):
        for name, ignored in ignored_fields(document).items():
            if "contents" in ignored:
                properties[name] = {"type": ignored["contents"], "x-ignored": ignored}


def refuse_unknown(document: Document, _: str) -> None:
    for body in (CREATE, MODIFY):
        document["components"]["schemas"][body]["additionalProperties"] = False


def refuse_effort(document: Document, _: bool) -> None:
    for properties in fields(document):
        properties["reasoning_effort"] = False


def bound(document: Document, length: int | None, field: str, keyword: str = "maxLength") -> None:
    for properties in fields(document):
        properties[field].pop(keyword, None)
        if length is not None:
            properties[field][keyword] = length


def take_any_metadata(document: Document, _: str) -> None:
    for properties in fields(document):
        for keyword in ("maxProperties", "propertyNames", "additionalProperties"):
            properties["metadata"].pop(keyword, None)


def refuse_nul(document: Document, _: str) -> None:
    for properties in fields(document):
        for name in ("name", "instructions"):
            properties[name]["pattern"] = NO_NUL


def take_null_name(document: Document, _: str) -> None:
    for properties in fields(document, MODIFY):
        properties["name"]["type"] = ["string", "null"]


def null_instructions(document: Document, does: str) -> None:
    for properties in fields(document, MODIFY):
        properties["instructions"]["type"] = "string" if does == "refuse" else ["string", "null"]


def take_no_body(document: Document, _: str) -> None:
    for operation in operations(document):
        if operation["operationId"] in ("modifyAssistant", "patchAssistant"):
            operation["requestBody"]["required"] = False


def limit_bodies(document: Document, largest: int) -> None:
    document["x-body-limit"] = largest


def ignore_paging(document: Document, paging: str) -> None:
    if paging == "one-page":
        for parameter in document["components"]["parameters"].values():
            if parameter["in"] == "query":
                parameter["schema"] = {"type": "string"}


CONSTANTS = [name for name, ignored in ignored_fields(read_document()).items() if ignored.get("reads") == "constant"]
# In this order: what comes later stands.
AMENDMENTS: Mapping[str, Amend] = {
    **{f"constants.{name}": partial(constant, name=name) for name in CONSTANTS},
    "answers.extra_fields": add_fields,
    "bodies.unknown_fields": refuse_unknown,
    "bodies.name_min": partial(bound, field="name", keyword="minLength"),
    "bodies.name_max": partial(bound, field="name"),
    "bodies.instructions_max": partial(bound, field="instructions"),
    "bodies.description_max": partial(bound, field="description"),
    "bodies.metadata": take_any_metadata,
    "bodies.absurd_contents": ignore_contents,
    "bodies.absurd_values": ignore_absurd,
    "bodies.reasoning_effort": refuse_effort,
    "bodies.unstorable": refuse_nul,
    "bodies.null_name": take_null_name,
    "bodies.null_instructions": null_instructions,
    "bodies.empty_modify": take_no_body,
    "bodies.largest": limit_bodies,
    "lists.paging": ignore_paging,
}
