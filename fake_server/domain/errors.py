"""Every refusal by name, and the one table that gives it a status and an envelope; knows no HTTP library.

Refused
├── MalformedRequest      what came is not a request, or its body not JSON
├── InvalidParameter      a field or a query parameter is missing or wrong
│   └── UnknownCursor     nothing is listed that has the id in `after` or `before`
├── BoundAssistant        the key is bound to the assistant that it should delete
├── Unauthenticated       no key, or not as a Bearer
│   ├── UnknownKey        nobody was given it
│   └── DeactivatedKey    it was switched off
├── UnknownAssistant      the organization has no such assistant
│   └── ForeignAssistant  another organization has it, where a dialect tells so
├── UnknownUrl            no operation has this path
├── WrongMethod           an operation has this path, but not by this method
├── BodyTooLarge          larger than x-body-limit
├── UnsupportedMediaType  said to be something else than JSON
├── TooManyRequests       the key's minute is used up
├── Forbidden             a page of another origin, or a name that is not ours, at the control side
├── NotThere              the control side has nothing of this name
├── Faulted               what should go wrong, as the control side was told
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


class InvalidParameter(Refused): ...


class UnknownCursor(InvalidParameter): ...


class BoundAssistant(Refused): ...


class Unauthenticated(Refused): ...


class UnknownKey(Unauthenticated): ...


class DeactivatedKey(Unauthenticated): ...


class UnknownAssistant(Refused): ...


class ForeignAssistant(UnknownAssistant): ...


class UnknownUrl(Refused): ...


class WrongMethod(Refused): ...


class BodyTooLarge(Refused): ...


class UnsupportedMediaType(Refused): ...


class TooManyRequests(Refused): ...


class Forbidden(Refused): ...


class NotThere(Refused): ...


class NotKept(Refused): ...


class Broken(Refused): ...


class Kind(NamedTuple):
    """How a refusal reads on the wire: in the envelope, unless it has a `shape` of its own.

    `message` stands in the place of what the refusal would say.
    """

    status: int
    type: str
    code: str | None = None
    message: str | None = None
    shape: "Callable[[str, Kind], Any] | None" = None


class Faulted(Refused):
    """Brings its own status and type."""

    def __init__(self, kind: Kind, message: str, headers: Mapping[str, str]) -> None:
        super().__init__(message, headers=headers)
        self.kind = kind


# errors/types
TABLE: Mapping[type[Refused], Kind] = {
    MalformedRequest: Kind(400, "invalid_request_error"),
    InvalidParameter: Kind(400, "invalid_request_error"),
    UnknownCursor: Kind(400, "invalid_request_error"),
    BoundAssistant: Kind(400, "invalid_request_error"),
    Unauthenticated: Kind(401, "authentication_error", "invalid_api_key"),
    UnknownKey: Kind(401, "authentication_error", "invalid_api_key"),
    DeactivatedKey: Kind(401, "authentication_error", "invalid_api_key"),
    UnknownAssistant: Kind(404, "not_found_error"),
    ForeignAssistant: Kind(404, "not_found_error"),
    UnknownUrl: Kind(404, "not_found_error"),
    WrongMethod: Kind(405, "invalid_request_error"),
    BodyTooLarge: Kind(413, "invalid_request_error"),
    UnsupportedMediaType: Kind(415, "invalid_request_error"),
    TooManyRequests: Kind(429, "rate_limit_error", "rate_limit_exceeded"),
    Forbidden: Kind(403, "permission_error"),
    NotThere: Kind(404, "not_found_error"),
    NotKept: Kind(507, "api_error"),
    Broken: Kind(500, "api_error"),
}


def envelope(message: str, type: str, param: str | None, code: str | int | None) -> dict[str, Any]:
    """OpenAI's shape of an error, all four keys always present (errors/envelope, errors/param-and-code-present)."""
    return {"error": {"message": message, "type": type, "param": param, "code": code}}


def framework(message: str, kind: Kind) -> dict[str, Any]:
    """The shape that a web framework gives to what never reached the service."""
    return {"message": message, "error": HTTPStatus(kind.status).phrase, "statusCode": kind.status}


def message_alone(message: str, _: Kind) -> dict[str, Any]:
    return {"message": message}
