"""Origins and host names of options: the pages and names that they match, and the reason for a refusal."""

from __future__ import annotations

import re

import httpx2
import pytest

from fake_server.compose import compose
from fake_server.domain.web_names import WebNameError, check_host_name, origin_pattern
from fake_server.fake import Fake
from fake_server.http.middlewares import allow_origins

# The Origin headers that an option matches, and others that it does not match.
MATCHES = {
    "http://localhost:3000": (["http://localhost:3000"], ["http://localhost", "https://localhost:3000"]),
    "http://localhost:*": (
        ["http://localhost", "http://localhost:5173"],
        ["https://localhost", "http://localhost:", "http://localhost:1.evil.example", "http://localhost.evil.example"],
    ),
    "http://app.example:80": (["http://app.example"], ["http://app.example:80", "http://appxexample"]),
    "https://app.example:443": (["https://app.example"], ["http://app.example"]),
    "https://app.example:80": (["https://app.example:80"], ["https://app.example"]),
    "HTTP://App.Example:0080": (["http://app.example"], []),
    "http://[::1]:*": (["http://[::1]:3000"], ["http://::1:3000"]),
    "capacitor://localhost": (["capacitor://localhost"], ["http://localhost"]),
    "chrome-extension://abcdefgh": (["chrome-extension://abcdefgh"], ["chrome-extension://other"]),
    "null": (["null"], ["nullx", ""]),
}


@pytest.mark.parametrize(("option", "origins"), MATCHES.items(), ids=MATCHES)
def test_an_origin_matches(option: str, origins: tuple[list[str], list[str]]) -> None:
    """A browser sends no default port, and * stands for any port."""
    pattern = re.compile(origin_pattern(option))

    assert all(pattern.fullmatch(each) for each in origins[0])
    assert not any(pattern.fullmatch(each) for each in origins[1])


@pytest.mark.parametrize(
    ("option", "reason"),
    [
        ("localhost:3000", "starts with a scheme"),
        ("", "starts with a scheme"),
        ("http://localhost:3000/", "no path"),
        ("http://localhost?x", "no path"),
        ("http://", "a scheme, a host"),
        ("http://me@host", "a scheme, a host"),
        ("http://localhost:", "a scheme, a host"),
        ("http://localhost:65536", "from 1 to 65535"),
        ("http://localhost:0", "from 1 to 65535"),
        ("http://*.example.com", "may only be the port"),
        ("*://localhost", "a scheme, a host"),
        ("*", "starts with a scheme"),
        ("http://bücher.example", "xn--"),
        ("file://x", "origin null"),
    ],
)
def test_no_origin_is_refused_with_its_reason(option: str, reason: str) -> None:
    """An option that no browser's origin can match is a mistake of the user."""
    with pytest.raises(WebNameError, match=reason):
        origin_pattern(option)


@pytest.mark.parametrize("name", ["fake", "FAKE.", "*.ngrok.app", "host.docker.internal", "my_service", "xn--bcher"])
def test_a_host_name_is_accepted(name: str) -> None:
    """Names of compose have underscores too; a dot at the end means the same name."""
    assert check_host_name(name) == name.lower().rstrip(".")


@pytest.mark.parametrize("name", ["", "*", "*.", "fake:80", "http://fake", "a.*.b", "a b", "-a", ".fake", "bücher.de"])
def test_another_text_is_no_host_name(name: str) -> None:
    """A port, a scheme or a * elsewhere would never match."""
    with pytest.raises(WebNameError, match="not a host name"):
        check_host_name(name)


def preflight(base_url: str, origin: str) -> httpx2.Response:
    headers = {
        "Origin": origin,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Private-Network": "true",
    }
    return httpx2.options(f"{base_url}/assistants", headers=headers, trust_env=False, verify=False)


class TestCredentials:
    """--cors 'http://localhost:*' with --cors-credentials."""

    @pytest.fixture
    def fake(self) -> Fake:
        made = compose(rate_limit=None)
        allow_origins(made, ["http://localhost:*"], credentials=True)
        return made

    def test_a_page_may_send_cookies(self, base_url: str) -> None:
        """The answers name the origin itself, because * is not allowed with cookies."""
        headers = preflight(base_url, "http://localhost:5173").headers

        assert headers["access-control-allow-origin"] == "http://localhost:5173"
        assert headers["access-control-allow-credentials"] == "true"
        assert headers["access-control-allow-private-network"] == "true"

    def test_another_page_gets_no_permission(self, base_url: str) -> None:
        """No permission of any kind is in the answer to another origin."""
        headers = preflight(base_url, "http://evil.example").headers

        assert not {"origin", "credentials", "private-network"} & {
            name.removeprefix("access-control-allow-") for name in headers
        }


def test_any_page_may_call_this_machine_by_default(base_url: str) -> None:
    """Without --cors the preflight of a private network is allowed for every origin, and cookies for none."""
    headers = preflight(base_url, "https://app.example").headers

    assert (headers["access-control-allow-private-network"], headers["access-control-allow-origin"]) == ("true", "*")
    assert "access-control-allow-credentials" not in headers
