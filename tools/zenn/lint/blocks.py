"""Code blocks and containers that end elsewhere than their author thinks, and Zenn's limits."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from zenn.fences import mark_of, opened_within
from zenn.includes import expanded
from zenn.lint.shelf import Caught, Draft
from zenn.model import ChapterError, Document, Fence, Mistake, clean
from zenn.parser import parse
from zenn.parts import divided

_QUOTED = re.compile(r"^[ \t>]*")
LONGEST_DIAGRAM = 2_000  # characters
_NAME = re.compile(r"[0-9a-z_-]{1,50}")
_RENAME = "rename the file to 1–50 of a–z, 0–9, - and _"


@dataclass(frozen=True, slots=True)
class _Container:
    """``:::message`` to ``:::``; lines count from 1, `end` is that of the closing colons."""

    head: str
    line: int
    end: int
    closed: bool


def unclosed(draft: Draft) -> Iterator[Caught]:
    """A fence or a container that goes on to the end of the chapter; a code block cut in two."""
    lines = draft.document.text.split("\n")
    inside: list[_Container] = []
    cut = False
    for token in draft.document.tokens:
        if token.type.startswith("container_") and token.nesting == 1:
            first, last = token.map or (0, 0)
            colons = _QUOTED.sub("", lines[last]).rstrip() if last < len(lines) else ""
            closed = bool(colons) and not colons.strip(":") and len(colons) >= len(token.markup)
            # One closing line closes one container, the outer.
            closed = closed and all(outer.end != last + 1 for outer in inside)
            head = token.markup + token.info.rstrip()
            inside.append(_Container(head, first + 1, last + 1, closed))
            if not closed and not cut:
                yield _never_closed(inside[-1])
        elif token.type.startswith("container_"):
            inside.pop()
        elif "fence" in token.meta and not token.meta["fence"].closed:
            fence: Fence = token.meta["fence"]
            if not fence.fenced or cut:
                continue
            around = next((one for one in inside if one.closed and one.end == fence.end + 1), None)
            # What follows is turned inside out: its closing fence opens a block.
            cut = around is not None
            yield _cut(around) if around else _open_fence(fence, lines)


def swallowed(draft: Draft) -> Iterator[Caught]:
    """A fence that isn't closed before the next one opens: it ends where that should."""
    lines = draft.document.text.split("\n")
    for fence in draft.document.fences:
        if found := opened_within(fence, lines):
            yield fence.line, "fence-unclosed", found


def _never_closed(container: _Container) -> Caught:
    instead = "close it with a line of as many colons, and give a container around it one more"
    why = f"Zenn takes all that follows into this {container.head}; {instead}, :::: at both ends"
    return container.line, "container-unclosed", why


def _open_fence(fence: Fence, lines: list[str]) -> Caught:
    why = "Zenn shows all that follows as code, because this block is never closed"
    return (
        fence.line,
        "fence-unclosed",
        f"{why}; add a line {mark_of(lines[fence.line - 1])} after it",
    )


def _cut(container: _Container) -> Caught:
    more = ":" * (len(container.head) - len(container.head.lstrip(":")) + 1)
    why = f"Zenn ends {container.head} of line {container.line} at this :::"
    instead = f"give the container more colons, {more} at both ends"
    return container.end, "container-cut", f"{why}, though it stands in a code block; {instead}"


def length(draft: Draft) -> Iterator[Caught]:
    """A chapter that can't be cut at its ``##`` into parts as long as Zenn takes them, or whose
    parts have names that it doesn't take."""
    if not draft.is_chapter:
        return
    try:
        parts = divided(draft.document, draft.shelf.address)
    except Mistake as mistake:
        yield mistake.line, "chapter-length", mistake.message
        return
    chapter = parts[0].name
    for part in parts:
        if not _NAME.fullmatch(part.name):
            yield 1, "chapter-name", f"Zenn refuses the name {part.name}; {_RENAME}"
        elif part.name != chapter and part.name in draft.shelf.names:
            why = f"{chapter} is cut for Zenn, and its part {part.name} has the name of another"
            yield 1, "chapter-name", f"{why} chapter; rename one of the files"


def diagrams(draft: Draft) -> Iterator[Caught]:
    """A mermaid diagram of more than 2000 characters."""
    for fence in draft.document.fences:
        if fence.language == "mermaid" and len(fence.text) > LONGEST_DIAGRAM:
            why = f"Zenn shows an error for a diagram of {len(fence.text):,} characters"
            yield (
                fence.line,
                "diagram-length",
                f"{why}, its limit is {LONGEST_DIAGRAM:,}; divide it",
            )


def programs(draft: Draft) -> Iterator[Caught]:
    """A program with a line ``` or ::: that would end its block where Zenn sees it expanded."""
    if not any(fence.included for fence in draft.document.fences):
        return
    why = (
        "Zenn would end this block, or the container around it, at a line of the program that it "
        "includes; open and close it with one ` or : more"
    )
    for fence in misread(draft.document):
        yield fence.line, "include", why


def misread(document: Document) -> Iterator[Fence]:
    """Yield the first block that would read otherwise with its programs in place, if one does."""
    try:
        again = parse(expanded(document), document.path, None)
    except ChapterError:
        yield next(fence for fence in document.fences if fence.included)
        return
    for here, there in zip_longest(document.fences, again.fences):
        if not here or not there or as_read(here) != as_read(there):
            yield here or document.fences[-1]
            return


def as_read(fence: Fence) -> tuple[Any, ...]:
    """What a reader sees of a block, and what the harness reads, but for its lines."""
    info = (fence.language, fence.words, fence.title)
    comments = tuple(comment.text for comment in fence.comments)
    return (*info, clean(fence.text), fence.closed, fence.fenced, comments)


RULES = (unclosed, swallowed, length, diagrams, programs)
