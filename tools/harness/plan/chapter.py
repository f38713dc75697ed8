"""A chapter as the harness sees it: what becomes of each of its blocks."""

import difflib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from harness.compare import Varying
from harness.plan.outfit import Outfit, read_outfit
from harness.plan.prediction import with_predictions
from harness.plan.settings import (
    Settings,
    Where,
    directive,
    is_manner,
    parse_comments,
    parse_words,
)
from zenn.book import Book
from zenn.console import begins_typed
from zenn.fences import PROGRAMS, SCRIPTS, TRANSCRIPTS, is_result, opened_within, plain
from zenn.guard import HIDDEN, read_text
from zenn.model import ChapterError, Document, Fence, Kind, Mistake, at, raise_all
from zenn.parser import parse

_OF_TERMINALS = SCRIPTS | TRANSCRIPTS | {"zsh"}
_SHORT = {short: name for name, one in PROGRAMS.items() for short in (*one.others, name)}


@dataclass(frozen=True, slots=True)
class Block:
    """One fence and what becomes of it.

    `skip` is the author's reason for not running it, `leaves` the one for what it leaves behind in
    its machine when its scenario ends. `unlike` are two texts of its output that a run's values are
    not to make the same: a prediction rests on it.
    """

    fence: Fence
    settings: Settings
    skip: str | None
    varies: tuple[Varying, ...]
    leaves: str | None = None
    unlike: tuple[str, str] | None = None

    @property
    def kind(self) -> Kind:
        return self.fence.kind

    @property
    def line(self) -> int:
        return self.fence.line

    def has(self, line: int) -> bool:
        """Whether it is at that line of the chapter."""
        return self.line <= line <= self.fence.end

    @property
    def runs(self) -> bool:
        return self.kind != "shown" and self.skip is None

    def runs_on(self, where: Where) -> bool:
        return self.runs and self.settings.on in (None, where)


@dataclass(frozen=True, slots=True)
class Chapter:
    book: Book
    path: Path
    document: Document
    blocks: tuple[Block, ...]
    outfit: Outfit


def read(path: Path, shown_as: Path, book: Book) -> Chapter:
    """The chapter in file `path`, named `shown_as` in every message.

    Raises ChapterError for a mistake of its author, or if it can't be read.
    """
    try:
        text = read_text(path)
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise ChapterError(shown_as, line, "not UTF-8: save the chapter as UTF-8") from error
    except OSError as error:
        raise ChapterError(shown_as, 1, f"can't be read: {error.strerror}") from error
    return from_document(parse(text, shown_as, book), book)


def from_document(document: Document, book: Book) -> Chapter:
    """What becomes of every fence of a parsed chapter of the book. Raises ChapterError."""
    blocks: list[Block] = []
    mistakes = list(_lost_comments(document))
    before, lines = None, document.text.split("\n")
    for fence in document.fences:
        try:
            before = _block(fence, before, book)
            blocks.append(before)
            if fence.kind in ("console", "result") and (why := opened_within(fence, lines)):
                raise Mistake(fence.line, why)
        except Mistake as mistake:
            mistakes.append(mistake)
    outfit = Outfit(book.guest)
    try:
        outfit = read_outfit(document, book)
    except Mistake as mistake:
        mistakes.append(mistake)
    if outfit.readers:
        blocks = [_for_reader(block, mistakes) for block in blocks]
    raise_all(document.path, mistakes)
    with at(document.path):
        whole = with_predictions(document, tuple(blocks))
    return Chapter(book, document.path, document, whole, outfit)


def _for_reader(block: Block, mistakes: list[Mistake]) -> Block:
    """A block of a chapter that is run on the reader's machine alone."""
    if block.settings.on == "guest":
        why = "`on=guest`: its chapter is run on the reader's machine alone (`machine: on: reader`)"
        mistakes.append(Mistake(block.line, why))
    return replace(block, settings=replace(block.settings, on="reader"))


def _block(fence: Fence, before: Block | None, book: Book) -> Block:
    reasons, varies = parse_comments(fence.comments)
    skip, leaves = reasons.get("skip"), reasons.get("leaves")
    if skip is None and fence.kind == "result" and before:
        skip = before.skip  # nothing is printed by a program that isn't run
    _check(fence, skip, book)
    if leaves and (skip is not None or fence.kind == "shown"):
        raise Mistake(fence.line, "`leaves`: a block that is not run leaves nothing behind")
    if fence.kind != "shown" and skip is None:
        _refuse_hidden(fence)
    settings = Settings() if fence.kind == "shown" else parse_words(fence)
    if fence.kind == "result" and before and before.settings.on:
        settings = replace(settings, on=before.settings.on)
    if fence.kind != "shown" and not fence.closed:
        raise Mistake(fence.line, "this fence is never closed: add a line ``` after it")
    return Block(fence, settings, skip, varies, leaves)


def _refuse_hidden(fence: Fence) -> None:
    """What a reader sees has to be what is run: nothing may hide, or turn a line around."""
    for number, line in enumerate((fence.title, *fence.text.split("\n"))):
        if hidden := HIDDEN.search(line):
            place = fence.line if fence.included else fence.line + number
            sign = f"U+{ord(hidden[0]):04X}"
            raise Mistake(place, f"{sign}, which nobody sees: write it so that it shows, or not")


def _check(fence: Fence, skip: str | None, book: Book) -> None:
    """Raise the mistake of a block that is not what it is meant as."""
    language, mistake = fence.language, ""
    if fence.kind == "file" and not fence.title:
        mistake = "the word `file` needs a path: write ```LANGUAGE file:/etc/x.conf"
    elif fence.kind == "program" and not fence.title and skip is None:
        mistake = (
            f"a program without a name: write ```{language}:NAME, or before it "
            "`[//]: # (skip: WHY)`"
        )
    elif fence.kind == "shown" and is_result(fence, book.result):
        mistake = f"`text:{book.result}` stands directly after the program that printed it"
    elif fence.kind == "shown" and skip is None and is_result(fence, book.output):
        mistake = f"`text:{book.output}` stands directly after the console block that printed it"
    elif fence.kind == "shown" and skip is None and (ours := _meant(fence)):
        mistake = f"`{language}` is not run: write ```{ours}, or before it `[//]: # (skip: WHY)`"
    elif fence.kind == "shown" and skip is None and plain(language) in _OF_TERMINALS:
        mistake = (
            f"a `{language}` block without prompts is never run: write ```console with `$ ` before "
            f"each command, or ```{language} file:NAME for a file"
        )
    elif fence.kind == "shown" and skip is None and (words := list(filter(is_manner, fence.words))):
        mistake = f"`{words[0]}` is for blocks of a terminal, and this is only shown"
    if mistake:
        raise Mistake(fence.line, mistake)


def _meant(fence: Fence) -> str | None:
    """The language that the harness runs, of a block that nearly says so, or looks like it."""
    name = fence.language.casefold()
    near = difflib.get_close_matches(name, ("console", *PROGRAMS), n=1, cutoff=0.8)
    if name in _SHORT or near:
        return _SHORT.get(name) or near[0]
    # `# ` may be a comment, or Markdown's heading, in whatever has a language.
    return "console" if begins_typed(fence.text, comments=bool(name)) else None


def _lost_comments(document: Document) -> Iterator[Mistake]:
    attached = {comment.line for fence in document.fences for comment in fence.comments}
    for comment in document.comments:
        try:
            if comment.line not in attached and directive(comment):
                name = comment.text.split(":")[0].strip()
                why = f"`{name}:` applies to nothing: it stands right before a fence"
                yield Mistake(comment.line, why)
        except Mistake as mistake:
            if comment.line not in attached:  # else its block says so
                yield mistake
