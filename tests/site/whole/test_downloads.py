"""The whole book as files: the pages without a server, PDF and EPUB."""

import re
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser
from processes import ran
from pypdf import PdfReader
from whole_book import ROOT, build, search

from publish.epub import write_epub
from publish.pdf import write_pdf
from zenn.book import Book, book_names
from zenn.model import Fence
from zenn.parser import parse

TITLES = [
    title
    for chapter in sorted((ROOT / "docs").glob("0*.md"))
    for title in re.findall(r'^title: "(.*)"$', chapter.read_text("utf-8"), re.MULTILINE)
]


@pytest.fixture(scope="module")
def offline(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("offline")
    build(folder, OFFLINE="true")
    return folder / "site"


def test_search_and_links_work_in_files(browser: Browser, offline: Path) -> None:
    page = browser.new_page()
    wrong: list[str] = []
    asked: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto((offline / "index.html").as_uri())
    found = search(page, "idmapped")
    assert found[0][0].startswith((offline / "05-mount.html").as_uri())
    page.locator("a.md-search-result__link").first.click()
    page.wait_for_url("**/05-mount.html**")
    page.locator("figure.diagram > svg").first.wait_for()
    assert wrong + [url for url in asked if url.startswith("http")] == []
    page.close()


@pytest.fixture(scope="module")
def pdf(browser: Browser, offline: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("pdf") / "book.pdf"
    write_pdf(browser, offline, book_names(Book(ROOT)), file)
    return file


def test_the_pdf_has_an_outline_of_all_chapters(pdf: Path) -> None:
    outline = list(titles(PdfReader(pdf).outline))
    assert len(TITLES) > 5
    assert [title for title in outline if title in TITLES] == TITLES
    assert [title for title in outline if title == title[: len(title) // 2] * 2] == []


def titles(outline: list[Any]) -> Iterator[str]:
    for item in outline:
        if isinstance(item, list):
            yield from titles(item)
        else:
            yield str(item.title)


def test_the_pdf_has_the_text_and_nothing_is_cut_off(pdf: Path) -> None:
    # In the order in which it was written (two spaces are no new column), and without the lower
    # 18 mm, in points of A4: a page number may come between parts of a line.
    how = ["-raw", "-x", "0", "-y", "0", "-W", "596", "-H", "791"]
    text = ran("pdftotext", *how, pdf, "-").stdout
    squeezed = re.sub(r"\s", "", text)
    shown = [fence for name in ("02-uts", "03-ipc") for fence in programs(name)]
    assert len(shown) > 10
    for fence in shown:
        # In Japanese text pdftotext(1) may give another character of the same look.
        longest = max(filter(str.isascii, fence.text.splitlines()), key=len)
        assert re.sub(r"\s", "", longest) in squeezed


def programs(name: str) -> list[Fence]:
    """The programs that a chapter shows, as far as it shows them."""
    chapter = ROOT / f"docs/{name}.md"
    fences = parse(chapter.read_text("utf-8"), chapter, Book(ROOT)).fences
    return [fence for fence in fences if fence.language in ("python", "c")]


@pytest.fixture(scope="module")
def epub(browser: Browser, offline: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("epub") / "book.epub"
    write_epub(browser, offline, book_names(Book(ROOT)), file)
    return file


def test_the_epub_is_valid_and_has_a_cover_and_all_chapters(epub: Path) -> None:
    checker = shutil.which("epubcheck")
    assert checker, "epubcheck is missing: run “tools/provision.sh test”"
    # Debian's command is the archive itself, which not every kernel is set up to start.
    run = ran("java", "-jar", checker, "--failonwarnings", epub)
    assert run.returncode == 0, run.stdout + run.stderr
    with zipfile.ZipFile(epub) as archive:
        contents, package = (
            archive.read(f"EPUB/{name}").decode() for name in ("nav.xhtml", "content.opf")
        )
    assert 'properties="cover-image"' in package
    assert "<dc:language>ja</dc:language>" in package
    assert [title for title in TITLES if title not in contents] == []
