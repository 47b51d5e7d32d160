"""The content of openapi.yaml as Python objects: operations, validators and limits."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

import jsonschema_rs
import orjson

from fake_server.contract.editions import load_document

METHODS = ("get", "post", "patch", "delete", "put", "head", "options", "trace")


@dataclass
class Operation:
    """One operation; `body` is None if the operation has no body.

    `parameters` has the schemas of the query parameters by name. `defaults` has the default values.
    """

    id: str
    method: str
    path: str
    secured: bool
    body: jsonschema_rs.Validator | None
    body_required: bool
    query: jsonschema_rs.Validator
    parameters: dict[str, dict[str, Any]]
    defaults: dict[str, Any]


@dataclass(eq=False)
class Contract:
    """`prefix` comes before each path ("/v1"). Each contract is a key of its own in a cache."""

    prefix: str
    operations: list[Operation]
    rate_limit: int
    rate_seconds: int
    body_limit: int


def load_contract(document: dict[str, Any] | None = None) -> Contract:
    """Use `document` instead of openapi.yaml if it is given (see dialect.schema_changes). Raises FileNotFoundError."""
    document = document or load_document()
    return Contract(
        prefix=urlsplit(document["servers"][0]["url"]).path,
        operations=parse_operations(document),
        rate_limit=document["x-rate-limit"]["requests"],
        rate_seconds=document["x-rate-limit"]["seconds"],
        body_limit=document["x-body-limit"],
    )


def parse_operations(document: dict[str, Any]) -> list[Operation]:
    return [
        _parse_operation(document, path, method)
        for path, item in document["paths"].items()
        for method in METHODS
        if method in item
    ]


def _parse_operation(document: dict[str, Any], path: str, method: str) -> Operation:
    item = document["paths"][path]
    operation = item[method]
    listed = [_resolve(document, each) for each in item.get("parameters", []) + operation.get("parameters", [])]
    parameters = {each["name"]: each["schema"] for each in listed if each["in"] == "query"}
    body = operation.get("requestBody")
    return Operation(
        id=operation["operationId"],
        method=method.upper(),
        path=path,
        secured=bool(operation.get("security", document["security"])),
        body=body and build_validator(document, body["content"]["application/json"]["schema"]),
        body_required=bool(body and body.get("required")),
        query=build_validator(document, {"type": "object", "properties": parameters}),
        parameters=parameters,
        defaults={name: schema["default"] for name, schema in parameters.items() if "default" in schema},
    )


def ignored_fields(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """`x-ignored` of each ignored field of a body, by the field's name."""
    properties = document["components"]["schemas"]["CreateAssistant"]["properties"]
    return {name: schema["x-ignored"] for name, schema in properties.items() if "x-ignored" in schema}


def kept_fields(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """`x-kept` of each kept field of a body, by the field's name."""
    properties = document["components"]["schemas"]["CreateAssistant"]["properties"]
    return {name: schema["x-kept"] for name, schema in properties.items() if "x-kept" in schema}


def build_validator(document: dict[str, Any], schema: dict[str, Any]) -> jsonschema_rs.Validator:
    return _compile(orjson.dumps({**schema, "components": document["components"]}).decode())


@lru_cache(64)  # to compile takes half a millisecond; operations, and the fakes of one process, have equal schemas
def _compile(schema: str) -> jsonschema_rs.Validator:
    # Without the mask a message would contain the value that was sent, up to 4 MB.
    return jsonschema_rs.validator_for(schema, mask="it")


def _resolve(document: dict[str, Any], node: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in node:
        return node
    found = document
    for step in node["$ref"].removeprefix("#/").split("/"):
        found = found[step]
    return found
