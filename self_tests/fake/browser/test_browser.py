"""The openai SDK in a page of another origin: CORS allows all its calls, and the page can read all answers."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page

from fake_server.control.client import ControlClient
from fake_server.fake import Fake
from fake_server.http.middlewares import allow_origins
from fake_server.http.server import serve
from sdk_tests.sdks import newest
from self_tests import browser
from self_tests.fake.control.controlled import control_url, controlled

# A browser calls the fake by HTTP, as the other tests of the fake do.
pytestmark = pytest.mark.any_python

SDK = newest("node").home
PAGE = Path(__file__).with_name("pages") / "sdk.html"
if not (SDK / "installed").exists():
    pytest.skip("the openai SDK of npm is not here: make browser", allow_module_level=True)


class Elsewhere(SimpleHTTPRequestHandler):
    """Serves the page, and the SDK as npm has installed it."""

    def translate_path(self, path: str) -> str:
        return str(PAGE) if path == "/" else super().translate_path(path)

    def log_message(self, *_: Any) -> None: ...


@pytest.fixture(scope="module")
def page(chromium: Browser) -> Iterator[Page]:
    """A page of an origin that is not the fake's."""
    handler = partial(Elsewhere, directory=str(SDK / "node_modules"))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        with browser.opened(chromium, f"http://127.0.0.1:{server.server_port}/") as opened:
            opened.wait_for_function("document.title === 'ready'")
            yield opened
        server.shutdown()


@pytest.fixture
def fake() -> Fake:
    return controlled(rate_limit=20)


@pytest.fixture
def calls(page: Page, base_url: str) -> Any:
    return partial(run, page, base_url)


def run(page: Page, base_url: str, script: str, key: str = "sk-fake-primary") -> Any:
    """The result of JavaScript in the page. `openai` is the SDK's client for a key, and `of` its assistants."""
    setting = "([url, key]) => { const openai = client(url, key), of = openai.beta.assistants;"
    return page.evaluate(f"async {setting} {script} }}", [base_url, key])


def test_all_operations(calls: Any) -> None:
    """All six operations work: each preflight is allowed, and each answer is readable."""
    told = calls("""
        const made = await of.create({ model: "any", name: "Support Bot", instructions: "Answer." });
        const posted = await of.update(made.id, { name: "Support Bot v2" });
        const patched = await openai.patch(`/assistants/${made.id}`, { body: { instructions: "" } });
        const read = await of.retrieve(made.id);
        const listed = (await of.list({ limit: 1 })).data;
        const deleted = await of.delete(made.id);
        return { made, posted, patched, read, listed, deleted };
    """)

    made = told["made"]
    assert (made["name"], told["posted"]["name"]) == ("Support Bot", "Support Bot v2")
    assert (
        told["patched"] == told["read"] == told["listed"][0] == made | {"name": "Support Bot v2", "instructions": None}
    )
    assert told["deleted"] == {"id": made["id"], "object": "assistant.deleted", "deleted": True}


def test_pages_through_all(calls: Any, fake: Fake) -> None:
    """The SDK's own loop over 45 assistants yields each of them once."""
    for number in range(43):
        fake.store.add("org-acme", f"Bot {number}", None)

    ids = calls("const ids = []; for await (const each of of.list({ limit: 20 })) ids.push(each.id); return ids;")

    assert (len(ids), len(set(ids))) == (45, 45)


def test_reads_the_headers(calls: Any) -> None:
    """The request id and the remaining calls are exposed, and preflights are not counted."""
    id, left = calls("""
        const made = await of.create({ model: "any", name: "Support Bot" });
        const { response } = await of.list().withResponse();
        return [made._request_id, response.headers.get("x-ratelimit-remaining")];
    """)

    assert id.startswith("req_")
    assert left == "18"


def test_a_stranger_reads_why(calls: Any) -> None:
    """The page gets a 401 as the SDK's error, not as a failed fetch."""
    refused = calls("return refusal(of.list());", key="sk-nobody")

    assert (refused["name"], refused["type"]) == ("AuthenticationError", "authentication_error")


def test_an_unknown_id_reads_as_not_found(calls: Any) -> None:
    """The page gets a 404 with its message."""
    refused = calls('return refusal(of.retrieve("asst-nothing"));')

    assert refused["name"] == "NotFoundError"
    assert "asst-nothing" in refused["message"]


def test_the_bound_assistant_is_kept(calls: Any) -> None:
    """The refusal of a self-delete has the exact sentence of the API page."""
    refused = calls('return refusal(of.delete("asst-acme-support"));')

    assert (refused["name"], refused["type"]) == ("BadRequestError", "invalid_request_error")
    assert refused["message"] == (
        "Cannot delete the assistant this API key is bound to. Rotate the key first, then retry."
    )


def test_a_used_up_minute_comes_back(calls: Any, control: ControlClient) -> None:
    """The 21st call gets a 429 with the time to wait; after the clock advances a minute, calls succeed."""
    refused = calls("for (let n = 0; n < 20; n++) await of.list(); return refusal(of.list());")
    control.advance(60)
    listed = calls("return (await of.list()).data.length;")

    assert (refused["name"], refused["wait"]) == ("RateLimitError", "60")
    assert listed == 2


def test_a_call_asks_for_its_own_fault(calls: Any) -> None:
    """A preflight allows the header X-Fake-Fault."""
    refused = calls('return refusal(of.list({}, { headers: { "X-Fake-Fault": "503" } }));')

    assert (refused["name"], refused["type"]) == ("InternalServerError", "api_error")


def test_the_control_side_is_closed_to_it(page: Page, base_url: str, fake: Fake) -> None:
    """A page of another origin can neither read a key nor send a reset; only the fake's own page can."""
    fake.store.add("org-acme", "Kept", None)
    read = page.evaluate("url => fetch(url + 'keys').then(() => 'read', () => 'refused')", control_url(base_url))
    page.evaluate("url => fetch(url + 'reset', {method: 'POST', mode: 'no-cors'}).then(() => 0)", control_url(base_url))

    assert (read, len(fake.store.projects("org-acme"))) == ("refused", 3)


@pytest.mark.parametrize(
    ("allowed", "came"),
    [
        ("http://127.0.0.1:*", "2"),
        ("http://127.0.0.1:{port}", "2"),
        ("http://127.0.0.1", "APIConnectionError"),
        ("http://localhost:*", "APIConnectionError"),
        ("https://127.0.0.1:{port}", "APIConnectionError"),
        ("capacitor://127.0.0.1", "APIConnectionError"),
    ],
)
def test_narrowed_origins(page: Page, fake: Fake, allowed: str, came: str) -> None:
    """With --cors only pages of the given origin may call, with the given port or with any."""
    allow_origins(fake, [allowed.format(port=urlsplit(page.url).port)])
    script = "return of.list().then(list => String(list.data.length), error => error.constructor.name);"
    with serve(fake) as base_url:
        told = run(page, base_url, script)

    assert told == came


@pytest.mark.parametrize(("credentials", "came"), [(True, 200), (False, "TypeError")])
def test_requests_with_cookies(page: Page, fake: Fake, credentials: bool, came: int | str) -> None:
    """A page may send a request with credentials only with --cors-credentials."""
    allow_origins(fake, ["http://127.0.0.1:*"], credentials)
    script = """
        const headers = { authorization: "Bearer sk-fake-primary" };
        return fetch(`${url}/assistants`, { headers, credentials: "include" })
            .then(answer => answer.status, error => error.constructor.name);
    """
    with serve(fake) as base_url:
        told = run(page, base_url, script)

    assert told == came


def test_the_address_leads_to_the_page(chromium: Browser, base_url: str) -> None:
    """The address of the fake shows the page in a browser, and no error."""
    with browser.opened(chromium, base_url.removesuffix("v1")) as opened:
        assert opened.url == control_url(base_url)
