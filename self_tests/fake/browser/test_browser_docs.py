"""The API reference at /_fake/docs in a real browser: Swagger UI for openapi.yaml, ready to try."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from fake_server.fake import Fake
from self_tests import browser
from self_tests.fake.control.controlled import control_url, controlled

pytestmark = pytest.mark.any_python


@pytest.fixture
def fake() -> Fake:
    return controlled(rate_limit=20)


@pytest.fixture
def docs(chromium: Browser, base_url: str) -> Iterator[Page]:
    with browser.opened(chromium, control_url(base_url) + "docs", color_scheme="dark") as opened:
        expect(opened.get_by_role("button", name="GET /assistants List")).to_be_visible()
        yield opened


def test_shows_every_operation(docs: Page, fake: Fake, tmp_path: Path) -> None:
    """Swagger UI shows each operation, and it is dark if the reader prefers that."""
    shown = docs.locator(".opblock-summary-path").all_inner_texts()

    assert sorted(each.replace("\u200b", "") for each in shown) == sorted(
        each.path for each in fake.contract.operations
    )
    assert docs.locator("html.dark-mode").count() == 1
    browser.keep(docs, tmp_path, "docs")


def test_tries_a_call(docs: Page) -> None:
    """A call is sent to this fake with one of its keys, and the reader enters nothing."""
    docs.get_by_role("button", name="GET /assistants List").click()
    docs.get_by_role("button", name="Execute").click()

    expect(docs.locator(".live-responses-table .response-col_status").last).to_contain_text("200")
    expect(docs.locator(".live-responses-table .highlight-code").first).to_contain_text("asst-acme-support")


def test_the_control_side_is_described_too(chromium: Browser, base_url: str, fake: Fake) -> None:
    """The reference of the Control API is built from its own file, and calls this fake."""
    with browser.opened(chromium, control_url(base_url) + "docs?control") as docs:
        docs.get_by_role("button", name="PATCH /clock Set").click()
        docs.get_by_role("button", name="Execute").click()

        expect(docs.locator(".live-responses-table .response-col_status").last).to_contain_text("200")
    assert fake.store.now() > time.time() + 30
