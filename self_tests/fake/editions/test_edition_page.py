"""The page at /_fake/ in an edition with kept fields, in a real browser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from playwright.sync_api import Browser, Page, expect

from self_tests import browser
from self_tests.fake.control.controlled import control_url

# A browser runs the page. Python only gives the file and answers by HTTP.
pytestmark = pytest.mark.any_python


@pytest.fixture
def page(chromium: Browser, base_url: str) -> Iterator[Page]:
    with browser.opened(chromium, control_url(base_url), viewport={"width": 1280, "height": 860}) as opened:
        expect(opened.get_by_text("live", exact=True)).to_be_visible()
        yield opened


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def test_the_edition_is_shown(page: Page) -> None:
    """The head of the page names the edition."""
    expect(page.get_by_text("edition openai", exact=True)).to_be_visible()


def test_an_assistant_is_created_with_other_fields(page: Page, primary: httpx2.Client) -> None:
    """The form takes every kept field as JSON, and needs no name."""
    press(page, "New assistant")
    page.get_by_label("Other fields", exact=True).fill(
        '{"model": "gpt-4o-mini", "temperature": 0.20, "metadata": {"team": "blue"}}'
    )
    press(page, "Create")

    expect(page.get_by_role("button", name="(no name)")).to_be_visible()
    made = primary.get("/assistants").json()["data"][0]
    assert (made["name"], made["model"], made["temperature"]) == (None, "gpt-4o-mini", 0.2)
    assert made["metadata"] == {"team": "blue"}


def test_fields_are_shown_and_edited(page: Page, primary: httpx2.Client, tmp_path: Path) -> None:
    """The drawer has the values of every kept field, and a save changes them."""
    primary.post("/assistants", json={"model": "gpt-4o", "name": "Bot", "tools": [{"type": "code_interpreter"}]})
    press(page, "Bot")
    others = page.get_by_label("Other fields", exact=True)
    expect(others).to_have_value(re.compile(r'"temperature": 1\.0,.*"type": "code_interpreter"', re.DOTALL))
    browser.keep(page, tmp_path, "edition")
    others.fill('{"metadata": {"team": "red"}}')
    press(page, "Save")

    expect(page.get_by_role("region", name="JSON")).to_contain_text('"team": "red"')
    assert primary.get("/assistants").json()["data"][0]["tools"] == [{"type": "code_interpreter"}]


def test_a_text_that_is_no_json_is_refused(page: Page) -> None:
    """The message says that the text is not JSON."""
    press(page, "Acme Support bound to primary")
    page.get_by_label("Other fields", exact=True).fill("{metadata}")
    press(page, "Save")

    expect(page.locator("#message")).to_contain_text("The other fields are not JSON")
