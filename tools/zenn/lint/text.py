"""Within a paragraph: line breaks, math that is none, footnotes without a note."""

import re
from collections.abc import Iterator

from zenn.lint.book import Shelf
from zenn.lint.finding import Finding, Rule
from zenn.model import Document
from zenn.prose import Piece, Prose, prose
from zenn.rules.images import is_captioned

LINE_BREAK = "line-break"

_FOOTNOTE = re.compile(r"\[\^([^\]\s]+)\](?!:)")
# What math doesn't look like: $HOME, ${HOME}, $(date), and Japanese outside \text{...}.
_SHELL = re.compile(r"[A-Z_]{2,}(?![A-Za-z])|\{\w+\}|\([a-z]+ |[?!#@*](?=[^\w\s]|$)")
_JAPANESE = re.compile(r"[\u3000-\u30ff\u4e00-\u9fff\uff00-\uffef]")
_TEXT = re.compile(r"\\(?:text|mbox|mathrm)\w*\{[^}]*\}")


def line_breaks(document: Document, shelf: Shelf) -> Iterator[Finding]:
    """A line feed is a line break: a paragraph is one line."""
    for part in prose(document):
        children = part.inline.children or []
        if is_captioned(children):
            continue
        for before, piece, after in _neighbours(part):
            if piece.token.type != "softbreak" or "card" in (before, after):
                continue
            yield Finding(
                document.path,
                part.line_of(piece.offset) + 1,
                LINE_BREAK,
                "Zenn begins a new line here, as the text does; write the paragraph in one line, "
                "with <br> where a break is meant",
            )


def _neighbours(part: Prose) -> Iterator[tuple[str, Piece, str]]:
    """Yield each piece with the types of those around it, if nothing stands between."""
    for index, piece in enumerate(part.pieces):
        before = part.pieces[index - 1].token.type if index else ""
        after = part.pieces[index + 1].token.type if index + 1 < len(part.pieces) else ""
        yield before, piece, after


def math(document: Document, shelf: Shelf) -> Iterator[Finding]:
    """``$HOME/bin:$PATH``: two dollars make math of what is between them."""
    for part in prose(document):
        for piece in part.pieces:
            if piece.token.type not in ("math_inline", "math_inline_display"):
                continue
            content = piece.token.content
            after = part.text[piece.offset + 1 : piece.offset + 2]
            if (
                _SHELL.match(content)
                or _JAPANESE.search(_TEXT.sub("", content))
                or re.match(r"[\w{(]", after, re.ASCII)
            ):
                sign = "$$" if piece.token.type.endswith("display") else "$"
                yield Finding(
                    document.path,
                    part.line_of(piece.offset),
                    "math",
                    f"Zenn shows {sign}{content}{sign} as math; put what is meant for a shell in "
                    "backticks, or write \\$",
                )


def footnotes(document: Document, shelf: Shelf) -> Iterator[Finding]:
    """``[^1]`` without a ``[^1]: note``."""
    for part in prose(document):
        for found in _FOOTNOTE.finditer(part.text):
            yield Finding(
                document.path,
                part.line_of(found.start()),
                "footnote",
                f"Zenn shows {found[0]} as text, because there is no such note; add a line "
                f"{found[0]}: …",
            )


RULES: tuple[Rule, ...] = (line_breaks, math, footnotes)
