"""What a dialect changes of a fake that is put together: a part is replaced, or wrapped, once and never per call."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from secrets import token_hex
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from fake_server import errors
from fake_server.assistants import PREFIX, Key, Project, bare_project_id
from fake_server.contract import Operation
from fake_server.dialect import Dialect
from fake_server.errors import Forbidden, InvalidParameter, Kind, Refused, Unauthenticated, UnknownAssistant
from fake_server.handlers import Answer, Call, Handler
from fake_server.store import Store

if TYPE_CHECKING:
    from fake_server.fake import Fake

Query = Mapping[str, Any]
Page = tuple[list[Project], bool]
MODIFIES = ("modifyAssistant", "patchAssistant")


def speak(fake: "Fake", dialect: Dialect) -> None:
    """As the dialect says, for as long as the fake is there; without one nothing is touched."""
    for name, change in CHANGES.items():
        if name in dialect:
            change(fake, dialect[name])


def around(owner: object, name: str, new: Callable[..., Any]) -> None:
    """`new` in the place of a part; it gets the old one first, and then what the old one would."""
    setattr(owner, name, partial(new, getattr(owner, name)))


# ---- answers --------------------------------------------------------------------------------------------------------


def answering(fake: "Fake", operation: str, change: Callable[[Call, Answer], object]) -> None:
    async def handle(handler: Handler, call: Call) -> Answer:
        answer = await handler(call)
        change(call, answer)
        return answer

    fake.handlers[operation] = partial(handle, fake.handlers[operation])


def set_status(operation: str, fake: "Fake", value: int) -> None:
    answering(fake, operation, lambda _, answer: setattr(answer, "status", value))


def leave_out(names: Sequence[str], fake: "Fake", _: bool) -> None:
    answering(fake, "listAssistants", lambda _, answer: [answer.body.pop(name) for name in names])


def echo_id(fake: "Fake", _: bool) -> None:
    answering(fake, "deleteAssistant", lambda call, answer: answer.body.update(id=call.assistant))


def set_part(name: str, fake: "Fake", value: Any) -> None:
    setattr(fake, name, value)


def add_fields(fake: "Fake", value: dict[str, Any]) -> None:
    around(fake, "show", lambda show, *parts: show(*parts) | value)


def add_headers(fake: "Fake", value: dict[str, str]) -> None:
    around(fake, "common_headers", lambda headers: headers() | value)


def leave_out_request_id(fake: "Fake", _: bool) -> None:
    around(fake, "common_headers", lambda headers: {n: text for n, text in headers().items() if n != "x-request-id"})


def grant(fake: "Fake", value: list[str] | None) -> None:
    granted = {"access-control-allow-headers": ", ".join(value or ())}
    around(fake, "preflight_headers", lambda headers, asked: headers(asked) | granted)


# ---- ids ------------------------------------------------------------------------------------------------------------


def shape_ids(fake: "Fake", value: str) -> None:
    shapes: Mapping[str, Callable[[], str]] = {
        "uuid": lambda: str(uuid4()),
        "short": lambda: token_hex(6),
        # The number that the row will have, which no other ever had.
        "number": lambda: str(fake.store.table("projects").next),
    }
    fake.store.new_id = lambda _: shapes[value]()


def take_bare_ids(fake: "Fake", _: bool) -> None:
    """In a path, and where a page begins or ends."""

    def page(old: Callable[..., Page], projects: Sequence[Project], query: Query) -> Page:
        cursors = {n: PREFIX + bare_project_id(query[n]) for n in ("after", "before") if n in query}
        return old(projects, {**query, **cursors})

    fake.project_id = bare_project_id
    around(fake, "page", page)


# ---- bodies ---------------------------------------------------------------------------------------------------------


def keep_despite_null(field: str, fake: "Fake", value: str) -> None:
    """A null that changes nothing is as if it were not there."""

    def check(old: Callable[..., dict[str, Any]], operation: Operation, value: object) -> dict[str, Any]:
        body = old(operation, value)
        dropped = operation.id in MODIFIES and body.get(field, "") is None
        return {name: each for name, each in body.items() if name != field} if dropped else body

    if value == "keep":
        around(fake, "check_body", check)


def take_no_body(fake: "Fake", _: str) -> None:
    """For an empty object, which a create still refuses."""
    around(fake, "parse_body", lambda parse, raw, content_type: parse(raw or b"{}", content_type))


# ---- lists ----------------------------------------------------------------------------------------------------------


def without(query: Query, name: str | None) -> Query:
    return {each: value for each, value in query.items() if each != name}


def change_paging(fake: "Fake", value: str) -> None:
    if value == "one-page":
        fake.page = lambda projects, _: (list(projects[::-1]), False)
    else:
        around(fake, "page", lambda page, projects, query: page(projects, without(query, "before")))


def tolerate_cursors(fake: "Fake", value: int | str) -> None:
    def page(old: Callable[..., Page], projects: Sequence[Project], query: Query) -> Page:
        try:
            return old(projects, query)
        except InvalidParameter as unknown:
            if value == 404:
                raise UnknownAssistant(unknown.message, unknown.param) from None
            return ([], False) if value == "empty" else page(old, projects, without(query, unknown.param))

    around(fake, "page", page)


def refuse_unknown_query(fake: "Fake", _: str) -> None:
    def check(old: Callable[..., Query], operation: Operation, pairs: Iterable[tuple[str, str]]) -> Query:
        given = list(pairs)
        for name, _ in given:
            if name not in operation.parameters:
                raise InvalidParameter(f"Unknown parameter: '{name:.100}'. Leave it out.", name[:100])
        return old(operation, given)

    around(fake, "check_query", check)


# ---- errors ---------------------------------------------------------------------------------------------------------


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
    around(fake, "envelope", lambda envelope, *parts: {"error": dict(without(envelope(*parts)["error"], name))})


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


# ---- the limiter ----------------------------------------------------------------------------------------------------


def set_limiter(name: str, fake: "Fake", value: Any) -> None:
    setattr(fake.limiter, name, value)


# In the order in which they are made.
CHANGES: Mapping[str, Callable[["Fake", Any], None]] = {
    "answers.create_status": partial(set_status, "createAssistant"),
    "answers.modify_status": partial(set_status, "modifyAssistant"),
    "answers.cleared_by_create": partial(set_part, "cleared_by_create"),
    "answers.cleared_by_modify": partial(set_part, "cleared_by_modify"),
    "answers.extra_fields": add_fields,
    "answers.extra_headers": add_headers,
    "answers.sorted_keys": partial(set_part, "sorted_keys"),
    "answers.request_id": leave_out_request_id,
    "ids.shape": shape_ids,
    "ids.bare_accepted": take_bare_ids,
    "ids.echo_as_sent": echo_id,
    "bodies.null_name": partial(keep_despite_null, "name"),
    "bodies.null_instructions": partial(keep_despite_null, "instructions"),
    "bodies.empty_modify": take_no_body,
    "lists.has_more": partial(leave_out, ["has_more"]),
    "lists.first_and_last_id": partial(leave_out, ["first_id", "last_id"]),
    "lists.paging": change_paging,
    "lists.unknown_cursor": tolerate_cursors,
    "lists.unknown_query": refuse_unknown_query,
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
    "limiter.per": lambda fake, value: set_limiter("per_address", fake, value == "ip"),
    "limiter.per_operation": partial(set_limiter, "per_operation"),
    # Ahead of its key a call is nobody's, and so only an address can pay for it.
    "limiter.before_auth": lambda fake, value: set_limiter("before_auth", fake, value and fake.limiter.per_address),
    "limiter.window": lambda fake, value: set_limiter("fixed", fake, value == "fixed"),
    "limiter.block": partial(set_limiter, "block"),
    "limiter.headers": partial(set_limiter, "told"),
    "browser.allow_headers": grant,
}
