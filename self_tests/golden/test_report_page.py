"""The HTML report in a real browser: it works offline, on paper, in dark mode and on a telephone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from self_tests import browser
from self_tests.golden.goldens import HERE

# The page is the same on any Python.
pytestmark = pytest.mark.any_python

URL = (HERE / "report.html").as_uri()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser.browsing() as started:
        yield started


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    with browser.opened(chromium, URL) as opened:
        yield opened


def visible(page: Page) -> list[str | None]:
    """The visible requirements, in their order."""
    return [each.get_attribute("data-id") for each in page.locator("details.verdict:visible").all()]


def test_nothing_is_asked_for_but_the_page(chromium: Browser) -> None:
    """The page makes no request but for itself, and its console shows no error."""
    with chromium.new_context(viewport={"width": 1200, "height": 900}) as context:
        page = context.new_page()
        requested, messages = [], []
        page.on("request", lambda request: requested.append(request.url))
        page.on("console", lambda message: messages.append(message.text))
        page.goto(URL)

        assert (requested, messages) == ([URL], [])


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1200, 420])
def test_it_fits_its_window(chromium: Browser, width: int, scheme: str) -> None:
    """The page needs no horizontal scrolling, even with every part unfolded."""
    with browser.opened(chromium, URL, viewport={"width": width, "height": 900}, color_scheme=scheme) as page:
        page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")

        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_failed_requirements_come_first_and_open(page: Page) -> None:
    """The number of failed requirements comes first; the failed requirements follow, unfolded."""
    assert page.locator("h1").inner_text().startswith("FAILED: 3 MUST violated ")
    assert visible(page)[:2] == ["retrieve/unknown-is-404", "modify/partial"]
    assert [each.get_attribute("data-kind") for each in page.locator("details.verdict[open]").all()] == [
        "fail",
        "fail",
        "fail",
    ]


def test_the_filters_filter(page: Page) -> None:
    """The filters select by verdict, by a part of the id, and by the tile of an area. A second click on the tile
    removes its filter.
    """
    every = visible(page)
    page.get_by_label("3 failed").uncheck()
    without_failures = visible(page)
    page.get_by_label("3 failed").check()
    page.get_by_label("Find").fill("self-")
    found = visible(page)
    tile = page.locator(".tile", has_text="modify")
    tile.click()
    of_the_area = visible(page)
    tile.click()

    assert without_failures == every[3:]
    assert found == ["delete/self-survives"]
    assert of_the_area == ["modify/partial", "modify/unknown-is-404"]
    assert visible(page) == every


def test_on_paper_every_breach_is_unfolded(page: Page) -> None:
    """On paper every violation is unfolded, and the controls for a screen are hidden."""
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    unfolded = [each.get_attribute("data-kind") for each in page.locator("details.verdict[open]").all()]

    assert unfolded == ["fail", "fail", "fail", "warn", "known"]
    assert not page.get_by_label("Find").is_visible()


def test_an_answer_of_the_target_is_shown_as_text(page: Page) -> None:
    """Markup in an answer is shown as text and creates no element."""
    assert page.locator("pre b, pre script").count() == 0
    assert "<b>" in page.locator("details.verdict[data-id='retrieve/unknown-is-404'] pre").all_inner_texts()[1]
