"""The book as PDF: tagged, with an outline and page numbers, printed by chromium."""

from collections.abc import Iterator
from pathlib import Path
from typing import cast

from playwright.sync_api import Browser
from pypdf import PdfWriter
from pypdf.generic import DictionaryObject, NameObject, TextStringObject

from publish.articles import articles, contents, document, title_page
from zenn.book import BookNames

_PRINT = Path(__file__).parent / "print.css"
_FOOT = (
    '<div style="width:100%;text-align:center;font:8px sans-serif;color:#5a5f6b">'
    '<span class="pageNumber"></span></div>'
)


def write_pdf(chromium: Browser, site: Path, book: BookNames, file: Path) -> None:
    """Write the `book` of the offline site `site` to `file`; both paths are absolute."""
    sheets = sorted((site / "assets/stylesheets").glob("*.css"))
    styles = [*sheets, site / "assets/book.css", _PRINT]
    parts = articles(chromium, site, "vector")
    body = title_page(book, site) + contents(parts) + "".join(article.html for article in parts)
    source = site / "whole.html"  # in the folder of the site, so that its pictures are found
    source.write_text(document(book, body, [style.as_uri() for style in styles]), "utf-8")
    page = chromium.new_page()
    try:
        page.goto(source.as_uri())
        headings = page.locator(":is(h1, h2, h3, h4, h5, h6)").all_text_contents()
        page.pdf(
            path=file,
            format="A4",
            tagged=True,
            outline=True,
            print_background=True,
            display_header_footer=True,
            header_template="<span></span>",
            footer_template=_FOOT,
            margin={"top": "18mm", "bottom": "18mm", "left": "18mm", "right": "18mm"},
        )
    finally:
        page.close()
        source.unlink()
    _mend_outline(file, {" ".join(heading.split()) for heading in headings})


def _mend_outline(file: Path, headings: set[str]) -> None:
    """Name once what chromium names twice over (図図): each heading that begins a page."""
    writer = PdfWriter(clone_from=file)
    for item in _items(cast(DictionaryObject, writer.root_object["/Outlines"])):
        title = str(item["/Title"])
        half = title[: len(title) // 2]
        if title not in headings and half in headings and title == half * 2:
            item[NameObject("/Title")] = TextStringObject(half)
    writer.write(file)


def _items(parent: DictionaryObject) -> Iterator[DictionaryObject]:
    item = cast(DictionaryObject | None, parent.get("/First"))
    while item is not None:
        item = cast(DictionaryObject, item.get_object())
        yield item
        yield from _items(item)
        item = cast(DictionaryObject | None, item.get("/Next"))
