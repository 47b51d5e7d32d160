"""Debian's Chromium without a screen, driven by Playwright; the tests that need it are skipped where it is not here."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
if CHROMIUM is None:
    pytest.skip("there is no Chromium here: make browser", allow_module_level=True)
PATIENCE = 30_000  # ms that anything may take to appear, on a machine that has much else to do
expect.set_options(timeout=PATIENCE)
# As root there is no sandbox; all else keeps it from asking for what only a network has.
QUIETLY = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@contextmanager
def browsing() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIETLY)
        yield browser
        browser.close()


@contextmanager
def opened(browser: Browser, url: str, **context: Any) -> Iterator[Page]:
    """A page with nothing remembered; what its scripts throw, or load from another machine, fails the test."""
    with browser.new_context(**context) as alone:
        page, faults = alone.new_page(), list[str]()
        page.set_default_timeout(PATIENCE)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("request", lambda request: faults.append(request.url) if far(request.url) else None)
        page.goto(url)
        yield page
        assert faults == []


def far(url: str) -> bool:
    return urlsplit(url).hostname not in ("127.0.0.1", None)


def keep(page: Page, folder: Path, name: str) -> None:
    """A screenshot of the whole page, in `folder` or in the one that ASSISTANTS_SCREENSHOTS names."""
    into = Path(os.environ.get("ASSISTANTS_SCREENSHOTS", folder))
    page.screenshot(path=into / f"{name}.png", full_page=True)
