from collections.abc import Callable

import pytest

from zenn.book import Book
from zenn.lint import Trap, lint_files

Lint = Callable[[str], list[Trap]]

HEAD = '---\ntitle: "章"\n---\n\n'


@pytest.fixture
def lint(book: Book) -> Lint:
    """Lints a text as the chapter 01-a, with a front matter of three lines and an empty one."""

    def call(text: str) -> list[Trap]:
        file = book.chapters / "01-a.md"
        file.write_text(text if text.startswith("---") else HEAD + text, "utf-8")
        return lint_files([file], book)

    return call
