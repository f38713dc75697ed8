"""Within a paragraph: line breaks, emphasis and math that are none, footnotes without a note, and
words that the book writes otherwise.

In ``**「強調」**です`` the asterisks stand between punctuation and a letter, and emphasise nothing.
"""

import re
from collections.abc import Iterator
from itertools import chain

from markdown_it import MarkdownIt
from markdown_it.common.utils import isMdAsciiPunct, isPunctChar
from markdown_it.rules_inline import StateInline

from zenn.lint.prose import Prose
from zenn.lint.shelf import Caught, Draft
from zenn.syntax.images import is_captioned

LINE_BREAK = "line-break"

_FOOTNOTE = re.compile(r"\[\^([^\]\s]+)\](?!:)")
# What math doesn't look like: $HOME, ${HOME}, $(date), and Japanese outside \text{...}.
_SHELL = re.compile(r"[A-Z_]{2,}(?![A-Za-z])|\{\w+\}|\([a-z]+ |[?!#@*](?=[^\w\s]|$)")
_JAPANESE = re.compile(r"[\u3000-\u30ff\u4e00-\u9fff\uff00-\uffef]")
_TEXT = re.compile(r"\\(?:text|mbox|mathrm)\w*\{[^}]*\}")
_RUNS = {"**": re.compile(r"(?<!\*)\*\*(?!\*)"), "*": re.compile(r"(?<!\*)\*(?!\*)")}
_TOKENS = {"**": ("strong_open", "strong_close"), "*": ("em_open", "em_close")}


def line_breaks(draft: Draft) -> Iterator[Caught]:
    """A line feed is a line break: a paragraph is one line."""
    why = (
        "Zenn begins a new line here, as the text does; write the paragraph in one line, with <br> "
        "where a break is meant"
    )
    for part in draft.prose:
        if is_captioned(part.inline.children or []):
            continue
        kinds = ["", *(piece.token.type for piece in part.pieces), ""]
        for place, piece in enumerate(part.pieces):
            if kinds[place + 1] == "softbreak" and "card" not in kinds[place : place + 3]:
                yield part.line_of(piece.offset) + 1, LINE_BREAK, why


def math(draft: Draft) -> Iterator[Caught]:
    """``$HOME/bin:$PATH``: two dollars make math of what is between them."""
    for part in draft.prose:
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
                instead = "put what is meant for a shell in backticks, or write \\$"
                why = f"Zenn shows {sign}{content}{sign} as math; {instead}"
                yield part.line_of(piece.offset), "math", why


def footnotes(draft: Draft) -> Iterator[Caught]:
    """``[^1]`` without a ``[^1]: note``."""
    for line, found in draft.matches(_FOOTNOTE):
        why = f"Zenn shows {found[0]} as text, because there is no such note"
        yield line, "footnote", f"{why}; add a line {found[0]}: …"


def emphasis(draft: Draft) -> Iterator[Caught]:
    """``**「強調」**です``, ``**注意：**次``, ``** 強調 **``, ``*「強調」*です``.

    But ``/proc/*/ns と *.c`` is meant as it is.
    """
    for mark in ("**", "*"):
        for part in draft.prose:
            source = part.inline.content
            for start, end in _misplaced(part, mark):
                if mark == "**" or not (source[start + 1].isascii() or source[end - 1].isascii()):
                    yield _finding(part, mark, start, end)


def _misplaced(part: Prose, mark: str) -> Iterator[tuple[int, int]]:
    """Yield where in the source two runs of asterisks stand that were meant as a pair."""
    source = part.inline.content
    runs = sorted(_runs(part, mark))
    if all(emphasises for _, emphasises in runs):
        return
    # The first opens, the second closes, the third opens: so an author counts.
    for (start, _), (end, _) in zip(runs[::2], runs[1::2], strict=False):
        inside = source[start + len(mark) : end]
        if not inside.strip() or "\n" in inside:
            continue
        if not _flanks(source, start)[0] or not _flanks(source, end)[1]:
            yield start, end


def _runs(part: Prose, mark: str) -> Iterator[tuple[int, bool]]:
    """Yield where in the source `mark` stands, and whether it emphasises something."""
    for piece in part.pieces:
        if piece.token.type in _TOKENS[mark] and piece.token.markup == mark:
            yield piece.source, True
        elif piece.token.type == "text":
            for found in _RUNS[mark].finditer(piece.token.content):
                yield piece.source + found.start(), False


def _flanks(source: str, at: int) -> tuple[bool, bool]:
    """Tell whether the asterisks there can open and can close emphasis, CommonMark 6.2."""
    found = StateInline(source, MarkdownIt(), {}, []).scanDelims(at, True)
    return found.can_open, found.can_close


def _is_sign(character: str) -> bool:
    return isMdAsciiPunct(ord(character)) or isPunctChar(character)


def _finding(part: Prose, mark: str, start: int, end: int) -> Caught:
    source = part.inline.content
    written = source[start : end + len(mark)]
    return (
        part.line + source.count("\n", 0, start),
        "emphasis",
        f"Zenn shows the asterisks of {written} as they are, because of what is next to them; "
        f"write {_instead(source[start + len(mark) : end].strip(), mark)}",
    )


def _instead(inside: str, mark: str) -> str:
    """Return `inside` with its punctuation outside, or, where that is markup, spaces outside."""
    first = next((i for i, c in enumerate(inside) if not _is_sign(c)), 0)
    last = next((i for i, c in enumerate(reversed(inside)) if not _is_sign(c)), 0)
    before, after = inside[:first], inside[len(inside) - last :]
    if re.search(r"[`\[\]()!$<>\\]", before + after):
        return f"{mark}{inside}{mark} with a space on both sides"
    return f"{before}{mark}{inside[first : len(inside) - last]}{mark}{after}"


def terms(draft: Draft) -> Iterator[Caught]:
    """A word for which the book has another, by its own table: in the prose, and in programs, whose
    comments are read like it.
    """
    programs = [fence for fence in draft.document.fences if fence.kind == "program"]
    for term in draft.shelf.terms[0]:
        shown = ((one.line, found) for one in programs for found in term.pattern.finditer(one.text))
        for line, found in chain(draft.matches(term.pattern), shown):
            if found[1]:
                yield line, "term", f"this book writes {term.wanted} for {found[1]}: {term.why}"


RULES = (line_breaks, math, footnotes, emphasis, terms)
