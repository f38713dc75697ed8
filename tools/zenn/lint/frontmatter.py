"""The lines between ``---`` at the head of a chapter."""

from collections.abc import Iterator

from zenn.frontmatter import split_front_matter
from zenn.lint.book import Shelf
from zenn.lint.finding import Finding, Rule
from zenn.model import Document

LONGEST_TITLE = 70  # UTF-16 code units, as JavaScript counts


def title(document: Document, shelf: Shelf) -> Iterator[Finding]:
    """A title that is missing, no text, or longer than 70 characters."""
    if not shelf.is_chapter(document):
        return
    found = document.front_matter.get("title")
    if not isinstance(found, str) or not found:
        yield Finding(
            document.path,
            _line(document, "title"),
            "title",
            'Zenn refuses a chapter without a title; write title: "…" between two lines --- at '
            "its head",
        )
    elif units(found) > LONGEST_TITLE:
        yield Finding(
            document.path,
            _line(document, "title"),
            "title-length",
            f"Zenn refuses a title of {units(found)} characters; shorten it to {LONGEST_TITLE}",
        )


def free(document: Document, shelf: Shelf) -> Iterator[Finding]:
    """``free`` says whether a chapter of a book with a price can be read without paying."""
    found = document.front_matter.get("free", True)
    if shelf.is_chapter(document) and not isinstance(found, bool):
        yield Finding(
            document.path,
            _line(document, "free"),
            "free",
            f"Zenn refuses free: {found}; write free: true or free: false, without quotes",
        )


def units(text: str) -> int:
    """Return the length of `text` as Zenn counts it: an emoji may be two."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _line(document: Document, key: str) -> int:
    front, _ = split_front_matter(document.text)
    for number, line in enumerate(front.split("\n"), 1):
        if line.startswith(f"{key}:"):
            return number
    return 1


RULES: tuple[Rule, ...] = (title, free)
