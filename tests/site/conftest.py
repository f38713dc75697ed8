import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser
from serving import serving

import zenn.book
from publish.articles import browser as chromium
from zenn.model import Document
from zenn.parser import parse

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Book:
    """A project of its own in a temporary folder, built with the mkdocs.yml of this one."""

    root: Path

    def write(self, name: str, text: str) -> None:
        file = self.root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")

    def document(self, name: str) -> Document:
        path = Path("docs") / name
        return parse((self.root / path).read_text("utf-8"), path, zenn.book.Book(self.root))

    def record(self, *blocks: dict[str, Any]) -> None:
        self.write("build/verification.json", json.dumps({"version": 2, "blocks": blocks}))

    def build(self) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "mkdocs", "build", "--strict", "-f", "mkdocs.yml"],
            cwd=self.root,
            capture_output=True,
            text=True,
            check=False,
            env=os.environ | {"NO_MKDOCS_2_WARNING": "1", "NO_COLOR": "1"},
        )

    def page(self, name: str) -> str:
        return (self.root / "site" / name / "index.html").read_text("utf-8")

    def index(self) -> str:
        return (self.root / "site" / "search" / "search_index.json").read_text("utf-8")


def a_book(root: Path) -> Book:
    """A book of two chapters, 01-a and 02-b, a page that lists them, and an empty glossary."""
    book = Book(root)
    config = (ROOT / "mkdocs.yml").read_text("utf-8")
    head, found, rest = config.partition("\nnav:\n")
    assert found
    rest = rest[rest.index("\ntheme:") :]
    nav = "[index.md, 01-a.md, 02-b.md, glossary.md]"
    book.write("mkdocs.yml", f"{head}\nnav: {nav}\n{rest}")
    book.write("docs/index.md", "# 本\n\n[a](01-a) [b](02-b#見出し)\n")
    book.write("docs/01-a.md", "---\ntitle: A\n---\n\n## 節\n\n```console\n$ id\n```\n")
    book.write("docs/02-b.md", "---\ntitle: B\n---\n\n## 見出し\n\n文です。\n")
    book.write("docs/glossary.md", "# 用語集\n")
    book.write("docs/config.yaml", "title: x\n")
    for name in (
        "book.css",
        "book.js",
        "diagrams.js",
        "search.js",
        "icon.svg",
        "vendor/iframe-worker.js",
    ):
        book.write(f"docs/assets/{name}", (ROOT / "docs/assets" / name).read_text("utf-8"))
    book.write("snippets/01-a/hello.py", 'print("hello")\n')
    (book.root / "docs/programs").symlink_to("../snippets")
    return book


@pytest.fixture
def book(tmp_path: Path) -> Book:
    return a_book(tmp_path)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's chromium, without a window."""
    with chromium() as launched:
        yield launched


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a small book that has everything a reader can touch."""
    book = a_book(tmp_path_factory.mktemp("book"))
    for file in (Path(__file__).parent / "reader").iterdir():
        book.write(f"docs/{file.name}", file.read_text("utf-8"))
    fences = book.document("01-a.md").fences
    run = {"machine": "qemu", "kernel": "6.12", "date": "2026-11-23T18:40:00Z", "verdict": "passed"}
    value = {"kind": "pid", "text": "1234", "run": "87", "where": "output", "line": 0, "column": 0}
    step = {"prompt": "$ ", "command": "echo $$", "output": "87\n", "status": 0, "values": [value]}
    book.record(
        *(
            {"chapter": "docs/01-a.md", "digest": fence.digest, "transcript": [step]} | run
            for fence in fences
            if fence.language == "console"
        )
    )
    built = book.build()
    assert built.returncode == 0, built.stderr
    with serving(book.root / "site") as address:
        yield address
