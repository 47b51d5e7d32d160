"""How a refusal reads: its status, its shape, and what stands in it."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from fake_server import errors
from fake_server.assistants import Key
from fake_server.errors import Forbidden, Kind, Refused, Unauthenticated, UnknownAssistant
from fake_server.handlers import Answer, Call, Handler
from fake_server.speech.parts import Change, around
from fake_server.store import Store

if TYPE_CHECKING:
    from fake_server.fake import Fake


def set_kind(refused: type[Refused], fake: "Fake", **change: Any) -> None:
    fake.error_table[refused] = fake.error_table[refused]._replace(**change)


def set_shape(refused: type[Refused], fake: "Fake", _: str) -> None:
    set_kind(refused, fake, shape=errors.framework)


def refuse_method(fake: "Fake", value: int) -> None:
    set_kind(errors.WrongMethod, fake, status=value, type="not_found_error")


def refuse_deactivated(fake: "Fake", value: int) -> None:
    fake.error_table[errors.DeactivatedKey] = Kind(value, "permission_error")


def refuse_large(fake: "Fake", value: int) -> None:
    set_kind(errors.BodyTooLarge, fake, status=value, shape=errors.message_alone if value == 500 else None)


def rename_types(fake: "Fake", _: str) -> None:
    """As OpenAI's own API has them."""
    named = {"authentication_error": "invalid_request_error", "not_found_error": "invalid_request_error"}
    for refused, kind in fake.error_table.items():
        set_kind(refused, fake, type={**named, "rate_limit_error": "requests"}.get(kind.type, kind.type))


def change_code(fake: "Fake", value: str) -> None:
    for refused, kind in fake.error_table.items():
        set_kind(refused, fake, code=kind.status if value == "numeric" else None)
    if value == "absent":
        leave_out_of_error(fake, "code")


def change_param(fake: "Fake", value: str) -> None:
    around(fake, "envelope", lambda envelope, message, type, _, code: envelope(message, type, None, code))
    if value == "absent":
        leave_out_of_error(fake, "param")


def leave_out_of_error(fake: "Fake", name: str) -> None:
    def envelope(old: Callable[..., Any], *parts: Any) -> Any:
        told = old(*parts)
        del told["error"][name]
        return told

    around(fake, "envelope", envelope)


def tell_foreign(fake: "Fake", _: int) -> None:
    """Whose it is not, where the id is another organization's; as unknown stays what nobody has."""

    async def handle(handler: Handler, call: Call) -> Answer:
        try:
            return await handler(call)
        except UnknownAssistant as unknown:
            for id in (call.assistant, call.query.get("after", ""), call.query.get("before", "")):
                found = fake.store.find(fake.project_id(id))
                if found is not None and found.organization != call.key.organization:
                    raise Forbidden("This assistant is another organization's.") from unknown
            raise

    for operation, handler in fake.handlers.items():
        fake.handlers[operation] = partial(handle, handler)


def word_key(bearer: bool, fake: "Fake", value: str) -> None:
    """What is said of a key where one is borne, or where none is."""

    def authenticate(old: Callable[..., Key], store: Store, authorization: str | None) -> Key:
        try:
            return old(store, authorization)
        except Unauthenticated as refusal:
            borne = (authorization or "").lower().startswith("bearer ")
            message = value if borne == bearer else refusal.message
            raise Unauthenticated(message, headers=refusal.headers) from None

    around(fake, "authenticate", authenticate)


CHANGES: Mapping[str, Change] = {
    "errors.foreign_status": tell_foreign,
    "errors.deactivated_key": refuse_deactivated,
    "errors.unknown_url": partial(set_shape, errors.UnknownUrl),
    "errors.wrong_method": refuse_method,
    "errors.wrong_method_shape": partial(set_shape, errors.WrongMethod),
    "errors.bad_json": partial(set_shape, errors.NotJson),
    "errors.body_too_large": refuse_large,
    "errors.missing_key": partial(word_key, False),
    "errors.unknown_key": partial(word_key, True),
    # They change what the ones above have set.
    "errors.types": rename_types,
    "errors.code": change_code,
    "errors.param": change_param,
}
