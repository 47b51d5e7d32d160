"""--base-path: the same API under another path than /v1."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

import click
import httpx2
import pytest

from fake_server.cli import command
from fake_server.compose import compose
from fake_server.control.client import ControlClient
from fake_server.control.mount import attach
from fake_server.domain.clock import Clock
from fake_server.fake import Fake
from fake_server.http.server import serve

HEADERS = {"Authorization": "Bearer sk-fake-primary"}


def served(base_path: str, dialect: dict[str, str] | None = None) -> Fake:
    clock = Clock()
    fake = compose(rate_limit=None, now=clock.now, base_path=base_path, dialect=dialect)
    attach(fake, clock)
    return fake


@pytest.fixture(params=["", "/openai/v1", "/a.b"])
def url(request: pytest.FixtureRequest) -> Iterator[str]:
    with serve(served(request.param)) as url:
        assert url.endswith(request.param)
        yield url


def status(url: str) -> int:
    return httpx2.get(url, headers=HEADERS, trust_env=False, verify=False).status_code


def test_the_api_is_under_the_path(url: str) -> None:
    """The operations are under the path and nowhere else, and a dot in the path is no wildcard."""
    made = httpx2.post(f"{url}/assistants", headers=HEADERS, json={"name": "a"}, trust_env=False, verify=False).json()

    assert status(f"{url}/assistants/{made['id']}") == 200
    assert status(f"{url}/v1/assistants") == status(f"{url.replace('a.b', 'axb')}/v1/assistants") == 404


def test_the_control_api_says_the_path(url: str) -> None:
    """The Control API stays at /_fake, and its answers name the path."""
    control = ControlClient(url)

    assert control.ask("GET", "health")["url"] == url
    assert control.ask("GET", "openapi.json")["servers"] == [{"url": urlsplit(url).path or "/"}]


def test_a_redirect_of_a_dialect_stays_under_the_path() -> None:
    """The redirect of a trailing slash leads to the same path without the slash."""
    with serve(served("/openai/v1", {"urls.trailing_slash": "redirect"})) as url:
        answer = httpx2.get(f"{url}/assistants/", headers=HEADERS, trust_env=False, verify=False)

    assert answer.headers["location"] == "/openai/v1/assistants"


@pytest.mark.parametrize("given", ["v1", "", "/a b", "/a?b", "//", "/a/../b", "/_fake", "/_fake/v1", "/ü"])
def test_a_path_that_cannot_be_served_is_refused(given: str) -> None:
    """A base path is absolute and plain, and leaves the Control API where it is."""
    with pytest.raises(click.BadParameter):
        command.make_context("assistants-fake", ["--base-path", given])
