"""What comes in, judged before a handler sees it: the key, the body, the query; knows no HTTP library."""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import jsonschema_rs

from fake_server.contract import json_text
from fake_server.contract.openapi import Operation
from fake_server.contract.validation_messages import described, explained
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
# A JSON integer; one of more digits than this fits no bound anyway, and int() refuses thousands of them.
BEARER: Any = {"headers": {"www-authenticate": "Bearer"}}
INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,17})", re.ASCII)


def authenticate(store: Store, authorization: str | None) -> Key:
    """The key's record, from exactly `Bearer <key>`; raises Unauthenticated (auth/...)."""
    if not authorization:
        raise Unauthenticated("Missing API key. Send it as 'Authorization: Bearer <key>'.", **BEARER)
    scheme, _, secret = authorization.partition(" ")
    if scheme.lower() != "bearer":
        message = "The API key must be sent as 'Authorization: Bearer <key>', under no other scheme."
        raise Unauthenticated(message, **BEARER)
    key = store.key(secret)
    if key is None:
        raise UnknownKey("Incorrect API key provided. Use one of the keys that the fake names at its start.", **BEARER)
    if not key.active:
        message = f"This API key ({key.label}) was switched off. Use another one, or switch it on again."
        raise DeactivatedKey(message, **BEARER)
    return key


def parse_body(raw: bytes, content_type: str | None) -> object:
    """The JSON value, by the rules of json_text; raises UnsupportedMediaType and MalformedRequest."""
    if content_type is not None:
        check_media_type(content_type)
    if not raw:
        raise MalformedRequest("The body is empty. Send a JSON object.")
    try:
        return json_text.parse(raw.decode())
    except UnicodeError:
        raise MalformedRequest("The body holds bytes that are not UTF-8. Send UTF-8.") from None
    except json_text.JsonError as error:
        raise MalformedRequest(f"The body {error}.") from None


@lru_cache(64)  # callers send one of very few
def check_media_type(content_type: str) -> None:
    media, *parameters = (part.strip() for part in content_type.split(";"))
    charsets = [each.split("=", 1)[1].strip('" ').lower() for each in parameters if each.lower().startswith("charset=")]
    if not JSON_TYPE.fullmatch(media) or any(charset not in ("utf-8", "utf8") for charset in charsets):
        raise UnsupportedMediaType(f"Send the body as application/json in UTF-8, not as '{content_type:.100}'.")


def check_body(operation: Operation, value: object) -> dict[str, Any]:
    """The object that the operation takes; raises InvalidParameter, and MalformedRequest for what is no object."""
    if not isinstance(value, dict):
        raise MalformedRequest(f"The body must be a JSON object, not {described(value)}.")
    if operation.body is not None:
        check(operation.body, value)
    return value


def check_query(operation: Operation, pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """The parameters that the operation knows, defaults filled in, integers as int; raises InvalidParameter."""
    query: dict[str, Any] = {}
    for name, text in pairs:
        if name in query:
            raise InvalidParameter(f"'{name}' was given more than once. Give it once.", name)
        if name in operation.parameters:
            query[name] = integer(text) if operation.parameters[name]["type"] == "integer" else text
    if query:
        check(operation.query, query)
    return operation.defaults | query


def integer(text: str) -> int | str:
    """An int if the text is one, else the text, which the schema then refuses."""
    return int(text) if INTEGER.fullmatch(text) else text


def check(validator: jsonschema_rs.Validator, value: dict[str, Any]) -> None:
    if validator.is_valid(value):
        return
    param, message = explained(next(iter(validator.iter_errors(value))))
    raise InvalidParameter(message, param)
