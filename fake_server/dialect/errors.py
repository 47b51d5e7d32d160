"""How a refusal reads: the fake's table of errors, and its envelope."""

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

# error.type, as OpenAI's own API spells it.
TYPES = {
    "authentication_error": "invalid_request_error",
    "not_found_error": "invalid_request_error",
    "rate_limit_error": "requests",
}


def reads(fake: Fake, value: Any, *, refusal: type[Refused], field: str = "status", **more: Any) -> None:
    """Sets a field of the refusal's Kind, and `more` of them."""
    fake.error_table[refusal] = fake.error_table[refusal]._replace(**{field: value}, **more)


def framed(fake: Fake, _: str, refusal: type[Refused]) -> None:
    reads(fake, framework, refusal=refusal, field="shape")


def read_too_large(fake: Fake, status: int) -> None:
    reads(fake, status, refusal=BodyTooLarge, shape=message_alone if status == 500 else None)


def tell_foreign(fake: Fake, status: int) -> None:
    reads(fake, status, refusal=ForeignAssistant, type="permission_error")
    for operation in ("getAssistant", "modifyAssistant", "patchAssistant", "deleteAssistant"):
        fake.handlers[operation] = partial(telling, fake.handlers[operation])


async def telling(handle: Handler, call: Call) -> Answer:
    """Raises ForeignAssistant, and what the handler raises."""
    try:
        return await handle(call)
    except UnknownAssistant as refusal:
        if call.fake.store.find(call.fake.project_id(call.assistant)) is None:
            raise
        raise ForeignAssistant(refusal.message) from None


def enveloped(fake: Fake, change: Callable[[dict[str, Any]], object]) -> None:
    """Changes what stands in the envelope, in place."""
    envelope = fake.envelope

    def changed(*said: Any) -> Any:
        body = envelope(*said)
        change(body["error"])
        return body

    fake.envelope = changed


def spell_types(fake: Fake, _: str) -> None:
    enveloped(fake, lambda error: error.update(type=TYPES.get(error["type"], error["type"])))


def spell_code(fake: Fake, code: str) -> None:
    fake.code_of = attrgetter("status") if code == "numeric" else no_code
    if code == "absent":
        enveloped(fake, lambda error: error.pop("code"))


def no_code(_: object) -> None: ...


def spell_param(fake: Fake, param: str) -> None:
    enveloped(fake, lambda error: error.pop("param") if param == "absent" else error.update(param=None))


CHOICES: Mapping[str, Callable[[Fake, Any], None]] = {
    "errors.types": spell_types,
    "errors.code": spell_code,
    "errors.param": spell_param,
    "errors.foreign_status": tell_foreign,
    "errors.deactivated_key": partial(reads, refusal=DeactivatedKey, type="permission_error", code=None),
    "errors.unknown_url": partial(framed, refusal=UnknownUrl),
    "errors.wrong_method": partial(reads, refusal=WrongMethod, type="not_found_error"),
    "errors.wrong_method_shape": partial(framed, refusal=WrongMethod),
    "errors.bad_json": partial(framed, refusal=MalformedRequest),
    "errors.body_too_large": read_too_large,
    "errors.missing_key": partial(reads, refusal=Unauthenticated, field="message"),
    "errors.unknown_key": partial(reads, refusal=UnknownKey, field="message"),
}
