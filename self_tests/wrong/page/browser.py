"""Wrong preflights: with them the SDK cannot call the server from a web page."""

from __future__ import annotations

from fake_server.fake import Fake
from self_tests.wrong.wrong_server import around, error, instead, wrong

PREFLIGHT = "browser/preflight"
ALLOWED = {
    "what the service itself allows": "content-type, authorization",
    "openai-beta left out": None,
    "x-stainless left out": "authorization, content-type, openai-beta",
    "a star, which does not cover the key's header": "*",
    "a star within a name": "authorization, content-type, openai-beta, x-stainless-*",
}


@wrong(PREFLIGHT, each=ALLOWED)
def a_preflight_allows(fake: Fake, what: str) -> None:
    def headers(old: object, requested: str) -> dict[str, str]:
        allowed = ALLOWED[what]
        names = requested.replace("openai-beta,", "") if allowed is None else allowed
        return {**old(requested), "access-control-allow-headers": names}  # type: ignore[operator]

    around(fake, "preflight_headers", headers)


@wrong(PREFLIGHT, each=["PATCH"])
def a_preflight_does_not_allow(fake: Fake, method: str) -> None:
    methods = ", ".join(other for other in ("GET", "POST", "PATCH", "DELETE") if other != method)
    around(fake, "preflight_headers", lambda old, requested: old(requested) | {"access-control-allow-methods": methods})


@wrong(PREFLIGHT, each=[401, 405])
def a_preflight_is_refused_with(fake: Fake, status: int) -> None:
    """The guard of the key stands before the preflight, or the server does not handle OPTIONS."""
    instead(fake, lambda request: request.method == "OPTIONS", status, error())


@wrong(PREFLIGHT)
def no_origin_is_allowed(fake: Fake) -> None:
    fake.common_headers = dict


@wrong(PREFLIGHT)
def another_origin_is_allowed(fake: Fake) -> None:
    around(fake, "common_headers", lambda old: old() | {"access-control-allow-origin": "https://ragen.example"})
