"""config.yaml and the front matter of chapters, by Zenn's rules (zenn-model)."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from zenn.book import ProjectError, book_address
from zenn.guard.bounds import compose_yaml, load_yaml, read_text
from zenn.lint.shelf import Caught, Draft, Shelf, Trap, is_numbered
from zenn.model import Document
from zenn.parser import split_front_matter, yaml_problem
from zenn.parts import LONGEST_TITLE, title_length

MOST_CHAPTERS = 200
MOST_TOPICS = 5
_SLUG = re.compile(r"[0-9a-z_-]{12,50}")
_TAG = re.compile(r"<[a-zA-Z/!]")
_SIGNS = re.compile(r"[ -/:-@\[-`{-~]")

Wrong = tuple[str, str]
"""A key of config.yaml, and the message; the rule is called ``config-KEY``."""


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
        why = f"Zenn refuses the name {slug} of the book; write 12–50 of a–z, 0–9, - and _"
        yield Trap(path, 1, "book-slug", why)


def _file(shelf: Shelf) -> Iterator[Trap]:
    path = Path(shelf.book.docs, "config.yaml")
    try:
        text = read_text(shelf.book.root / path)
        node = compose_yaml(text)
        config = load_yaml(text)
    except (OSError, UnicodeDecodeError) as error:
        yield Trap(path, 1, "config", f"Zenn knows no book without this file: {error}")
        return
    except (yaml.YAMLError, ValueError) as error:
        line, problem = yaml_problem(error)
        yield Trap(
            path, line, "config", f"not YAML ({problem}); quote a value that holds `:` or `#`"
        )
        return
    if not isinstance(config, dict) or not isinstance(node, yaml.MappingNode):
        yield Trap(path, 1, "config", "no mapping; write lines key: value")
        return
    lines = {key.value: key.start_mark.line + 1 for key, _ in node.value}
    chapters = (("chapters", message) for message in _chapters(config.get("chapters"), shelf))
    for key, message in (*_about(config), *_price(config), *chapters):
        yield Trap(path, lines.get(key, 1), f"config-{key}", message)


def _about(config: dict[str, Any]) -> Iterator[Wrong]:
    title, topics = config.get("title"), config.get("topics")
    if not isinstance(title, str) or not title:
        yield "title", 'Zenn refuses a book without a title; write title: "…"'
    elif length := too_long(title):
        yield "title", length
    if not isinstance(config.get("summary"), str) or not config["summary"]:
        yield "summary", 'Zenn refuses a book without a summary; write summary: "…"'
    if not isinstance(config.get("published"), bool):
        yield "published", "Zenn takes only published: true or published: false, without quotes"
    if not isinstance(topics, list) or not topics:
        yield "topics", 'Zenn wants topics, as in topics: ["linux", "python"]'
        return
    if len(topics) > MOST_TOPICS:
        yield "topics", f"Zenn takes {MOST_TOPICS} topics; leave out the others"
    for topic in topics:
        if not isinstance(topic, str) or not topic or _SIGNS.search(topic):
            instead = "write letters and digits only, cpp for C++"
            yield "topics", f"Zenn refuses the topic {topic!r}; {instead}"


def _price(config: dict[str, Any]) -> Iterator[Wrong]:
    price: Any = config.get("price")
    fits = isinstance(price, int | float) and (price == 0 or 200 <= price <= 5000)
    if not fits or isinstance(price, bool) or price % 100:
        instead = "write price: 0, or 200 to 5000 by hundreds, without quotes"
        yield "price", f"Zenn refuses the price {price!r}; {instead}"


def _chapters(chapters: Any, shelf: Shelf) -> Iterator[str]:
    if not isinstance(chapters, list) or not all(isinstance(name, str) for name in chapters):
        why = "Zenn wants a flat list of names of chapters, without groups"
        yield f"{why}; write chapters: and lines - 02-uts"
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
        why = 'Zenn refuses a chapter without a title; write title: "…" between two lines ---'
        yield _line(draft.document, "title"), "title", f"{why} at its head"
    elif length := too_long(found):
        yield _line(draft.document, "title"), "title-length", length
    elif _TAG.search(found):
        why = "a title is plain text, and its tags are shown; leave them out"
        yield _line(draft.document, "title"), "title", why


def free(draft: Draft) -> Iterator[Caught]:
    """``free`` says whether a chapter of a book with a price can be read without paying."""
    found = draft.document.front_matter.get("free", True)
    if draft.is_chapter and not isinstance(found, bool):
        why = f"Zenn refuses free: {found}; write free: true or free: false, without quotes"
        yield _line(draft.document, "free"), "free", why


def too_long(title: str) -> str:
    """Return what is wrong with a title that is too long; Zenn may count an emoji as two."""
    length = title_length(title)
    if length <= LONGEST_TITLE:
        return ""
    return f"Zenn refuses a title of {length} characters; shorten it to {LONGEST_TITLE}"


def _line(document: Document, key: str) -> int:
    front, _ = split_front_matter(document.text)
    for number, line in enumerate(front.split("\n"), 1):
        if line.startswith(f"{key}:"):
            return number
    return 1


RULES = (title, free)
