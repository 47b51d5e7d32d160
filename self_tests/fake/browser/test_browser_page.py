"""The page at /_fake/ in a real browser: the page changes the fake, and shows each change by the API."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]  # it says nothing of its types
from playwright.sync_api import Browser, Page, Route, expect

from fake_server.control.client import ControlClient
from fake_server.fake import Fake
from fake_server.http.server import serve
from sdk_tests.sdks import newest
from self_tests import browser
from self_tests.cases import sampled
from self_tests.fake.control.controlled import control_url, controlled

# A browser runs the page. Python only gives the file and answers by HTTP.
pytestmark = pytest.mark.any_python

ODD = '<script>alert(1)</script> & "friends"'


COMMANDS = {
    "Python": [sys.executable, "-W", "ignore", "-c"],
    "Node": ["node", "--no-warnings", "--input-type=module", "-e"],
    "curl": ["sh", "-c"],
}
NODE = newest("node").home


@pytest.fixture
def fake() -> Fake:
    return controlled(rate_limit=20)


@pytest.fixture
def url(base_url: str) -> str:
    return control_url(base_url)


@pytest.fixture
def page(chromium: Browser, url: str) -> Iterator[Page]:
    with browser.opened(chromium, url, viewport={"width": 1280, "height": 860}) as opened:
        expect(opened.get_by_text("live", exact=True)).to_be_visible()
        yield opened


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def make(page: Page, name: str, instructions: str = "") -> None:
    press(page, "New assistant")
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_label("Instructions", exact=True).fill(instructions)
    press(page, "Create")


def violations(page: Page) -> list[dict[str, Any]]:
    """The findings of axe: missing names and labels, low contrast, and so on."""
    found: list[dict[str, Any]] = Axe().run(page).response["violations"]
    return found


def test_no_button_works_before_the_page_has_its_data(chromium: Browser, url: str) -> None:
    """While the organizations are loading, a press has no effect: the page would not know which one is meant."""

    def delay(route: Route) -> None:
        opened.wait_for_timeout(500)
        route.continue_()

    with browser.opened(chromium, "about:blank") as opened:
        opened.route("**/_fake/organizations", delay)
        opened.goto(url)
        expect(opened.get_by_text("live", exact=True)).to_be_visible()
        press(opened, "New assistant")

        expect(opened.get_by_role("heading", name="New assistant of Acme")).to_be_visible()


def test_creates(page: Page, primary: httpx2.Client) -> None:
    """An assistant created here belongs to the organization, and markup in its name stays text."""
    make(page, ODD)

    expect(page.get_by_role("button", name=ODD)).to_be_visible()
    assert ODD in [each["name"] for each in primary.get("/assistants").json()["data"]]


def test_edits(page: Page, primary: httpx2.Client) -> None:
    """The API answers the saved values, and the effective instructions follow."""
    press(page, "Acme Research bound to sibling")
    page.get_by_label("Instructions", exact=True).fill("Answer in French.")
    press(page, "Save")

    expect(page.get_by_role("region", name="Effective instructions")).to_have_text("Answer in French.")
    assert primary.get("/assistants/asst-acme-research").json()["instructions"] == "Answer in French."


def test_an_open_drawer_follows_changes(page: Page, primary: httpx2.Client) -> None:
    """A change by an SDK is visible at once, and the text in the form stays."""
    press(page, "Acme Research bound to sibling")
    page.get_by_label("Name", exact=True).fill("Typed")
    primary.patch("/assistants/asst-acme-research", json={"instructions": "Changed elsewhere."})

    expect(page.get_by_role("region", name="JSON")).to_contain_text("Changed elsewhere.")
    expect(page.get_by_label("Name", exact=True)).to_have_value("Typed")


def test_the_organizations_instructions_come_first(page: Page) -> None:
    """The instructions of the organization come first in the effective instructions."""
    make(page, "Support Bot", "Be brief.")
    press(page, "Settings")
    page.get_by_label("Default instructions, before those of each assistant").fill("You work for Acme.")
    press(page, "Save")
    press(page, "Close")

    press(page, "Support Bot")

    expect(page.get_by_role("region", name="Effective instructions")).to_have_text("You work for Acme.\n\nBe brief.")


def test_a_press_outlasts_a_change(page: Page, primary: httpx2.Client) -> None:
    """A row that changes between the press and the release of the mouse still opens, and the page shows the change."""
    page.get_by_role("button", name="Acme Support").hover()
    page.mouse.down()
    with page.expect_response("**/_fake/assistants?*"):
        primary.patch("/assistants/asst-acme-support", json={"name": "Acme Help"})
    page.wait_for_timeout(200)  # a page that does not wait for the release draws now
    page.mouse.up()

    expect(page.get_by_role("dialog")).to_contain_text("Acme Help")
    expect(page.get_by_role("button", name="Acme Help", include_hidden=True)).to_have_count(1)


def test_deletes_at_the_second_press(page: Page, primary: httpx2.Client) -> None:
    """The first press asks, and the second press deletes."""
    make(page, "Support Bot")
    press(page, "Support Bot")
    press(page, "Delete")
    press(page, "Press again to delete")

    expect(page.get_by_role("button", name="Support Bot")).to_have_count(0)
    assert len(primary.get("/assistants").json()["data"]) == 2


def test_a_refusal_shows_the_message_of_the_fake(page: Page) -> None:
    """A change that the Control API refuses has no effect, and the page shows the reason."""
    make(page, "x" * 257)

    expect(page.locator("#message")).to_contain_text("'name'")


def test_a_limit_that_is_no_number_changes_nothing(page: Page, control: ControlClient) -> None:
    """The change is refused, and the field shows the valid limit again."""
    limit = page.get_by_label("Calls per minute, or off")
    limit.fill("many")
    press(page, "Set")

    expect(page.locator("#message")).to_contain_text("many")
    expect(limit).to_have_value("20")
    assert control.ask("GET", "limiter")["limit"] == 20


def test_an_organization_has_a_limit_of_its_own(page: Page, control: ControlClient) -> None:
    """The limit of the chosen organization is shown and set beside the limit of all."""
    own = page.get_by_label("Calls per minute of Acme, or off")
    expect(own).to_have_value("")
    own.fill("3")
    own.press("Enter")

    expect(page.get_by_text("3 of 3 left", exact=True)).to_have_count(2)
    expect(own).to_have_value("3")
    assert control.ask("GET", "limiter")["organizations"] == {"org-acme": 3}

    page.get_by_label("Of the organization").select_option("Globex")
    expect(page.get_by_label("Calls per minute of Globex, or off")).to_have_value("")
    expect(page.get_by_text("20 of 20 left", exact=True)).to_have_count(1)


def test_the_requests_are_saved_as_an_archive(page: Page, primary: httpx2.Client) -> None:
    """The saved file is an HTTP Archive with each request."""
    primary.post("/assistants", json={"name": "Seen"})
    with page.expect_download() as saved:
        press(page, "Save as HAR")

    assert saved.value.suggested_filename == "assistants-fake.har"
    assert len(json.loads(saved.value.path().read_bytes())["log"]["entries"]) == 1


def test_a_request_shows_up_as_it_comes(page: Page, primary: httpx2.Client) -> None:
    """A new request appears with its status, and its details show the bodies but no key."""
    primary.post("/assistants", json={"name": "Seen"})
    page.get_by_role("button", name="POST /v1/assistants").click()

    opened = page.get_by_role("dialog")
    expect(opened.get_by_role("region", name="Request body")).to_contain_text('"name": "Seen"')
    expect(opened.get_by_role("region", name="Answer body")).to_contain_text('"object": "assistant"')
    expect(opened.get_by_role("region", name="Request headers")).to_contain_text("Bearer <primary>")
    assert "sk-fake" not in opened.inner_text()


def test_a_fault_applies_and_is_used_up(page: Page, primary: httpx2.Client, tmp_path: Path) -> None:
    """A fault for one call applies once, and the page shows both states."""
    page.get_by_label("Number of calls").fill("1")
    press(page, "Add fault")
    expect(page.get_by_text("1 of 1 left, applied 0 times")).to_be_visible()

    struck, spared = primary.get("/assistants"), primary.get("/assistants")

    assert (struck.status_code, spared.status_code) == (503, 200)
    expect(page.get_by_text("0 of 1 left, applied 1 times")).to_be_visible()
    expect(page.get_by_role("table", name="Requests")).to_contain_text("503 fault")
    browser.keep(page, tmp_path, "fault")


def test_a_minute_passes_at_once(page: Page, primary: httpx2.Client) -> None:
    """All calls are available again after a minute of the clock."""
    refused = [primary.get("/assistants").status_code for _ in range(21)][-1]
    expect(page.get_by_text("0 of 20 left", exact=True)).to_be_visible()

    press(page, "+1 minute")

    expect(page.get_by_text("0 of 20 left", exact=True)).to_have_count(0)
    assert (refused, primary.get("/assistants").status_code) == (429, 200)


def test_a_snapshot_is_gone_back_to(page: Page, primary: httpx2.Client) -> None:
    """A restored snapshot brings a deleted assistant back."""
    made = primary.post("/assistants", json={"name": "Kept"}).json()["id"]
    page.get_by_label("Name of the snapshot").fill("before")
    press(page, "Take")
    expect(page.get_by_role("button", name="Restore before")).to_be_visible()
    primary.delete(f"/assistants/{made}")

    press(page, "Restore before")

    expect(page.get_by_role("button", name="Kept")).to_be_visible()
    assert primary.get(f"/assistants/{made}").status_code == 200


def test_resets(page: Page, primary: httpx2.Client) -> None:
    """A reset restores the seed and clears the request log."""
    primary.post("/assistants", json={"name": "Gone"})
    expect(page.get_by_role("button", name="Gone")).to_be_visible()

    press(page, "Everything")
    press(page, "Press again to reset all")

    expect(page.get_by_text("No requests yet.")).to_be_visible()
    assert len(primary.get("/assistants").json()["data"]) == 2


@pytest.mark.parametrize("language", COMMANDS)
def test_a_snippet_runs(page: Page, language: str) -> None:
    """The snippet works as copied, with its key filled in."""
    if shutil.which(COMMANDS[language][0]) is None or (language == "Node" and not NODE.exists()):
        pytest.skip(f"there is no {language} here that could run it")
    page.get_by_text(language, exact=True).click()
    snippet = page.get_by_role("region", name="Snippet").inner_text()

    ran = subprocess.run(
        [*COMMANDS[language], snippet], capture_output=True, text=True, cwd=NODE if language == "Node" else None
    )

    assert ran.returncode == 0, ran.stderr
    assert "Support Bot" in ran.stdout


def test_is_used_by_the_keyboard_alone(page: Page) -> None:
    """Enter opens, Escape closes, and the focus returns, also if the row was drawn again."""
    page.get_by_role("button", name="Acme Support").focus()
    page.keyboard.press("Enter")
    page.get_by_label("Name", exact=True).fill("Acme Help")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Acme Help", include_hidden=True)).to_have_count(1)
    page.keyboard.press("Escape")

    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_role("button", name="Acme Help")).to_be_focused()


@pytest.mark.parametrize("looks", sampled([(420, "dark"), (420, "light"), (1280, "light"), (1280, "dark")], 2))
def test_fits_and_is_accessible(
    chromium: Browser, url: str, tmp_path: Path, looks: tuple[int, str], primary: httpx2.Client
) -> None:
    """No horizontal scrolling, and no finding of axe, also in the details of an assistant."""
    width, scheme = looks
    primary.post("/assistants", json={"name": "Support Bot", "instructions": "Answer in one sentence."})
    with browser.opened(chromium, url, viewport={"width": width, "height": 860}, color_scheme=scheme) as page:
        page.get_by_role("button", name="Support Bot").wait_for()
        browser.keep(page, tmp_path, f"page-{width}-{scheme}")
        found = violations(page)
        press(page, "Support Bot")
        browser.keep(page, tmp_path, f"assistant-{width}-{scheme}")
        found += violations(page)
        press(page, "Close")
        press(page, "Settings")
        found += violations(page)

        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert found == []


def test_asks_for_the_token(chromium: Browser) -> None:
    """Without the token the page shows nothing; it comes from the form or the URL's fragment, and reaches the docs."""
    with serve(controlled(token="let-me-in")) as base_url:
        url = control_url(base_url)
        with browser.opened(chromium, url) as page:
            expect(page.get_by_role("table", name="Assistants")).to_be_hidden()
            page.get_by_label("Control token of this fake:").fill("let-me-in")
            press(page, "Continue")
            expect(page.get_by_role("button", name="Acme Support")).to_be_visible()
            page.get_by_role("link", name="API reference").click()
            expect(page.get_by_role("button", name="authorization button locked").first).to_be_visible()
        with browser.opened(chromium, f"{url}#token=let-me-in") as page:
            expect(page.get_by_role("button", name="Acme Support")).to_be_visible()
