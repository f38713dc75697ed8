"""``**「強調」**です``: asterisks that stand between punctuation and a letter emphasise nothing."""

import re
from collections.abc import Iterator

from markdown_it.common.utils import isMdAsciiPunct, isPunctChar

from zenn.lint.book import Shelf
from zenn.lint.finding import Finding, Rule
from zenn.model import Document
from zenn.prose import Prose, prose

_RUNS = {"**": re.compile(r"(?<!\*)\*\*(?!\*)"), "*": re.compile(r"(?<!\*)\*(?!\*)")}
_TOKENS = {"**": ("strong_open", "strong_close"), "*": ("em_open", "em_close")}


def strong(document: Document, shelf: Shelf) -> Iterator[Finding]:
    """``**「強調」**です``, ``**注意：**次``, ``** 強調 **``."""
    for part in prose(document):
        for start, end in _misplaced(part, "**"):
            yield _finding(document, part, "**", start, end)


def em(document: Document, shelf: Shelf) -> Iterator[Finding]:
    """``*「強調」*です``; but ``/proc/*/ns と *.c`` is meant as it is."""
    for part in prose(document):
        source = part.inline.content
        for start, end in _misplaced(part, "*"):
            if not source[start + 1].isascii() and not source[end - 1].isascii():
                yield _finding(document, part, "*", start, end)


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
        if not _can_open(source, start, mark) or not _can_close(source, end, mark):
            yield start, end


def _runs(part: Prose, mark: str) -> Iterator[tuple[int, bool]]:
    """Yield where in the source `mark` stands, and whether it emphasises something."""
    for piece in part.pieces:
        if piece.token.type in _TOKENS[mark] and piece.token.markup == mark:
            yield piece.source, True
        elif piece.token.type == "text":
            for found in _RUNS[mark].finditer(piece.token.content):
                yield piece.source + found.start(), False


def _can_open(source: str, at: int, mark: str) -> bool:
    """Left-flanking, as CommonMark 6.2 says."""
    before, after = _around(source, at, mark)
    return not after.isspace() and (not _is_sign(after) or before.isspace() or _is_sign(before))


def _can_close(source: str, at: int, mark: str) -> bool:
    """Right-flanking."""
    before, after = _around(source, at, mark)
    return not before.isspace() and (not _is_sign(before) or after.isspace() or _is_sign(after))


def _around(source: str, at: int, mark: str) -> tuple[str, str]:
    end = at + len(mark)
    return source[at - 1 : at] or " ", source[end : end + 1] or " "


def _is_sign(character: str) -> bool:
    return isMdAsciiPunct(ord(character)) or isPunctChar(character)


def _finding(document: Document, part: Prose, mark: str, start: int, end: int) -> Finding:
    source = part.inline.content
    written = source[start : end + len(mark)]
    return Finding(
        document.path,
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


RULES: tuple[Rule, ...] = (strong, em)
