"""The text of a chapter between its code: paragraphs, headings, cells, each with its lines.

For rules on what a reader sees as text. Code, math, addresses and escaped characters are not in
it, so a rule can't take them for anything.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from markdown_it.helpers import parseLinkDestination
from markdown_it.token import Token

from zenn.model import Document
from zenn.syntax.inline import as_written

GAP = "\ufffc"
"""Stands in `Prose.text` for what is there and is no text: code, math, an image, ``\\*``."""

_BREAK = re.compile(r"<br\s?/?>|\n")


@dataclass(frozen=True, slots=True)
class Piece:
    """A token of a prose: where it stands in `Prose.text`, and in the source of that prose."""

    token: Token
    offset: int
    source: int


@dataclass(frozen=True, slots=True)
class Prose:
    """One paragraph, heading or table cell (`kind` is ``paragraph``, ``heading``, ``td`` ...).

    `text` has a line feed wherever the source has one, so that offsets have lines. `pieces` are its
    tokens, in order; of links and emphasis both ends.
    """

    kind: str
    inline: Token
    line: int
    text: str
    pieces: tuple[Piece, ...]

    def line_of(self, offset: int) -> int:
        """Return the chapter's line of a place in `text`."""
        return self.line + self.text.count("\n", 0, offset)


def prose(document: Document) -> Iterator[Prose]:
    """Yield what of a chapter is prose, in the order of its tokens: footnotes come last."""
    for before, token in pairwise(document.tokens):
        if token.type == "inline":
            yield _prose(document, before.type.removesuffix("_open"), token)


def _prose(document: Document, kind: str, inline: Token) -> Prose:
    if inline.map:
        line = inline.map[0] + 1
    else:  # ^[a footnote in the line]: it is parsed apart, and has lost its place
        begin = "^[" + inline.content.partition("\n")[0]
        line = document.text.count("\n", 0, max(document.text.find(begin), 0)) + 1
    reader = _Reader(inline)
    for child in as_written(inline):
        reader.take(child)
    return Prose(kind, inline, line, "".join(reader.parts), tuple(reader.pieces))


class _Reader:
    """Follows the source of one inline token while its children are taken in order."""

    def __init__(self, inline: Token) -> None:
        self.source = inline.content
        self.at = 0  # in the source
        self.length = 0  # of the parts
        self.parts: list[str] = []
        self.pieces: list[Piece] = []
        self.automatic = False  # within the text of a link that is a bare address

    def take(self, token: Token) -> None:
        shown = token.markup if token.nesting or token.type == "text_special" else token.content
        if token.type == "text" or (
            token.nesting and token.type not in ("link_open", "link_close")
        ):
            self._go_to(shown)
        self.pieces.append(Piece(token, self.length, self.at))
        match token.type:
            case "text":
                self.at += len(shown)
                self._put(GAP if self.automatic else shown)
            case "softbreak" | "hardbreak":
                found = _BREAK.search(self.source, self.at)
                self.at = found.end() if found else self.at
                self._put("\n" if found and found[0] == "\n" else GAP)
            case "link_open":
                self.automatic = token.markup in ("linkify", "autolink")
                self.at += self.source.startswith(("[", "<"), self.at)
            case "link_close":
                self.automatic = False
                self.at = _after_link(self.source, self.at)
            case "code_inline":
                self._put(GAP)
                self._through(token.markup, self.source.find(token.markup, self.at) + len(shown))
            case "image":
                self._put(GAP)
                self._through("](", self.at)
            case _ if token.nesting:
                self.at += len(shown)
            case _:
                self._put(GAP)
                self._go_to(shown)
                self.at += len(shown)

    def _put(self, part: str) -> None:
        self.parts.append(part)
        self.length += len(part)

    def _go_to(self, content: str) -> None:
        found = self.source.find(content, self.at)
        self.at = found if found >= 0 else self.at

    def _through(self, mark: str, start: int) -> None:
        """Go on after `mark`, putting a line feed for each that is passed."""
        found = self.source.find(mark, start)
        if found >= 0:
            self._put("\n" * self.source.count("\n", self.at, found))
            self.at = found + len(mark)


def _after_link(source: str, at: int) -> int:
    """Return where a link ends whose text ends at `at`: ``](address "title")``, ``][label]``."""
    if source.startswith("](", at):
        begin = at + 2 + len(source[at + 2 :]) - len(source[at + 2 :].lstrip())
        found = parseLinkDestination(source, begin, len(source))
        end = source.find(")", found.pos if found.ok else begin)
        return end + 1 if end >= 0 else at
    return at + source.startswith((">", "]"), at)
