"""Which files the harness takes for chapters: those that the site makes pages of, and no others."""

from contextlib import chdir
from pathlib import Path

import pytest

from harness.plan.selection import asked_for
from zenn.book import Book
from zenn.lint import lint_book


@pytest.fixture
def book(tmp_path: Path) -> Book:
    for name in ("docs/a.md", "snippets/a/hello.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x\n")
    (tmp_path / "docs/programs").symlink_to("../snippets")
    return Book(tmp_path)


@pytest.mark.parametrize(
    ("name", "link", "said"),
    [
        ("docs/sub/x.md", "", "docs/sub/x.md:1: the site would make a page of it"),
        ("docs/x.markdown", "", "docs/x.markdown:1: the site would make a page of it"),
        ("snippets/a/x.md", "", "snippets/a/x.md:1: the site would make a page of it"),
        ("docs/x.md", "/etc/passwd", "leads out of its folder, to /etc/passwd"),
    ],
)
def test_one_rule_says_what_a_chapter_is_for_the_harness_and_for_lint(
    book: Book, name: str, link: str, said: str
) -> None:
    with chdir(book.root):
        assert list(asked_for([], book)) == [book.root / "docs/a.md"]
    file = book.root / name
    file.parent.mkdir(exist_ok=True)
    if link:
        file.symlink_to(link)
    else:
        file.write_text("x\n")
    with pytest.raises(ExceptionGroup) as caught:
        asked_for([], book)
    assert any(said in str(error) for error in caught.value.exceptions)
    assert any(said in str(trap) or said in trap.message for trap in lint_book(book))


def test_a_chapter_that_is_named_may_lie_anywhere(book: Book, tmp_path: Path) -> None:
    file = tmp_path / "x.md"
    file.write_text("x\n")
    assert list(asked_for([f"{file}:3"], book)) == [file]
