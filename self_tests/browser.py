"""Debian's Chromium without a screen, driven by Playwright. The tests that need Chromium are skipped if it is not
installed.
"""

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
PATIENCE = 30_000  # the longest wait in ms, for a machine that is busy
expect.set_options(timeout=PATIENCE)
# root has no sandbox; the other options keep Chromium from making requests to the network
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
    """A page of a new context. An error in its scripts, or a request to another machine, fails the test."""
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
    """A screenshot of the whole page, in `folder` or in the folder of the variable ASSISTANTS_SCREENSHOTS."""
    into = Path(os.environ.get("ASSISTANTS_SCREENSHOTS", folder))
    page.screenshot(path=into / f"{name}.png", full_page=True)
