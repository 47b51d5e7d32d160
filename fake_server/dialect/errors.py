"""Settings for refusals: the table of errors and the envelope."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from operator import attrgetter
from typing import Any

from fake_server.domain.errors import (
    BodyTooLarge,
    DeactivatedKey,
    ForeignAssistant,
    MalformedRequest,
    Refused,
    Unauthenticated,
    UnknownAssistant,
    UnknownKey,
    UnknownUrl,
    WrongMethod,
    framework,
    message_alone,
)
from fake_server.fake import Answer, Call, Fake, Handler

# error.type as OpenAI's own API gives it.
TYPES = {
    "authentication_error": "invalid_request_error",
    "not_found_error": "invalid_request_error",
    "rate_limit_error": "requests",
}


def set_kind(fake: Fake, value: Any, *, refusal: type[Refused], field: str = "status", **more: Any) -> None:
    """Set one field of the Kind of this refusal, and the fields in `more`."""
    fake.error_table[refusal] = fake.error_table[refusal]._replace(**{field: value}, **more)


def _use_framework_shape(fake: Fake, _: str, refusal: type[Refused]) -> None:
    set_kind(fake, framework, refusal=refusal, field="shape")


def _set_too_large(fake: Fake, status: int) -> None:
    set_kind(fake, status, refusal=BodyTooLarge, shape=message_alone if status == 500 else None)


def _reveal_foreign(fake: Fake, status: int) -> None:
    set_kind(fake, status, refusal=ForeignAssistant, type="permission_error")
    for operation in ("getAssistant", "modifyAssistant", "patchAssistant", "deleteAssistant"):
        fake.handlers[operation] = partial(_refuse_foreign, fake.handlers[operation])


async def _refuse_foreign(handle: Handler, call: Call) -> Answer:
    """Raises ForeignAssistant and the errors of the handler."""
    try:
        return await handle(call)
    except UnknownAssistant as refusal:
        if call.fake.store.find(call.fake.project_id(call.assistant)) is None:
            raise
        raise ForeignAssistant(refusal.message) from None


def _change_envelope(fake: Fake, change: Callable[[dict[str, Any]], object]) -> None:
    """Let `change` modify the `error` object of each refusal."""
    envelope = fake.envelope

    def changed(*arguments: Any) -> Any:
        body = envelope(*arguments)
        change(body["error"])
        return body

    fake.envelope = changed


def _set_types(fake: Fake, _: str) -> None:
    _change_envelope(fake, lambda error: error.update(type=TYPES.get(error["type"], error["type"])))


def _set_code(fake: Fake, code: str) -> None:
    fake.code_of = attrgetter("status") if code == "numeric" else _no_code
    if code == "absent":
        _change_envelope(fake, lambda error: error.pop("code"))


def _no_code(_: object) -> None: ...


def _set_param(fake: Fake, param: str) -> None:
    _change_envelope(fake, lambda error: error.pop("param") if param == "absent" else error.update(param=None))


SETTINGS: Mapping[str, Callable[[Fake, Any], None]] = {
    "errors.types": _set_types,
    "errors.code": _set_code,
    "errors.param": _set_param,
    "errors.foreign_status": _reveal_foreign,
    "errors.deactivated_key": partial(set_kind, refusal=DeactivatedKey, type="permission_error", code=None),
    "errors.unknown_url": partial(_use_framework_shape, refusal=UnknownUrl),
    "errors.wrong_method": partial(set_kind, refusal=WrongMethod, type="not_found_error"),
    "errors.wrong_method_shape": partial(_use_framework_shape, refusal=WrongMethod),
    "errors.bad_json": partial(_use_framework_shape, refusal=MalformedRequest),
    "errors.body_too_large": _set_too_large,
    "errors.missing_key": partial(set_kind, refusal=Unauthenticated, field="message"),
    "errors.unknown_key": partial(set_kind, refusal=UnknownKey, field="message"),
}
