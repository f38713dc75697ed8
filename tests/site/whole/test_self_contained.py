"""No page needs anything but the site itself, nor more of it than a reader waits for."""

import gzip
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Request
from whole_book import Whole

REQUESTS = 10
# Bytes, gzipped. Of each page 57,000 are the theme's and ours: Material's scripts 35,000, its
# styles 14,000. The rest is the text: 30,000 characters of Japanese and code are some 22,000.
WEIGHT = 100 * 1024
# Comes when a reader gets to the search, once for all pages.
LATER = {"search.*.min.js": 13_000}
INDEX = 20_000  # of the search, for each chapter that has a number: it is the book's text
MATH = ("katex.min.js", "katex.min.css", ".woff2")


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport={"width": 1400, "height": 1000})
    yield context
    context.close()


def test_no_page_has_an_error_asks_another_host_or_is_too_heavy(
    context: BrowserContext, whole: Whole
) -> None:
    wrong: list[str] = []
    asked: list[Request] = []

    def said(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            wrong.append(message.text)

    page = context.new_page()
    page.on("pageerror", lambda error: wrong.append(f"{page.url}: {error}"))
    page.on("console", said)
    context.on("request", lambda request: asked.append(request))
    assert len(whole.pages) > 10
    for path in whole.pages:
        asked.clear()
        page.goto(whole.address + path, wait_until="networkidle")
        # Each once: a browser that is slow asks for the icon of the page before only now.
        urls = {request.url for request in asked if not request.url.startswith("data:")}
        wrong += [url for url in urls if not url.startswith(whole.address)]
        first = [url for url in urls if not url.endswith(MATH)]
        total = sum(len(gzip.compress(whole.file(url).read_bytes())) for url in first)
        if len(first) > REQUESTS or total > WEIGHT:
            wrong.append(f"{path}: {len(first)} requests, {total} bytes of {WEIGHT}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("name", LATER)
def test_what_comes_later_is_bounded_too(whole: Whole, name: str) -> None:
    (file,) = whole.folder.rglob(name)
    assert len(gzip.compress(file.read_bytes())) <= LATER[name]


def test_the_index_of_the_search_grows_with_the_book_and_no_faster(whole: Whole) -> None:
    (file,) = whole.folder.rglob("search_index.json")
    chapters = [page for page in whole.pages if page[1:3].isdigit()]
    assert len(gzip.compress(file.read_bytes())) <= INDEX * len(chapters)


def test_formulas_are_set_by_our_own_katex(context: BrowserContext, whole: Whole) -> None:
    page = context.new_page()
    page.goto(whole.address + "/writing/", wait_until="networkidle")
    formulas = page.locator(".arithmatex").count()
    assert formulas > 0
    page.locator(".arithmatex .katex math").nth(formulas - 1).wait_for(state="attached")
