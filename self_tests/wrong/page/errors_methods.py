"""Wrong servers for methods and URLs: they answer methods that nobody has, and URLs near the ones of the API."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from aiohttp import web

from fake_server.domain.assistants import PREFIX
from fake_server.fake import Fake
from self_tests.wrong.wrong_server import everyone, instead, wrong

METHOD, URL, CRASH = "errors/wrong-method-is-405-or-404", "errors/unknown-url-is-404", "errors/never-5xx"


def is_below(request: web.Request) -> bool:
    return "/assistants/" in request.path and request.raw_path.rpartition("/assistants/")[2].count("/") > 0


@wrong(METHOD, each=["TRACE", "PROPFIND"])
def a_method_is_answered(fake: Fake, method: str) -> None:
    instead(fake, lambda request: request.method == method, 200, {"ok": True})


@wrong(METHOD)
def any_other_method_is_a_get(fake: Fake) -> None:
    """The dispatch has a default."""
    known = ("GET", "POST", "PATCH", "DELETE", "OPTIONS", "PUT", "HEAD")
    as_method(fake, lambda request: "" if request.method in known else "GET")


def as_method(fake: Fake, choose: Callable[[web.Request], str]) -> None:
    @web.middleware
    async def middleware(request: web.Request, handler: Callable[..., Awaitable[web.Response]]) -> web.Response:
        method = choose(request)
        return await handler(request.clone(method=method) if method else request)

    fake.middlewares.append(middleware)


@wrong(CRASH, each=["TRACE", "PROPFIND"])
def a_method_breaks_the_dispatch(fake: Fake, method: str) -> None:
    instead(fake, lambda request: request.method == method, 500, {})


@wrong(CRASH)
def a_head_with_a_body_breaks_the_dispatch(fake: Fake) -> None:
    instead(fake, lambda request: request.method == "HEAD" and request.body_exists, 500, {})


@wrong(CRASH)
def an_escaped_way_up_breaks_the_router(fake: Fake) -> None:
    instead(fake, lambda request: "%2F.." in request.raw_path, 500, {})


@wrong(CRASH)
def a_head_breaks_the_dispatch(fake: Fake) -> None:
    instead(fake, lambda request: request.method == "HEAD", 500, {})


@wrong(URL, each=["x", "instructions"])
def below_an_assistant_there_is(fake: Fake, rest: str) -> None:
    """The route has no end."""
    routing(fake, lambda path: path.removesuffix(f"/{rest}"), ("GET",))


@wrong(URL, each=["POST", "PATCH", "DELETE"])
def a_path_below_an_assistant_is_the_assistant_for(fake: Fake, method: str) -> None:
    routing(fake, lambda path: path.removesuffix("/x"), (method,))


def routing(fake: Fake, change: Callable[[str], str], methods: tuple[str, ...]) -> None:
    """Handles a URL below a real assistant as another URL."""

    @web.middleware
    async def middleware(request: web.Request, handler: Callable[..., Awaitable[web.Response]]) -> web.Response:
        real = any(PREFIX + each.id + "/" in request.path for each in everyone(fake))
        if real and request.method in methods and change(request.path) != request.path:
            return await handler(request.clone(rel_url=change(request.path)))
        return await handler(request)

    fake.middlewares.append(middleware)


@wrong(URL)
def below_an_assistant_nothing_is_found_with_200(fake: Fake) -> None:
    instead(fake, lambda request: is_below(request) and request.path.endswith("/x"), 200, {"data": []})
