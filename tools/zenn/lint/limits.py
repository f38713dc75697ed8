"""Zenn's limits on a chapter."""

import re
from collections.abc import Iterator

from zenn.export.chapter import expanded, misread
from zenn.lint.book import Shelf
from zenn.lint.finding import Finding, Rule
from zenn.model import Document

LONGEST_CHAPTER = 50_000  # characters
LONGEST_DIAGRAM = 2_000  # characters
_NAME = re.compile(r"[0-9a-z_-]{1,50}")


def length(document: Document, shelf: Shelf) -> Iterator[Finding]:
    """A chapter of more than 50,000 characters, the programs it shows included."""
    found = len(expanded(document))
    if shelf.is_chapter(document) and found > LONGEST_CHAPTER:
        yield Finding(
            document.path,
            1,
            "chapter-length",
            f"Zenn refuses a chapter of {found:,} characters (programs included), its limit is "
            f"{LONGEST_CHAPTER:,}; divide it",
        )


def diagrams(document: Document, shelf: Shelf) -> Iterator[Finding]:
    """A mermaid diagram of more than 2000 characters."""
    for fence in document.fences:
        if fence.language == "mermaid" and len(fence.text) > LONGEST_DIAGRAM:
            yield Finding(
                document.path,
                fence.line,
                "diagram-length",
                f"Zenn shows an error for a diagram of {len(fence.text):,} characters, its limit "
                f"is {LONGEST_DIAGRAM:,}; divide it",
            )


def name(document: Document, shelf: Shelf) -> Iterator[Finding]:
    """A file name that is no part of an address at Zenn."""
    if shelf.is_chapter(document) and not _NAME.fullmatch(document.path.stem):
        yield Finding(
            document.path,
            1,
            "chapter-name",
            f"Zenn refuses the name {document.path.stem}; rename the file to 1–50 of a–z, 0–9, - "
            "and _",
        )


def programs(document: Document, shelf: Shelf) -> Iterator[Finding]:
    """A program with a line ``` or ::: that would end its block where Zenn sees it expanded."""
    if not any(fence.included for fence in document.fences):
        return
    for fence in misread(document):
        yield Finding(
            document.path,
            fence.line,
            "include",
            "Zenn would end this block, or the container around it, at a line of the program that "
            "it includes; open and close it with one ` or : more",
        )


RULES: tuple[Rule, ...] = (length, diagrams, name, programs)
