"""config.yaml and the front matter of chapters, by Zenn's rules (zenn-model)."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from zenn.book import ProjectError, book_address
from zenn.lint.shelf import Caught, Draft, Rule, Shelf, Trap, is_numbered
from zenn.model import Document
from zenn.parser import split_front_matter

LONGEST_TITLE = 70  # UTF-16 code units, as JavaScript counts
MOST_CHAPTERS = 200
MOST_TOPICS = 5
_SLUG = re.compile(r"[0-9a-z_-]{12,50}")
_SIGNS = re.compile(r"[ -/:-@\[-`{-~]")

Wrong = tuple[str, str, str]
"""A key of config.yaml, the rule's name, and the message."""


def traps(shelf: Shelf) -> list[Trap]:
    """Return what is wrong with the file, and with what mkdocs.yml says of the book."""
    return [*_address(shelf), *_file(shelf)]


def _address(shelf: Shelf) -> Iterator[Trap]:
    path = Path("mkdocs.yml")
    try:
        slug = book_address(shelf.book).slug
    except ProjectError as error:
        yield Trap(path, 1, "book-slug", str(error).removeprefix("mkdocs.yml: "))
        return
    if not _SLUG.fullmatch(slug):
        yield Trap(
            path,
            1,
            "book-slug",
            f"Zenn refuses the name {slug} of the book; write 12–50 of a–z, 0–9, - and _",
        )


def _file(shelf: Shelf) -> Iterator[Trap]:
    path = Path(shelf.book.docs, "config.yaml")
    try:
        text = (shelf.book.root / path).read_text("utf-8")
        node = yaml.compose(text, yaml.SafeLoader)
        config = yaml.safe_load(text)
    except (OSError, UnicodeDecodeError) as error:
        yield Trap(path, 1, "config", f"Zenn knows no book without this file: {error}")
        return
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or str(error)
        line = mark.line + 1 if mark else 1
        yield Trap(
            path, line, "config", f"not YAML ({problem}); quote a value that holds `:` or `#`"
        )
        return
    if not isinstance(config, dict) or not isinstance(node, yaml.MappingNode):
        yield Trap(path, 1, "config", "no mapping; write lines key: value")
        return
    lines = {key.value: key.start_mark.line + 1 for key, _ in node.value}
    for key, rule, message in (*_about(config), *_price(config), *_chapters(config, shelf)):
        yield Trap(path, lines.get(key, 1), rule, message)


def _about(config: dict[str, Any]) -> Iterator[Wrong]:
    title, topics = config.get("title"), config.get("topics")
    if not isinstance(title, str) or not title:
        yield "title", "config-title", 'Zenn refuses a book without a title; write title: "…"'
    elif units(title) > LONGEST_TITLE:
        yield (
            "title",
            "config-title",
            f"Zenn refuses a title of {units(title)} characters; shorten it to {LONGEST_TITLE}",
        )
    if not isinstance(config.get("summary"), str) or not config["summary"]:
        yield (
            "summary",
            "config-summary",
            'Zenn refuses a book without a summary; write summary: "…"',
        )
    if not isinstance(config.get("published"), bool):
        yield (
            "published",
            "config-published",
            "Zenn takes only published: true or published: false, without quotes",
        )
    if not isinstance(topics, list) or not topics:
        yield "topics", "config-topics", 'Zenn wants topics, as in topics: ["linux", "python"]'
        return
    if len(topics) > MOST_TOPICS:
        yield "topics", "config-topics", f"Zenn takes {MOST_TOPICS} topics; leave out the others"
    for topic in topics:
        if not isinstance(topic, str) or not topic or _SIGNS.search(topic):
            yield (
                "topics",
                "config-topics",
                f"Zenn refuses the topic {topic!r}; write letters and digits only, cpp for C++",
            )


def _price(config: dict[str, Any]) -> Iterator[Wrong]:
    price: Any = config.get("price")
    fits = isinstance(price, int | float) and (price == 0 or 200 <= price <= 5000)
    if not fits or isinstance(price, bool) or price % 100:
        yield (
            "price",
            "config-price",
            f"Zenn refuses the price {price!r}; write price: 0, or 200 to 5000 by hundreds, "
            "without quotes",
        )


def _chapters(config: dict[str, Any], shelf: Shelf) -> Iterator[Wrong]:
    for message in _of_list(config.get("chapters"), shelf):
        yield "chapters", "config-chapters", message


def _of_list(chapters: Any, shelf: Shelf) -> Iterator[str]:
    if not isinstance(chapters, list) or not all(isinstance(name, str) for name in chapters):
        yield (
            "Zenn wants a flat list of names of chapters, without groups; write chapters: and "
            "lines - 02-uts"
        )
        return
    if len(chapters) > MOST_CHAPTERS:
        yield f"Zenn takes {MOST_CHAPTERS} chapters of a book"
    docs = shelf.book.docs
    for name in dict.fromkeys(chapters):
        if name.endswith(".md"):
            yield f"Zenn refuses {name}; write it without .md"
        elif name not in shelf.names:
            yield f"there is no {docs}/{name}.md; add it, or leave out"
        if chapters.count(name) > 1:
            yield f"{name} is listed twice; leave one out"
    for name in shelf.names:
        if is_numbered(name) and name not in chapters:
            yield f"{docs}/{name}.md is not in the list, and so not in Zenn's book; add - {name}"


def title(draft: Draft) -> Iterator[Caught]:
    """A title that is missing, no text, or longer than 70 characters."""
    if not draft.is_chapter:
        return
    found = draft.document.front_matter.get("title")
    if not isinstance(found, str) or not found:
        yield (
            _line(draft.document, "title"),
            "title",
            'Zenn refuses a chapter without a title; write title: "…" between two lines --- at '
            "its head",
        )
    elif units(found) > LONGEST_TITLE:
        yield (
            _line(draft.document, "title"),
            "title-length",
            f"Zenn refuses a title of {units(found)} characters; shorten it to {LONGEST_TITLE}",
        )


def free(draft: Draft) -> Iterator[Caught]:
    """``free`` says whether a chapter of a book with a price can be read without paying."""
    found = draft.document.front_matter.get("free", True)
    if draft.is_chapter and not isinstance(found, bool):
        yield (
            _line(draft.document, "free"),
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
