"""The book of docs/ as Zenn has it: rendered, validated and previewed by Zenn's own code."""

import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from typing import Any
from urllib.request import urlopen

import pytest
import yaml
from leaks import leaks
from outline import outline
from page import read_page
from project import ROOT, render
from renderer import FOLDER, NODE, ask

from zenn.book import Book, BookAddress, book_address
from zenn.export.chapter import exported
from zenn.parser import parse, parse_front_matter, split_front_matter

URL = "https://zenn.dev/somebody/books/namespace-book"
PAGES = sorted(file.stem for file in (ROOT / "docs").glob("*.md"))
CONFIG = yaml.safe_load((ROOT / "docs/config.yaml").read_text("utf-8"))
SLUG = book_address(Book(ROOT)).slug


def halves(name: str) -> tuple[str, str]:
    return split_front_matter((ROOT / f"docs/{name}.md").read_text("utf-8"))


def front_matter(name: str) -> dict[str, Any]:
    return parse_front_matter(halves(name)[0])


@cache
def site(name: str) -> str:
    """Our HTML of a page of docs/."""
    folders = {"docs": str(ROOT / "docs"), "snippets": str(ROOT / "snippets")}
    return render(halves(name)[1], **folders, record="")


@pytest.fixture(scope="module")
def zenn() -> dict[str, str]:
    """Zenn's HTML of every page of docs/, exported with full URLs between chapters."""
    address = BookAddress(SLUG, URL)
    sources = []
    for name in PAGES:
        file = ROOT / f"docs/{name}.md"
        document = parse(file.read_text("utf-8"), file, Book(ROOT))
        sources.append(split_front_matter(exported(document, address.chapter))[1])
    return dict(zip(PAGES, ask(sources).pages, strict=True))


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_at_zenn_what_it_is_on_the_site(zenn: dict[str, str], name: str) -> None:
    there = [line.replace(f"<a {URL}/viewer/", "<a ") for line in outline(read_page(zenn[name]))]
    assert there == outline(read_page(site(name)))
    assert len(there) > 5


@pytest.mark.parametrize("name", PAGES)
def test_no_markup_leaks_into_a_page(zenn: dict[str, str], name: str) -> None:
    assert leaks(read_page(zenn[name])) == []
    assert leaks(read_page(site(name))) == []


def test_markup_that_leaks_is_found() -> None:
    raw = [
        *(":::note", "**「a」**と", "[^1]", "<b>a</b>", "==a==", "[TOC]", "!!! note", "## a {#b}"),
        *('--8<-- "a"', "\\# a", "| a |\n|==", "&nope;", "[a][b]", "\\$x\\$", "a\n<!-- b\n-->"),
        *("\\`\\`\\`", "\\- [ ] a", "???+ a", "1\\. a", "@\\[a](b)", "[a] (b)\\[c](d)", "##a"),
    ]
    pages = ask(raw).pages
    assert [text for text, page in zip(raw, pages, strict=True) if not leaks(read_page(page))] == []


def test_zenns_validators_accept_the_book() -> None:
    chapters = [front_matter(name) | {"slug": name} for name in CONFIG["chapters"]]
    answer = ask(books=[_book(CONFIG)], chapters=chapters)
    assert answer.chapters == [[] for _ in chapters]
    # A cover is asked for where the book is published, on zenn.dev.
    assert [error["type"] for error in answer.books[0]] == ["missing-book-cover"]
    assert not answer.books[0][0]["isCritical"]
    # They look, for they refuse another.
    wrong = _book(CONFIG) | {"price": 150, "slug": "short", "topics": ["a b"]}
    answer = ask(books=[wrong], chapters=[{"slug": "A", "title": "a" * 71, "free": "yes"}])
    (of_book,), (of_chapter,) = answer.books, answer.chapters
    refused = {"item-slug", "book-price-range", "invalid-topic-letters"}
    assert {error["type"] for error in of_book} >= refused
    refused = {"chapter-item-slug", "title-length", "chapter-free-type"}
    assert {error["type"] for error in of_chapter} == refused


def _book(config: dict[str, Any]) -> dict[str, Any]:
    return config | {"slug": SLUG, "specifiedChapterSlugs": config["chapters"]}


@pytest.fixture(scope="module")
def preview(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of ``npx zenn preview`` on the export."""
    folder = tmp_path_factory.mktemp("zenn")
    subprocess.run([sys.executable, "-m", "zenn", "export", folder], cwd=ROOT, check=True)
    command = FOLDER / "node_modules/zenn-cli/dist/server/zenn.js"
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    with subprocess.Popen(
        [*NODE, command, "preview", "--no-watch", "--host", "127.0.0.1", "--port", port],
        cwd=folder,
        stdout=subprocess.PIPE,
        text=True,
    ) as server:
        assert server.stdout
        try:
            said = next((line for line in server.stdout if "http://" in line), "")
            yield said.partition("Preview:")[2].strip()
        finally:
            server.terminate()


def _get(address: str) -> Any:
    with urlopen(address, timeout=60) as answer:
        return json.load(answer)


def test_the_preview_lists_the_chapters_in_order(preview: str) -> None:
    book = _get(f"{preview}/api/books/{SLUG}")["book"]
    assert (book["title"], book["chapters"]) == (CONFIG["title"], CONFIG["chapters"])
    chapters = _get(f"{preview}/api/books/{SLUG}/chapters")["chapters"]
    titles = [chapter["title"] for chapter in chapters]
    assert titles == [front_matter(name)["title"] for name in CONFIG["chapters"]]


@pytest.mark.parametrize("name", CONFIG["chapters"])
def test_the_preview_shows_a_chapter_as_the_site_does(preview: str, name: str) -> None:
    chapter = _get(f"{preview}/api/books/{SLUG}/chapters/{name}.md")["chapter"]
    page = read_page(chapter["bodyHtml"]).find("html/body")
    assert page is not None
    assert outline(page) == outline(read_page(site(name)))
    assert "data-body-error" not in chapter["bodyHtml"]
