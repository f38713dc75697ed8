from collections.abc import Callable
from pathlib import Path

import pytest

from zenn.book import Book
from zenn.lint import Trap, lint_files

HEAD = '---\ntitle: "章"\n---\n\n'
CONFIG = """\
title: "本"
summary: "説明"
topics: ["linux"]
published: true
price: 0
chapters:
  - 01-a
  - 02-b
"""


@pytest.fixture
def book(tmp_path: Path) -> Book:
    """A book of two chapters and a page that only the site has."""
    root = tmp_path / "book"
    for name, text in {
        "mkdocs.yml": "extra: {zenn: {slug: namespace-book}}\n",
        "docs/config.yaml": CONFIG,
        "docs/01-a.md": HEAD + "## 節\n",
        "docs/02-b.md": HEAD + "## はじめに\n",
        "docs/index.md": "# 本\n",
        "snippets/fence.txt": "```\n```\n",
        "snippets/colons.txt": ":::\n",
    }.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, "utf-8")
    (root / "docs/images").mkdir()
    (root / "docs/images/a.png").write_bytes(b"")
    (root / "docs/images/large.png").write_bytes(bytes(3 * 1024 * 1024 + 1))
    return Book(root)


@pytest.fixture
def lint(book: Book) -> Callable[[str], list[Trap]]:
    """Lints a text as the chapter 01-a, with a front matter of three lines and an empty one."""
    file = book.chapters / "01-a.md"

    def call(text: str) -> list[Trap]:
        file.write_text(text if text.startswith("---") else HEAD + text, "utf-8")
        return lint_files([file], book)

    return call
