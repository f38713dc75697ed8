"""Headings that are none."""

import re
from collections.abc import Iterator

from zenn.lint.book import Shelf
from zenn.lint.finding import Finding, Rule
from zenn.model import Document
from zenn.prose import prose

# A single # may as well begin an issue's number, #!/bin/sh or #[derive].
_NO_SPACE = re.compile(r"^(?:#{2,6}|#(?![0-9!\[]))(?=[^#\s]|\u3000)", re.MULTILINE)
_ATTRIBUTES = re.compile(r"\{:?[ \t]*[#.][A-Za-z][\w-]*[^{}\n]*\}")


def spaces(document: Document, shelf: Shelf) -> Iterator[Finding]:
    """``##x``, and ``##　x`` with a full-width space."""
    for part in prose(document):
        if part.kind != "paragraph":
            continue
        for found in _NO_SPACE.finditer(part.text):
            yield Finding(
                document.path,
                part.line_of(found.start()),
                "heading-space",
                f"Zenn shows {found[0]} as text, not a heading; put a space (U+0020) after it",
            )


def attributes(document: Document, shelf: Shelf) -> Iterator[Finding]:
    """``## 見出し {#id}``, of Pandoc and Python-Markdown."""
    for part in prose(document):
        for found in _ATTRIBUTES.finditer(part.text):
            yield Finding(
                document.path,
                part.line_of(found.start()),
                "attributes",
                f"Zenn shows {found[0]} as text, and makes a heading's id of its text; leave it "
                "out",
            )


RULES: tuple[Rule, ...] = (spaces, attributes)
