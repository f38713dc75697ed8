"""The articles of the offline site, in the order of its navigation, and the document made of them.

A browser reads them, so that formulas are set by what sets them on the site.
"""

import base64
import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, Page, sync_playwright

from zenn.book import BookNames

_FLATTEN = (Path(__file__).parent / "flatten.js").read_text("utf-8")
_NAVIGATION = ".md-nav--primary a.md-nav__link:not([href*='#'])"
_DRAWN = """() => document.querySelectorAll(".arithmatex").length
  === document.querySelectorAll(".arithmatex .katex").length"""
_ARGUMENTS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)

Diagrams = Literal["vector", "picture"]


@dataclass(frozen=True, slots=True)
class Article:
    """A page of the book: the name of its heading in the document, its title, its HTML."""

    id: str
    title: str
    html: str


@contextmanager
def browser() -> Iterator[Browser]:
    """Start Debian's chromium; `FileNotFoundError` if it is not installed."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if not path:
        raise FileNotFoundError("chromium is missing: run “tools/provision.sh downloads”")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=path, args=list(_ARGUMENTS))
        try:
            yield launched
        finally:
            launched.close()


def articles(browser: Browser, site: Path, diagrams: Diagrams) -> list[Article]:
    """Read every page of the navigation of `site`; diagrams stay SVG, or become pictures (PNG)."""
    context = browser.new_context(device_scale_factor=2, color_scheme="light")
    page = context.new_page()
    page.goto((site / "index.html").as_uri())
    addresses: list[str] = page.locator(_NAVIGATION).evaluate_all("all => all.map(a => a.href)")
    found = []
    for address in addresses:
        page.goto(address.partition("#")[0])
        page.wait_for_function(_DRAWN)
        if diagrams == "picture":
            _take_pictures(page)
        name = address.partition("#")[0].rpartition("/")[2]
        found.append(Article(**page.evaluate(_FLATTEN, name)))
    context.close()
    return found


def _take_pictures(page: Page) -> None:
    """Put a picture in the place of each figure, with what that says in words."""
    # From the last one: the first of those that are left is another one each time.
    for figure in reversed(page.locator("svg.figure:visible").all()):
        shot = base64.b64encode(figure.screenshot()).decode()
        alternative = figure.get_attribute("aria-label") or ""
        picture = {"src": f"data:image/png;base64,{shot}", "alt": alternative}
        figure.evaluate(
            "(figure, picture) => figure.replaceWith("
            "Object.assign(document.createElement('img'), picture))",
            picture,
        )


def document(book: BookNames, body: str, styles: Iterable[str]) -> str:
    """Return the book as a document with the style sheets at the addresses `styles`."""
    links = "".join(f'<link rel="stylesheet" href="{escape(style)}">' for style in styles)
    return (
        f'<!DOCTYPE html><html lang="{book.language}"><head><meta charset="utf-8">'
        f"<title>{escape(book.title)}</title>{links}</head>"
        f'<body data-md-color-scheme="default" dir="ltr">{body}</body></html>'
    )


def title_page(book: BookNames, site: Path) -> str:
    """The first page: the book's name, the figure of its index, and what it may be used for."""
    figure = site / "images/cover.svg"
    return (
        f'<section class="cover"><p class="cover__title">{escape(book.title)}</p>'
        f'<p class="cover__subtitle">{escape(book.subtitle)}</p>'
        f"{figure.read_text('utf-8') if figure.is_file() else ''}"
        f'<p class="cover__rights">{escape(book.rights)}</p></section>'
    )


def contents(articles: Sequence[Article]) -> str:
    """The list of the articles, each a link."""
    items = "".join(
        f'<li><a href="#{article.id}">{escape(article.title)}</a></li>' for article in articles
    )
    return f'<nav class="contents md-typeset"><p>目次</p><ol>{items}</ol></nav>'
