"""Wrong servers for keys: the check is missing, too lax, too late, or answers a wrong status."""

from __future__ import annotations

from aiohttp import web

from contract_tests.http.operations import CREATE, DELETE, LIST, MODIFY, PATCH, RETRIEVE
from fake_server.domain.assistants import Key
from fake_server.domain.errors import Unauthenticated
from fake_server.fake import Fake
from fake_server.storage.seed import KEYS
from fake_server.storage.store import Store
from self_tests.wrong.wrong_server import (
    OPERATIONS,
    around,
    error,
    kind,
    letting_in,
    operation_of,
    raw,
    refusal,
    responding,
    wrong,
)

WITHOUT, UNKNOWN, OTHER = "auth/missing-key-refused", "auth/unknown-key-refused", "auth/other-scheme-refused"


def header(request: web.Request) -> str:
    return request.headers.get("Authorization", "")


def is_known(request: web.Request) -> bool:
    return header(request) in [f"Bearer {key.secret}" for key in KEYS]


def is_unknown(request: web.Request) -> bool:
    return header(request).startswith("Bearer ") and not is_known(request)


@wrong(WITHOUT, each=OPERATIONS)
def an_operation_without_its_guard(fake: Fake, operation: str) -> None:
    """A route was added later, without the dependency that checks the key."""
    letting_in(fake, lambda request: not header(request) and operation_of(request) == operation)


@wrong(UNKNOWN, each=[LIST, RETRIEVE, PATCH])
def an_operation_that_only_wants_some_key(fake: Fake, operation: str) -> None:
    letting_in(fake, lambda request: is_unknown(request) and operation_of(request) == operation)


@wrong(WITHOUT, UNKNOWN, OTHER)
def no_guard_at_all(fake: Fake) -> None:
    letting_in(fake, lambda request: not is_known(request))


@wrong(UNKNOWN)
def any_key_of_the_right_looks(fake: Fake) -> None:
    letting_in(fake, lambda request: header(request).startswith("Bearer sk-") and not is_known(request))


@wrong(UNKNOWN)
def an_unknown_key_opens_an_empty_organization(fake: Fake) -> None:
    """The server creates a tenant for every key."""
    around(fake.store, "key", lambda key, secret: key(secret) or Key(secret, "new", "org-globex", secret))


@wrong(WITHOUT, UNKNOWN, OTHER, each=[403, 404])
def strangers_are_refused_with(fake: Fake, status: int) -> None:
    kind(fake, Unauthenticated, status=status, type="invalid_request_error")


@wrong(WITHOUT)
def no_key_is_forbidden_and_a_wrong_one_unauthorized(fake: Fake) -> None:
    """For years FastAPI's HTTPBearer answered 403 for a missing header."""
    refused = refusal(fake, 403)

    def authenticate(old: object, store: Store, authorization: str | None) -> Key:
        if not authorization:
            raise refused
        return old(store, authorization)  # type: ignore[operator, no-any-return]

    around(fake, "authenticate", authenticate)


@wrong("errors/never-5xx")
def an_unknown_key_is_looked_up_and_crashes(fake: Fake) -> None:
    """The code is `keys[secret]`, and nothing checks that the key exists."""
    around(fake.store, "key", lambda old, secret: next(key for key in [old(secret)] if key.secret))


@wrong(OTHER)
def the_scheme_is_not_looked_at(fake: Fake) -> None:
    """`authorization.split(" ")[-1]` takes the last word as the key."""
    around(fake, "authenticate", lambda old, store, given: old(store, given and "Bearer " + given.split(" ")[-1]))


@wrong(OTHER)
def basic_is_as_good_as_bearer(fake: Fake) -> None:
    letting_in(fake, lambda request: header(request).startswith("Basic "))


@wrong(OTHER, "errors/types")
def another_scheme_is_a_bad_request(fake: Fake) -> None:
    responding(fake, lambda response: response.set_status(400), lambda request, _: has_other_scheme(request))


def has_other_scheme(request: web.Request) -> bool:
    return header(request) != "" and not header(request).startswith("Bearer ")


@wrong("auth/refused-changes-nothing", each=[CREATE, MODIFY, PATCH, DELETE])
def done_first_and_refused_afterwards(fake: Fake, operation: str) -> None:
    """The handler runs first, and the guard looks at its answer."""
    letting_in(fake, lambda request: not is_known(request) and operation_of(request) == operation, and_refuse=True)


@wrong("auth/refused-changes-nothing")
def a_wrong_key_creates_before_it_is_refused(fake: Fake) -> None:
    letting_in(fake, lambda request: "stranger" in header(request) and operation_of(request) == CREATE, and_refuse=True)


@wrong(WITHOUT, "auth/unknown-key-refused", "auth/other-scheme-refused", each=[LIST, RETRIEVE])
def a_refusal_that_tells_what_is_there(fake: Fake, operation: str) -> None:
    """The message is one of a debug build."""

    def with_the_name(response: web.Response) -> web.Response:
        names = ", ".join(project.title or "" for project in fake.store.projects("org-acme"))
        return raw(response, error(names, "authentication_error"))

    responding(fake, with_the_name, lambda request, status: status == 401 and operation_of(request) == operation)
