"""Checks of a request before its handler runs: the key, the body and the query. Knows no HTTP library."""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import jsonschema_rs

from fake_server.contract import json_text
from fake_server.contract.openapi import Operation
from fake_server.contract.validation_messages import describe_error, describe_value
from fake_server.domain.assistants import Key
from fake_server.domain.errors import (
    DeactivatedKey,
    InvalidParameter,
    MalformedRequest,
    Unauthenticated,
    UnknownKey,
    UnsupportedMediaType,
)
from fake_server.storage.store import Store

JSON_TYPE = re.compile(r"application/(json|[^\s/;]+\+json)", re.IGNORECASE)
BEARER: Any = {"headers": {"www-authenticate": "Bearer"}}
# A JSON integer. An integer with more digits is out of range anyway, and int() refuses thousands of digits.
INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,17})", re.ASCII)


def authenticate(store: Store, authorization: str | None) -> Key:
    """The header must be `Bearer <key>`. Raises Unauthenticated (auth/...)."""
    if not authorization:
        raise Unauthenticated("Missing API key. Send it as 'Authorization: Bearer <key>'.", **BEARER)
    scheme, _, secret = authorization.partition(" ")
    if scheme.lower() != "bearer":
        message = "The Authorization header must use the scheme Bearer: 'Authorization: Bearer <key>'."
        raise Unauthenticated(message, **BEARER)
    key = store.key(secret)
    if key is None:
        raise UnknownKey(
            "Incorrect API key provided. Use one of the keys that the fake prints when it starts.", **BEARER
        )
    if not key.active:
        message = f"This API key ({key.label}) is switched off. Use another key, or switch this key on again."
        raise DeactivatedKey(message, **BEARER)
    return key


def parse_body(raw: bytes, content_type: str | None) -> object:
    """The JSON value; json_text has the rules. Raises UnsupportedMediaType and MalformedRequest."""
    if content_type is not None:
        _check_media_type(content_type)
    if not raw:
        raise MalformedRequest("The body is empty. Send a JSON object.")
    try:
        return json_text.parse(raw.decode())
    except UnicodeError:
        raise MalformedRequest("The body is not valid UTF-8. Send UTF-8.") from None
    except json_text.JsonError as error:
        raise MalformedRequest(f"The body {error}.") from None


@lru_cache(64)  # callers send very few different values
def _check_media_type(content_type: str) -> None:
    media, *parameters = (part.strip() for part in content_type.split(";"))
    charsets = [each.split("=", 1)[1].strip('" ').lower() for each in parameters if each.lower().startswith("charset=")]
    if not JSON_TYPE.fullmatch(media) or any(charset not in ("utf-8", "utf8") for charset in charsets):
        raise UnsupportedMediaType(f"Send the body as application/json in UTF-8, not as '{content_type:.100}'.")


def check_body(operation: Operation, value: object) -> dict[str, Any]:
    """`value`, an object that the schema of the operation accepts. Raises InvalidParameter and MalformedRequest."""
    if not isinstance(value, dict):
        raise MalformedRequest(f"The body must be a JSON object, not {describe_value(value)}.")
    if operation.body is not None:
        _check_schema(operation.body, value)
    return value


def check_query(operation: Operation, pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """The known parameters, with defaults added and integers as int. Raises InvalidParameter."""
    query: dict[str, Any] = {}
    for name, text in pairs:
        if name in query:
            raise InvalidParameter(f"'{name}' occurs more than once. Send it once.", name)
        if name in operation.parameters:
            query[name] = _parse_integer(text) if operation.parameters[name]["type"] == "integer" else text
    if query:
        _check_schema(operation.query, query)
    return operation.defaults | query


def _parse_integer(text: str) -> int | str:
    """An int if the text is an integer, else the text itself, which the schema then refuses."""
    return int(text) if INTEGER.fullmatch(text) else text


def _check_schema(validator: jsonschema_rs.Validator, value: dict[str, Any]) -> None:
    if validator.is_valid(value):
        return
    param, message = describe_error(next(iter(validator.iter_errors(value))))
    raise InvalidParameter(message, param)
