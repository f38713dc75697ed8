"""The book of docs/ as Zenn has it: rendered, validated and previewed by Zenn's own code.

A chapter that is cut for Zenn is compared part by part, and its links by what they lead to.
"""

import json
import re
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import chain
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
from zenn.export.chapter import Places, exported
from zenn.parser import parse, parse_front_matter, split_front_matter
from zenn.parts import Part, divided

URL = "https://zenn.dev/somebody/books/namespace-book"
PAGES = sorted(file.stem for file in (ROOT / "docs").glob("*.md"))
CONFIG = yaml.safe_load((ROOT / "docs/config.yaml").read_text("utf-8"))
SLUG = book_address(Book(ROOT)).slug


def halves(name: str) -> tuple[str, str]:
    return split_front_matter((ROOT / f"docs/{name}.md").read_text("utf-8"))


@cache
def site(name: str) -> str:
    """Our HTML of a page of docs/."""
    folders = {"docs": str(ROOT / "docs"), "snippets": str(ROOT / "snippets")}
    return render(halves(name)[1], **folders, record="", diagrams=False)


MOST = 30_000
"""Characters of a chapter in the first half of this file: most of the book's are cut."""


@cache
def places(url: str | None, most: int) -> Places:
    address = BookAddress(SLUG, url).chapter
    files = {name: ROOT / f"docs/{name}.md" for name in PAGES}
    read = {name: parse(file.read_text("utf-8"), file, Book(ROOT)) for name, file in files.items()}
    return Places({name: divided(read[name], address, most) for name in PAGES}, address)


def whole(name: str, pages: Sequence[str], found: Places) -> list[str]:
    """Zenn's pages of a chapter's parts, as they are one page with the links of the chapter."""
    before = {
        f"{found.address(part.name)}#{there}": f"{chapter}#{here}"
        for chapter, parts in found.parts.items()
        for part in parts
        for here, there in part.ids.items()
    } | {found.address(chapter): chapter for chapter in found.parts}
    lines = []
    for part, page in zip(found.parts[name], pages, strict=True):
        ids = {there: here for here, there in part.ids.items()}
        body = read_page(page).find("html/body")
        for line in outline(read_page(page) if body is None else body):
            heading = re.match(r"(h[1-4] #)(.*?)( \|.*)", line)
            said = f"{heading[1]}{ids[heading[2]]}{heading[3]}" if heading else line
            own = f"<a {found.address(part.name)}#"
            said = re.sub(
                "<a ([^>]*)", lambda a: f"<a {before.get(a[1], a[1])}", said.replace("<a #", own)
            )
            lines.append(said)
    return lines


def on_the_site(name: str) -> list[str]:
    return [line.replace("<a #", f"<a {name}#") for line in outline(read_page(site(name)))]


@pytest.fixture(scope="module")
def zenn() -> dict[str, list[str]]:
    """Zenn's HTML of every page of docs/, in parts, with full URLs between them."""
    found = places(URL, MOST)
    files = {name: ROOT / f"docs/{name}.md" for name in PAGES}
    texts = {
        name: [
            split_front_matter(text)[1]
            for text in exported(parse(file.read_text("utf-8"), file, Book(ROOT)), found).values()
        ]
        for name, file in files.items()
    }
    pages = iter(ask([*chain(*texts.values())]).pages)
    return {name: [next(pages) for _ in parts] for name, parts in texts.items()}


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_at_zenn_what_it_is_on_the_site(zenn: dict[str, list[str]], name: str) -> None:
    there = whole(name, zenn[name], places(URL, MOST))
    assert there == on_the_site(name)
    assert len(there) > 5


def test_chapters_are_cut(zenn: dict[str, list[str]]) -> None:
    assert sum(len(parts) > 1 for parts in zenn.values()) > 5


@pytest.mark.parametrize("name", PAGES)
def test_no_markup_leaks_into_a_page(zenn: dict[str, list[str]], name: str) -> None:
    assert [leaks(read_page(page)) for page in zenn[name]] == [[]] * len(zenn[name])
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
    chapters = [
        parse_front_matter(split_front_matter(part.text)[0]) | {"slug": part.name}
        for part in (*parts_listed(URL, MOST), *parts_listed(None))
    ]
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


def parts_listed(url: str | None, most: int = 50_000) -> list[Part]:
    """The parts of all chapters of config.yaml."""
    found = places(url, most).parts
    return [part for name in CONFIG["chapters"] for part in found[name]]


def test_the_preview_lists_the_chapters_in_order(preview: str) -> None:
    book = _get(f"{preview}/api/books/{SLUG}")["book"]
    parts = parts_listed(None)
    assert (book["title"], book["chapters"]) == (CONFIG["title"], [part.name for part in parts])
    chapters = _get(f"{preview}/api/books/{SLUG}/chapters")["chapters"]
    titles = [parse_front_matter(split_front_matter(part.text)[0])["title"] for part in parts]
    assert [chapter["title"] for chapter in chapters] == titles


@pytest.mark.parametrize("name", CONFIG["chapters"])
def test_the_preview_shows_a_chapter_as_the_site_does(preview: str, name: str) -> None:
    pages = []
    for part in places(None, 50_000).parts[name]:
        chapter = _get(f"{preview}/api/books/{SLUG}/chapters/{part.name}.md")["chapter"]
        assert "data-body-error" not in chapter["bodyHtml"]
        pages.append(chapter["bodyHtml"])
    assert whole(name, pages, places(None, 50_000)) == on_the_site(name)
