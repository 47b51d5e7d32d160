"""Settings that change openapi.yaml before the contract is parsed from it."""

from collections.abc import Callable, Mapping
from copy import deepcopy
from functools import partial
from typing import Any

from fake_server.contract.openapi import METHODS, ignored_fields
from fake_server.dialect.settings import defaults

Document = dict[str, Any]
Change = Callable[[Document, Any], None]

CREATE, MODIFY = "CreateAssistant", "ModifyAssistant"
REDIRECT = "redirectFrom"  # the ids of operations that only redirect begin with this
NO_NUL = "^[^\\u0000]*$"


def change_document(document: Document, dialect: Mapping[str, Any]) -> Document:
    """A copy with the bounds of the texts, which openapi.yaml leaves free, and the other changes of the dialect."""
    new = deepcopy(document)
    # The YAML file uses one object for both, and a change of one must not change the other.
    schemas = new["components"]["schemas"]
    schemas[MODIFY]["properties"] = deepcopy(schemas[CREATE]["properties"])
    for setting, change in DOCUMENT_CHANGES.items():
        if setting in dialect or setting in BOUNDS:
            change(new, dialect.get(setting, defaults()[setting]))
    return new


def _body_properties(document: Document, *bodies: str) -> list[dict[str, Any]]:
    """The properties of these bodies, or of both bodies."""
    return [document["components"]["schemas"][body]["properties"] for body in bodies or (CREATE, MODIFY)]


def _operations(document: Document) -> list[Document]:
    return [item[method] for item in document["paths"].values() for method in METHODS if method in item]


def _ignore_absurd(document: Document, _: str) -> None:
    for properties in _body_properties(document):
        for name, schema in properties.items():
            if "x-ignored" in schema:
                properties[name] = {"x-ignored": schema["x-ignored"]}


def _ignore_contents(document: Document, _: str) -> None:
    for properties in _body_properties(document):
        for name, ignored in ignored_fields(document).items():
            if "contents" in ignored:
                properties[name] = {"type": ignored["contents"], "x-ignored": ignored}


def _refuse_unknown(document: Document, _: str) -> None:
    for body in (CREATE, MODIFY):
        document["components"]["schemas"][body]["additionalProperties"] = False


def _refuse_effort(document: Document, _: bool) -> None:
    for properties in _body_properties(document):
        properties["reasoning_effort"] = False


def _set_bound(document: Document, length: int | None, field: str, keyword: str = "maxLength") -> None:
    for properties in _body_properties(document):
        properties[field].pop(keyword, None)
        if length is not None:
            properties[field][keyword] = length


def _accept_any_metadata(document: Document, _: str) -> None:
    for properties in _body_properties(document):
        for keyword in ("maxProperties", "propertyNames", "additionalProperties"):
            properties["metadata"].pop(keyword, None)


def _refuse_nul(document: Document, _: str) -> None:
    for properties in _body_properties(document):
        for name in ("name", "instructions"):
            properties[name]["pattern"] = NO_NUL


def _accept_null_name(document: Document, _: str) -> None:
    for properties in _body_properties(document, MODIFY):
        properties["name"]["type"] = ["string", "null"]


def _set_null_instructions(document: Document, action: str) -> None:
    for properties in _body_properties(document, MODIFY):
        properties["instructions"]["type"] = "string" if action == "refuse" else ["string", "null"]


def _accept_no_body(document: Document, _: str) -> None:
    for operation in _operations(document):
        if operation["operationId"] in ("modifyAssistant", "patchAssistant"):
            operation["requestBody"]["required"] = False


def _set_largest(document: Document, largest: int) -> None:
    document["x-body-limit"] = largest


def _ignore_paging(document: Document, paging: str) -> None:
    if paging == "one-page":
        for parameter in document["components"]["parameters"].values():
            if parameter["in"] == "query":
                parameter["schema"] = {"type": "string"}


def _set_order(document: Document, _: str) -> None:
    """`oldest` and `name` are ascending orders."""
    document["components"]["parameters"]["order"]["schema"]["default"] = "asc"


def _serve_put(document: Document, _: str) -> None:
    for item in document["paths"].values():
        if "patch" in item:
            item["put"] = item["patch"]


def _serve_slash(document: Document, answer: str) -> None:
    """The URL with the slash has the same operations, or operations that only redirect."""
    for path, item in list(document["paths"].items()):
        document["paths"][f"{path}/"] = item if answer == "ignored" else _redirecting(item)


def _redirecting(item: Document) -> Document:
    ids = {method: item[method]["operationId"] for method in METHODS if method in item}
    return {
        "parameters": item.get("parameters", []),
        **{method: {"operationId": REDIRECT + id} for method, id in ids.items()},
    }


# openapi.yaml has no bounds for these texts, because they are a free choice. So the defaults are set too.
BOUNDS: Mapping[str, Change] = {
    "bodies.name_min": partial(_set_bound, field="name", keyword="minLength"),
    "bodies.name_max": partial(_set_bound, field="name"),
    "bodies.instructions_max": partial(_set_bound, field="instructions"),
}
# In this order: a later change overrides an earlier one.
DOCUMENT_CHANGES: Mapping[str, Change] = {
    **BOUNDS,
    "bodies.unknown_fields": _refuse_unknown,
    "bodies.description_max": partial(_set_bound, field="description"),
    "bodies.metadata": _accept_any_metadata,
    "bodies.absurd_contents": _ignore_contents,
    "bodies.absurd_values": _ignore_absurd,
    "bodies.reasoning_effort": _refuse_effort,
    "bodies.unstorable": _refuse_nul,
    "bodies.null_name": _accept_null_name,
    "bodies.null_instructions": _set_null_instructions,
    "bodies.empty_modify": _accept_no_body,
    "bodies.largest": _set_largest,
    "lists.paging": _ignore_paging,
    "lists.order": _set_order,
    "urls.put": _serve_put,
    "urls.trailing_slash": _serve_slash,
}
