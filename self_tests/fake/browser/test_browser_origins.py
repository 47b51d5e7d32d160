"""Pages from the internet call the fake: the origins with a default port, and the browser's question to its user."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from fake_server.compose import compose
from fake_server.http.middlewares import allow_origins
from fake_server.http.server import serve

# A browser calls the fake by HTTP, as the other tests of the fake do.
pytestmark = pytest.mark.any_python

CALL = """
url => fetch(`${url}/assistants`, { headers: { authorization: "Bearer sk-fake-primary" } })
    .then(answer => answer.status, error => error.constructor.name)
"""
LOCAL_NETWORK = "local-network-access"


def called(chromium: Browser, origin: str, allowed: str, *permissions: str) -> int | str:
    """The status of a call by a page of this origin, or the error that the page gets."""
    fake = compose(rate_limit=None)
    allow_origins(fake, [allowed])
    with serve(fake) as base_url, chromium.new_context() as context:
        context.grant_permissions([*permissions], origin=origin)
        page = context.new_page()
        everything = f"{origin}/**"
        page.route(everything, lambda route: route.fulfill(content_type="text/html", body="<title>Elsewhere</title>"))
        page.goto(f"{origin}/")
        page.unroute(everything)  # while a page has routes, Playwright answers the preflights itself
        answered: int | str = page.evaluate(CALL, base_url)
        return answered


@pytest.mark.parametrize(
    ("origin", "allowed", "came"),
    [
        ("https://app.test", "https://app.test:443", 200),
        ("https://app.test", "https://app.test:8443", "TypeError"),
        ("https://app.test", "https://app.test:*", 200),
        ("https://app.test:8443", "https://app.test:443", "TypeError"),
    ],
)
def test_an_origin_without_a_port_has_the_default_port(
    chromium: Browser, origin: str, allowed: str, came: int | str
) -> None:
    """A browser leaves the default port out of the origin. --cors takes the origin with that port for the same."""
    assert called(chromium, origin, allowed, LOCAL_NETWORK) == came


def test_a_page_from_the_internet_needs_the_users_permission(chromium: Browser) -> None:
    """The browser refuses by itself. The fake's answer cannot change that, and docs/frontend.md says what does."""
    assert called(chromium, "https://app.test", "https://app.test") == "TypeError"
