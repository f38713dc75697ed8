"""The whole book, built as readers get it when every block is verified, and its search."""

import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from entries import of, step
from playwright.sync_api import Page, ViewportSize
from project import mkdocs

from harness import record
from harness.record import Entry, Step
from zenn.book import Book
from zenn.console import commands
from zenn.model import Fence
from zenn.parser import parse

ROOT = Path(__file__).parents[3]
SCREENS = {
    "desk": ViewportSize(width=1400, height=1000),
    "phone": ViewportSize(width=390, height=844),
}


@dataclass(frozen=True)
class Whole:
    """A built site, by its folder and by the address that it is served at."""

    folder: Path
    address: str

    @property
    def pages(self) -> list[str]:
        """The path of every page, and that of the one for wrong addresses."""
        found = sorted(page.relative_to(self.folder) for page in self.folder.rglob("*.html"))
        return ["/" + page.as_posix().removesuffix("index.html") for page in found]

    def file(self, url: str) -> Path:
        """The file that is served at `url`."""
        file = self.folder / unquote(urlsplit(url).path).lstrip("/")
        return file / "index.html" if file.is_dir() else file


def build(folder: Path, **environment: str) -> None:
    """Build the book in `folder` as if all of it had passed, into `folder`/site."""
    for name in ("docs", "snippets"):
        shutil.copytree(ROOT / name, folder / name)
    shutil.copy(ROOT / "mkdocs.yml", folder)
    (folder / "tools").symlink_to(ROOT / "tools")
    chapters = sorted(folder.glob("docs/[0-9]*.md"))
    entries = [entry for chapter in chapters for entry in _entries(chapter)]
    record.write(folder / "build/verification.json", entries)
    run = mkdocs(folder, **environment)
    assert run.returncode == 0, run.stderr


def slim(site: Path) -> None:
    """Make a built site lighter, as ``make site`` does."""
    subprocess.run(["node", ROOT / "tools/web/slim.mjs", site], check=True)


def _entries(chapter: Path) -> Iterator[Entry]:
    document = parse(chapter.read_text("utf-8"), chapter, Book(chapter.parents[1]))
    for fence in document.fences:
        ran: dict[str, Any] = {"steps": (_step(fence),)}
        if fence.kind != "console":
            ran = {"kind": "program"}
        kernel = "6.12.101+deb13-cloud-amd64"
        yield of(fence, chapter=f"docs/{chapter.name}", kernel=kernel, **ran)


def _step(fence: Fence) -> Step:
    """A run that showed what the text shows: as long as a real one is."""
    typed = commands(fence.text)
    return step(typed.partition("\n")[0], fence.text.partition("\n")[2] if typed else fence.text)


# Whether the line above the results (“12件見つかりました”) is there, or what stands there before.
_COUNTED = """(counted) => {
  const line = document.querySelector(".md-search-result__meta").textContent;
  return /見つかり/.test(line) === counted;
}"""
_FOUND = """() => [...document.querySelectorAll(".md-search-result__item")].map(
  (item) => [...item.querySelectorAll("a.md-search-result__link")].map((link) => link.href)
)"""


def search(page: Page, query: str) -> list[list[str]]:
    """What is found: for each page, best first, the addresses (page, then its best sections)."""
    field = page.locator("[data-md-component=search-query]")
    for text in ("", query):
        field.fill(text)
        field.press("End")  # Material listens to keys
        page.wait_for_function(_COUNTED, arg=bool(text))
    found: list[list[str]] = page.evaluate(_FOUND)
    return [[unquote(address) for address in group] for group in found]
