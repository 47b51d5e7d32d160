"""The files of the page: everybody may load them, and no other file of the disk."""

from __future__ import annotations

import re

import httpx2
import pytest

from fake_server.control.page_files import PAGE_FOLDER
from fake_server.fake import Fake
from self_tests.fake.control.controlled import control_url, controlled

NAMES = ["", "docs", *sorted(each.name for each in PAGE_FOLDER.iterdir()), "swagger-ui.css", "swagger-ui-bundle.js"]


@pytest.fixture
def fake() -> Fake:
    return controlled(token="let-me-in")


@pytest.mark.parametrize("name", NAMES)
def test_a_file_needs_no_token_and_loads_nothing_from_elsewhere(base_url: str, name: str) -> None:
    """The files need no token, and the content security policy forbids to load from other sites."""
    answer = httpx2.get(f"{control_url(base_url)}{name}", trust_env=False)

    assert (answer.status_code, bool(answer.content)) == (200, True)
    assert "default-src 'self'" in answer.headers["content-security-policy"]
    assert "charset=utf-8" in answer.headers["content-type"] or name.endswith(".svg")


def test_every_file_that_the_page_names_exists() -> None:
    """Each import, script and style sheet is a file of the page or of Swagger UI."""
    texts = [each.read_text(encoding="utf-8") for each in PAGE_FOLDER.iterdir()]
    named = {
        name for text in texts for name in re.findall(r'(?:from "\./|src="|href=")([\w.-]+\.(?:js|css|svg))"', text)
    }

    assert named > {"page.js", "page.css", "dom.js"}
    assert named <= set(NAMES)


@pytest.mark.parametrize("name", ["nothing.js", "..%2fcontrol.yaml", "page/page.js", "%2e%2e/access.py"])
def test_nothing_else_is_served(base_url: str, name: str) -> None:
    """No path leads out of the folder of the page."""
    answer = httpx2.get(
        f"{control_url(base_url)}{name}", trust_env=False, headers={"authorization": "Bearer let-me-in"}
    )

    assert answer.status_code == 404
