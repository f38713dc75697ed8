"""The glossary: a page of the book, each of whose headings is a term.

    ## 名前空間（namespace、ネームスペース）

    プロセスごとに違うものを見せる仕組み。

The heading gives the term's names, the paragraph after it is what a reader is shown.
"""

import re
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from markdown_it.token import Token

from pages.files import kept
from zenn.book import Book
from zenn.model import line_of
from zenn.parser import parse
from zenn.syntax.blocks import inline_text


@dataclass(frozen=True, slots=True)
class Term:
    """A term by all its names, what it means, and the place of the glossary: ``glossary.md#id``."""

    names: tuple[str, ...]
    definition: str
    place: str


@kept
def terms_of(file: Path, name: str, book: Book) -> tuple[Term, ...]:
    """Read the page `file`, `name` within docs.

    Raises `ChapterError` as `zenn.parser.parse` does.
    """
    document = parse(file.read_text(encoding="utf-8"), book.shown(file), book)
    places = {heading.line: f"{name}#{heading.id}" for heading in document.headings}
    return tuple(_terms(document.tokens, places))


def _terms(tokens: tuple[Token, ...], places: dict[int, str]) -> list[Term]:
    found = []
    for (start, heading), (opening, text) in zip(
        pairwise(tokens), pairwise(tokens[3:]), strict=False
    ):
        if start.type == "heading_open" and opening.type == "paragraph_open":
            names = tuple(filter(None, re.split("[（）、]", inline_text(heading))))
            found.append(Term(names, inline_text(text), places[line_of(start)]))
    return found
