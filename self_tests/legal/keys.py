"""The free choices of a key: the scheme in lower case, bad bodies before keys, and the key of a deleted assistant."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from contract_tests.http.operations import CREATE, MODIFIES
from fake_server.domain.errors import DeactivatedKey, Refused, Unauthenticated
from fake_server.fake import Fake
from fake_server.http.web import build_response, render_refusal
from fake_server.storage.store import Store
from self_tests.legal.choices import choice, setting
from self_tests.wrong.wrong_server import around, operation_of

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
    @web.middleware
    async def check(request: web.Request, handler: Any) -> Any:
        if operation_of(request) in (CREATE, *MODIFIES):
            try:
                await _check_body(fake, request)
            except Refused as refusal:
                return build_response(fake, render_refusal(fake, refusal), None)
            except (web.HTTPException, web.RequestPayloadError):
                pass  # the fake itself refuses a body that cannot be read
        return await handler(request)

    fake.middlewares.append(check)


async def _check_body(fake: Fake, request: web.Request) -> None:
    """Raises Refused."""
    operation = next(each for each in fake.contract.operations if each.id == operation_of(request))
    raw = await request.read()
    if raw or operation.body_required:
        fake.check_body(operation, fake.parse_body(raw, request.headers.get("content-type")))


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
