"""The book as PDF: tagged, with an outline and page numbers, printed by chromium."""

from pathlib import Path

from playwright.sync_api import Browser

from publish.articles import articles
from publish.document import contents, document, title_page

_PRINT = Path(__file__).parent / "print.css"
_FOOT = (
    '<div style="width:100%;text-align:center;font:8px sans-serif;color:#5a5f6b">'
    '<span class="pageNumber"></span></div>'
)


def write_pdf(chromium: Browser, site: Path, file: Path) -> None:
    """Write the book of the offline site `site` to `file`; both paths are absolute."""
    styles = sorted((site / "assets/stylesheets").glob("*.css")) + [
        site / "assets/book.css",
        _PRINT,
    ]
    parts = articles(chromium, site, "vector")
    body = title_page() + contents(parts) + "".join(article.html for article in parts)
    source = site / "whole.html"  # in the folder of the site, so that its pictures are found
    source.write_text(document(body, [style.as_uri() for style in styles]), "utf-8")
    page = chromium.new_page()
    try:
        page.goto(source.as_uri())
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
