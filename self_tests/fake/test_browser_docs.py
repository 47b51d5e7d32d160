"""The docs at /_fake/docs in a real browser: openapi.yaml as Swagger UI shows it, ready to be tried."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from fake_server.fake import Fake
from self_tests import browser
from self_tests.fake.controlled import control_url, controlled


@pytest.fixture
def fake() -> Fake:
    return controlled(rate_limit=20)


@pytest.fixture
def docs(chromium: Browser, base_url: str) -> Iterator[Page]:
    with browser.opened(chromium, control_url(base_url) + "docs", color_scheme="dark") as opened:
        expect(opened.get_by_role("button", name="GET /assistants List")).to_be_visible()
        yield opened


def test_shows_every_operation(docs: Page, fake: Fake, tmp_path: Path) -> None:
    """By method and path; and dark, where that is what the reader prefers."""
    shown = docs.locator(".opblock-summary-path").all_inner_texts()

    assert sorted(each.replace("\u200b", "") for each in shown) == sorted(
        each.path for each in fake.contract.operations
    )
    assert docs.locator("html.dark-mode").count() == 1
    browser.keep(docs, tmp_path, "docs")


def test_tries_a_call(docs: Page) -> None:
    """Against this fake, and with a key of it, nothing filled in."""
    docs.get_by_role("button", name="GET /assistants List").click()
    docs.get_by_role("button", name="Execute").click()

    expect(docs.locator(".live-responses-table .response-col_status").last).to_contain_text("200")
    expect(docs.locator(".live-responses-table .highlight-code").first).to_contain_text("asst-acme-support")


def test_the_control_side_is_described_too(chromium: Browser, base_url: str, fake: Fake) -> None:
    """From its own file, and tried where this fake listens."""
    with browser.opened(chromium, control_url(base_url) + "docs?control") as docs:
        docs.get_by_role("button", name="PATCH /clock Set").click()
        docs.get_by_role("button", name="Execute").click()

        expect(docs.locator(".live-responses-table .response-col_status").last).to_contain_text("200")
    assert fake.store.now() > time.time() + 30
