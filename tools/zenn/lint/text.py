"""Within a paragraph: emphasis that is none, line breaks, math that is none, footnotes."""

import re
from collections.abc import Iterator

from zenn.lint.book import Book
from zenn.lint.finding import Finding, Rule
from zenn.model import Document
from zenn.prose import GAP, Leaf, Prose, prose
from zenn.rules.images import is_captioned

LINE_BREAK = "line-break"

_PAIR = re.compile(r"\*\*(?=[^\s*])[^\n*]+(?<=[^\s*])\*\*")
_ODD = re.compile(r"(?<![*/])\*\*(?![*/])")
_EM = re.compile(r"(?<!\*)\*([「『（【〈《][^\n*]*[」』）】〉》])\*(?!\*)")
_FOOTNOTE = re.compile(r"\[\^([^\]\s]+)\](?!:)")
# What math doesn't look like: $HOME, ${HOME}, $(date), and Japanese outside \text{...}.
_SHELL = re.compile(r"[A-Z_]{2,}(?![A-Za-z])|\{\w+\}|\([a-z]+ |[?!#@*0-9](?=[^\w\s]|$)")
_JAPANESE = re.compile(r"[\u3000-\u30ff\u4e00-\u9fff\uff00-\uffef]")
_TEXT = re.compile(r"\\(?:text|mbox|mathrm)\w*\{[^}]*\}")


def emphasis(document: Document, book: Book) -> Iterator[Finding]:
    """``**「強調」**です``: between punctuation and a letter, asterisks mean nothing."""
    for part in prose(document):
        strong = any(leaf.token.type == "strong_open" for leaf in part.leaves)
        pairs = [*_PAIR.finditer(part.text), *_EM.finditer(part.text)]
        # One that is left over where another was taken, **A：**b** for instance.
        for found in pairs or (list(_ODD.finditer(part.text))[:1] if strong else []):
            shown = found[0].replace(GAP, "…")
            yield Finding(
                document.path,
                part.line_of(found.start()),
                "emphasis",
                f"Zenn shows the asterisks of {shown} as they are, where punctuation meets them on "
                "one side and a letter on the other; write 「**強調**」, the punctuation outside, "
                "or a space on both sides",
            )


def line_breaks(document: Document, book: Book) -> Iterator[Finding]:
    """A line feed is a line break: a paragraph is one line."""
    for part in prose(document):
        children = part.inline.children or []
        if is_captioned(children):
            continue
        for before, leaf, after in _neighbours(part):
            if leaf.token.type != "softbreak" or "card" in (before, after):
                continue
            yield Finding(
                document.path,
                part.line_of(leaf.offset) + 1,
                LINE_BREAK,
                "Zenn begins a new line here, because the paragraph does; write a paragraph in one "
                "line, an empty line between two, and <br> for a break that is meant",
            )


def _neighbours(part: Prose) -> Iterator[tuple[str, Leaf, str]]:
    """Yield each leaf with the types of those around it, if nothing stands between."""
    for index, leaf in enumerate(part.leaves):
        before = part.leaves[index - 1].token.type if index else ""
        after = part.leaves[index + 1].token.type if index + 1 < len(part.leaves) else ""
        yield before, leaf, after


def math(document: Document, book: Book) -> Iterator[Finding]:
    """``$HOME/bin:$PATH``: two dollars make math of what is between them."""
    for part in prose(document):
        for leaf in part.leaves:
            if leaf.token.type not in ("math_inline", "math_inline_display"):
                continue
            content = leaf.token.content
            after = part.text[leaf.offset + 1 : leaf.offset + 2]
            if (
                _SHELL.match(content)
                or _JAPANESE.search(_TEXT.sub("", content))
                or re.match(r"[\w{(]", after, re.ASCII)
            ):
                sign = "$$" if leaf.token.type.endswith("display") else "$"
                yield Finding(
                    document.path,
                    part.line_of(leaf.offset),
                    "math",
                    f"Zenn shows {sign}{content}{sign} as math; put what is meant for a shell in "
                    "backticks, or write \\$",
                )


def footnotes(document: Document, book: Book) -> Iterator[Finding]:
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


RULES: tuple[Rule, ...] = (emphasis, line_breaks, math, footnotes)
