"""A chapter as the harness sees it: what becomes of each of its blocks."""

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Literal

from harness.compare import Varying
from harness.plan.settings import Settings, directive, parse_comments, parse_words
from zenn.book import Book
from zenn.model import ChapterError, Document, Fence
from zenn.parser import parse

Kind = Literal["program", "console", "result", "file", "shown"]

PROGRAM_LANGUAGES = {"python", "c", "rust"}
SHELL_LANGUAGES = {"bash", "sh", "shell", "zsh", "shell-session"}
_SHORT = {"py": "python", "python3": "python", "rs": "rust", "c": "c"}
_TYPED = re.compile(r"\s*[$#] \S")
RESULT_TITLE = "実行結果"
_BETWEEN = re.compile(r"[\s>]*(\[//\]: # \(.*\)\s*)?")


@dataclass(frozen=True, slots=True)
class Block:
    """One fence and what becomes of it. `skip` is the author's reason for not running it."""

    fence: Fence
    kind: Kind
    settings: Settings
    skip: str | None
    varies: tuple[Varying, ...]

    @property
    def line(self) -> int:
        return self.fence.line

    @property
    def runs(self) -> bool:
        return self.kind != "shown" and self.skip is None


@dataclass(frozen=True, slots=True)
class Section:
    """The blocks under one ``##`` heading (or before the first), in order."""

    title: str
    line: int
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Chapter:
    book: Book
    path: Path
    document: Document
    sections: tuple[Section, ...]

    @property
    def blocks(self) -> tuple[Block, ...]:
        return tuple(block for section in self.sections for block in section.blocks)


def read(path: Path, shown_as: Path, book: Book) -> Chapter:
    """The chapter in file `path`, named `shown_as` in every message.

    Raises ChapterError for a mistake of its author, OSError if it can't be read.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        raise ChapterError(shown_as, line, "not UTF-8: save the chapter as UTF-8") from error
    return from_document(parse(text, shown_as, book), book)


def from_document(document: Document, book: Book) -> Chapter:
    """Classify every fence of a parsed chapter of the book."""
    _check_comments(document)
    blocks: list[Block] = []
    for fence in document.fences:
        program = blocks[-1] if blocks and blocks[-1].kind == "program" else None
        if program and not _adjacent(document, program.fence, fence):
            program = None
        blocks.append(_block(document.path, fence, program))
    return Chapter(book, document.path, document, tuple(_sections(document, blocks)))


def _block(path: Path, fence: Fence, program: Block | None) -> Block:
    """`program` stands directly before the fence, if one does."""
    skip, varies = parse_comments(path, fence.comments)
    kind = _kind(path, fence, program, skip)
    if kind == "result" and program and program.skip is not None:
        skip = program.skip if skip is None else skip
    if kind == "shown":
        settings = Settings()
    else:
        settings = parse_words(path, fence)
        if not fence.closed:
            raise ChapterError(
                path, fence.line, "this fence is never closed: add a line ``` after it"
            )
    return Block(fence, kind, settings, skip, varies)


def _kind(path: Path, fence: Fence, program: Block | None, skip: str | None) -> Kind:
    if "file" in fence.words:
        if not fence.title:
            raise ChapterError(
                path, fence.line, "the word `file` needs a path: write ```LANGUAGE file:/etc/x.conf"
            )
        return "file"
    if fence.language == "console":
        return "console"
    if fence.language in PROGRAM_LANGUAGES:
        if not fence.title and skip is None:
            raise ChapterError(
                path,
                fence.line,
                f"a program without a name: write ```{fence.language}:NAME, or before it "
                "`[//]: # (skip: WHY)`",
            )
        return "program"
    if fence.language == "text" and fence.title == RESULT_TITLE:
        if not program:
            raise ChapterError(
                path,
                fence.line,
                f"`text:{RESULT_TITLE}` stands directly after the program that printed it",
            )
        return "result"
    if fence.language in SHELL_LANGUAGES and skip is None:
        raise ChapterError(
            path,
            fence.line,
            f"a `{fence.language}` block is never run: write ```console with `$ ` before each "
            f"command, or ```{fence.language} file:NAME for a file",
        )
    if skip is None and (ours := _meant(fence)):
        raise ChapterError(
            path,
            fence.line,
            f"`{fence.language}` is not run: write ```{ours}, or before it `[//]: # (skip: WHY)`",
        )
    return "shown"


def _meant(fence: Fence) -> str | None:
    """The language that the harness runs, of a block that nearly says so, or looks like it."""
    name = fence.language.casefold()
    near = difflib.get_close_matches(name, ("console", "python", "rust"), n=1, cutoff=0.8)
    if name in _SHORT or near:
        return _SHORT.get(name) or near[0]
    return "console" if not name and _TYPED.match(fence.text) else None


def _adjacent(document: Document, one: Fence, other: Fence) -> bool:
    lines = document.text.split("\n")[one.end : other.line - 1]
    return all(_BETWEEN.fullmatch(line) for line in lines)


def _check_comments(document: Document) -> None:
    attached = {comment.line for fence in document.fences for comment in fence.comments}
    for comment in document.comments:
        if comment.line not in attached and directive(document.path, comment):
            name = comment.text.split(":")[0].strip()
            raise ChapterError(
                document.path,
                comment.line,
                f"`{name}:` applies to nothing: it stands right before a fence",
            )


def _sections(document: Document, blocks: Sequence[Block]) -> list[Section]:
    headings = [heading for heading in document.headings if heading.level <= 2]
    starts = [(0, ""), *((heading.line, heading.text) for heading in headings), (10**9, "")]
    sections = []
    for (line, title), (after, _) in pairwise(starts):
        inside = tuple(block for block in blocks if line <= block.line < after)
        if inside:
            sections.append(Section(title, line or inside[0].line, inside))
    return sections
