"""Every refusal by name, and the one table that gives it a status and an envelope; knows no HTTP library.

Refused
├── MalformedRequest      what came is not a request, or its body is missing or no object
├── NotJson               its body is no JSON
├── InvalidParameter      a field or a query parameter is missing or wrong
├── BoundAssistant        the key is bound to the assistant that it should delete
├── Unauthenticated       no key, or none that anybody was given
├── DeactivatedKey        a key that somebody was given, and that was switched off
├── UnknownAssistant      the organization has no such assistant
├── Forbidden             not for this caller, where a dialect says so
├── UnknownUrl            no operation has this path
├── WrongMethod           an operation has this path, but not by this method
├── BodyTooLarge          larger than x-body-limit
├── UnsupportedMediaType  said to be something else than JSON
├── TooManyRequests       the key's minute is used up
├── NotKept               the data file cannot be written, most often because the disk is full
└── Broken                a mistake of the fake itself
"""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any, NamedTuple


class Refused(Exception):
    """A call that is not done; `param` names the field or parameter at fault, `headers` go with the answer."""

    def __init__(self, message: str, param: str | None = None, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.param = param
        self.headers = dict(headers or {})


class MalformedRequest(Refused): ...


class NotJson(Refused): ...


class InvalidParameter(Refused): ...


class BoundAssistant(Refused): ...


class Unauthenticated(Refused): ...


class DeactivatedKey(Refused): ...


class UnknownAssistant(Refused): ...


class Forbidden(Refused): ...


class UnknownUrl(Refused): ...


class WrongMethod(Refused): ...


class BodyTooLarge(Refused): ...


class UnsupportedMediaType(Refused): ...


class TooManyRequests(Refused): ...


class NotKept(Refused): ...


class Broken(Refused): ...


class Kind(NamedTuple):
    """How a refusal reads on the wire: in the fake's envelope, unless it has a shape, made of message and status."""

    status: int
    type: str
    code: str | int | None = None
    shape: Callable[[str, int], Any] | None = None


# errors/types
TABLE: Mapping[type[Refused], Kind] = {
    MalformedRequest: Kind(400, "invalid_request_error"),
    NotJson: Kind(400, "invalid_request_error"),
    InvalidParameter: Kind(400, "invalid_request_error"),
    BoundAssistant: Kind(400, "invalid_request_error"),
    Unauthenticated: Kind(401, "authentication_error", "invalid_api_key"),
    DeactivatedKey: Kind(401, "authentication_error", "invalid_api_key"),
    UnknownAssistant: Kind(404, "not_found_error"),
    Forbidden: Kind(403, "permission_error"),
    UnknownUrl: Kind(404, "not_found_error"),
    WrongMethod: Kind(405, "invalid_request_error"),
    BodyTooLarge: Kind(413, "invalid_request_error"),
    UnsupportedMediaType: Kind(415, "invalid_request_error"),
    TooManyRequests: Kind(429, "rate_limit_error", "rate_limit_exceeded"),
    NotKept: Kind(507, "api_error"),
    Broken: Kind(500, "api_error"),
}


def envelope(message: str, type: str, param: str | None, code: str | int | None) -> dict[str, Any]:
    """OpenAI's shape of an error, all four keys always present (errors/envelope, errors/param-and-code-present)."""
    return {"error": {"message": message, "type": type, "param": param, "code": code}}


def framework(message: str, status: int) -> dict[str, Any]:
    """As a web framework answers by itself, before a service is asked."""
    return {"message": message, "error": HTTPStatus(status).phrase, "statusCode": status}


def message_alone(message: str, _: int) -> dict[str, Any]:
    return {"message": message}
