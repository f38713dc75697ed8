"""The book as EPUB, made by pandoc of the same HTML as the PDF."""

import subprocess
import tempfile
from pathlib import Path

from playwright.sync_api import Browser

from publish.articles import articles, document, title_page
from zenn.book import BookNames

_STYLE = Path(__file__).parent / "epub.css"
_COVER_STYLE = (
    "<style>body{margin:0;background:#fff;color:#17212f;font-family:'Noto Sans CJK JP',sans-serif}"
    ".cover{height:1800px;display:flex;flex-direction:column;justify-content:center;"
    "text-align:center}.cover__title{margin:0;font-size:104px;font-weight:700}"
    ".cover__subtitle{font-size:44px}.cover__rights{display:none}"
    ".cover>.figure{width:1000px;margin:40px auto}</style>"
)


def write_epub(chromium: Browser, site: Path, book: BookNames, file: Path) -> None:
    """Write the `book` of the offline site `site` to `file`; pandoc's failure is ours."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        parts = articles(chromium, site, "picture")
        source = folder / "book.html"
        source.write_text(document(book, "".join(article.html for article in parts), []), "utf-8")
        cover = folder / "cover.png"
        _draw_cover(chromium, title_page(book, site), cover)
        metadata = {
            "title": book.title,
            "subtitle": book.subtitle,
            "lang": book.language,
            "rights": book.rights,
            "toc-title": "目次",
        }
        subprocess.run(
            [
                *("pandoc", "--quiet", "--from=html", "--to=epub3", "--mathml"),
                *("--toc", "--toc-depth=2", "--epub-chapter-level=1"),
                *(f"--metadata={key}:{value}" for key, value in metadata.items()),
                *(f"--epub-cover-image={cover}", f"--css={_STYLE}"),
                *(f"--resource-path={site}", f"--output={file}", source),
            ],
            check=True,
        )


def _draw_cover(chromium: Browser, title: str, file: Path) -> None:
    page = chromium.new_page(viewport={"width": 1200, "height": 1800})
    page.set_content(_COVER_STYLE + title)
    page.screenshot(path=file)
    page.close()
