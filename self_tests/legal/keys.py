"""The free choices of a key: the scheme in lower case, bad bodies before keys, and the key of a deleted assistant."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from contract_tests.http.operations import CREATE, MODIFIES
from fake_server.domain.errors import DeactivatedKey, Refused, Unauthenticated
from fake_server.fake import Fake
from fake_server.storage.store import Store
from self_tests.legal.choices import choice, setting
from self_tests.wrong.wrong_server import around, letting_in, operation_of

setting("errors.deactivated_key", 403)


@choice("bearer in lower case")
def bearer_in_lower_case_is_refused(fake: Fake) -> None:
    def authenticate(old: Any, store: Store, authorization: str | None) -> Any:
        if authorization and authorization.startswith("bearer "):
            raise Unauthenticated("The scheme is Bearer.")
        return old(store, authorization)

    around(fake, "authenticate", authenticate)


@choice("the order of the checks")
def a_bad_body_is_refused_before_the_key(fake: Fake) -> None:
    bad: set[int] = set()

    @web.middleware
    async def read(request: web.Request, handler: Any) -> Any:
        if operation_of(request) in (CREATE, *MODIFIES) and not await _is_good(fake, request):
            bad.add(id(request))
        return await handler(request)

    fake.middlewares.append(read)
    letting_in(fake, lambda request: id(request) in bad)


async def _is_good(fake: Fake, request: web.Request) -> bool:
    operation = next(each for each in fake.contract.operations if each.id == operation_of(request))
    try:
        fake.check_body(operation, fake.parse_body(await request.read(), request.headers.get("content-type")))
    except (Refused, web.HTTPException):
        return False
    return True


@choice("the key of a deleted assistant")
def it_is_refused(fake: Fake) -> None:
    _refusing_orphans(fake, Unauthenticated)


@choice("the key of a deleted assistant")
def it_is_deactivated(fake: Fake) -> None:
    _refusing_orphans(fake, DeactivatedKey)


def _refusing_orphans(fake: Fake, refusal: type[Refused]) -> None:
    def authenticate(old: Any, store: Store, authorization: str | None) -> Any:
        key = old(store, authorization)
        if store.find(key.project) is None:
            raise refusal("The assistant of this key is gone.")
        return key

    around(fake, "authenticate", authenticate)
