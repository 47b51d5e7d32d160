"""Access checks of the Control API."""

from __future__ import annotations

import httpx2
import pytest

from fake_server.compose import compose
from fake_server.control.client import ControlClient, ControlError
from fake_server.fake import Fake
from fake_server.http.server import serve
from self_tests.fake.control.controlled import controlled


@pytest.fixture
def fake() -> Fake:
    return controlled()


def asked(base_url: str, path: str = "clock", **headers: str) -> httpx2.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    url = base_url.removesuffix("v1") + f"_fake/{path}"
    return httpx2.get(url, headers=named, trust_env=False, verify=False)


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Host": "evil.example"},
        {"Host": "evil.example:80", "Origin": "http://evil.example:80"},
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site", "Sec_Fetch_Dest": "empty"},
    ],
)
def test_a_foreign_page_is_refused(base_url: str, headers: dict[str, str]) -> None:
    """A Host of another name is refused (DNS rebinding), and no page may read the refusal."""
    answer = asked(base_url, **headers)

    assert (answer.status_code, answer.json()["error"]["type"]) == (403, "permission_error")
    assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Host": "localhost:1"},
        {"Host": "[::1]:1"},
        {"Host": "192.168.0.7"},
        {"Host": "localhost:1", "Origin": "http://localhost:1", "Sec_Fetch_Site": "same-origin"},
        {"Sec_Fetch_Site": "cross-site", "Sec_Fetch_Dest": "document"},
    ],
)
def test_its_own_page_and_no_page_may_ask(base_url: str, headers: dict[str, str]) -> None:
    """A script, the fake's own page and a followed link may call the Control API."""
    answer = asked(base_url, **headers)

    assert answer.status_code == 200
    assert "access-control-allow-origin" not in answer.headers


def test_a_call_without_the_token_is_refused() -> None:
    """Every call needs the token, except the health and the descriptions; with the token any Host is allowed."""
    with serve(controlled(token="secret")) as url:
        statuses = [
            asked(url).status_code,
            asked(url, Authorization="Bearer secre").status_code,
            asked(url, "health").status_code,
            asked(url, "control.yaml").status_code,
            asked(url, Authorization="Bearer secret", Host="fake.internal:8080").status_code,
        ]
        with pytest.raises(ControlError, match="--control-token"):
            ControlClient(url).reset()
        ControlClient(url, "secret").reset()

    assert statuses == [401, 401, 200, 200, 200]


def test_without_the_control_side_there_is_nothing() -> None:
    """Without the Control API /_fake is an unknown URL, and X-Fake-Fault has no effect."""
    with serve(compose(rate_limit=None)) as url:
        assert asked(url).status_code == 404
        key = {"Authorization": "Bearer sk-fake-primary", "X-Fake-Fault": "503"}
        assert httpx2.get(f"{url}/assistants", headers=key, trust_env=False, verify=False).status_code == 200


def test_the_prefix_leads_to_the_page(base_url: str) -> None:
    """/_fake redirects to /_fake/."""
    answer = httpx2.get(base_url.removesuffix("/v1") + "/_fake", trust_env=False, verify=False)

    assert (answer.status_code, answer.headers["location"]) == (308, "/_fake/")
