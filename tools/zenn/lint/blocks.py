"""Code blocks and containers that end elsewhere than their author thinks."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from zenn.lint.book import Shelf
from zenn.lint.finding import Finding, Rule
from zenn.model import Document, Fence

_OPENING = re.compile(r"(`{3,}|~{3,})[ \t]*[^`\s][^`]*$")
_QUOTED = re.compile(r"^[ \t>]*")


@dataclass(frozen=True, slots=True)
class _Container:
    """``:::message`` to ``:::``; lines count from 1, `end` is that of the closing colons."""

    head: str
    line: int
    end: int
    closed: bool


def unclosed(document: Document, shelf: Shelf) -> Iterator[Finding]:
    """A fence or a container that goes on to the end of the chapter; a code block cut in two."""
    lines = document.text.split("\n")
    inside: list[_Container] = []
    cut = False
    for token in document.tokens:
        if token.type.startswith("container_") and token.nesting == 1:
            first, last = token.map or (0, 0)
            colons = _QUOTED.sub("", lines[last]).rstrip() if last < len(lines) else ""
            closed = bool(colons) and not colons.strip(":") and len(colons) >= len(token.markup)
            # One closing line closes one container, the outer.
            closed = closed and all(outer.end != last + 1 for outer in inside)
            head = token.markup + token.info.rstrip()
            inside.append(_Container(head, first + 1, last + 1, closed))
            if not closed and not cut:
                yield _never_closed(document, inside[-1])
        elif token.type.startswith("container_"):
            inside.pop()
        elif "fence" in token.meta and not token.meta["fence"].closed:
            fence: Fence = token.meta["fence"]
            if not fence.fenced or cut:
                continue
            around = next((one for one in inside if one.closed and one.end == fence.end + 1), None)
            # What follows is turned inside out: its closing fence opens a block.
            cut = around is not None
            yield _cut(document, fence, around) if around else _open_fence(document, fence, lines)


def swallowed(document: Document, shelf: Shelf) -> Iterator[Finding]:
    """A fence that isn't closed before the next one opens: it ends where that should."""
    lines = document.text.split("\n")
    for fence in document.fences:
        mark = _mark(lines[fence.line - 1]) if fence.fenced else ""
        inside = lines[fence.line : fence.end - 1] if fence.closed else []
        for number, line in enumerate(inside, fence.line + 1):
            found = _OPENING.match(_QUOTED.sub("", line))
            if mark and found and found[1].startswith(mark):
                yield Finding(
                    document.path,
                    fence.line,
                    "fence-unclosed",
                    f"Zenn shows {found[0].rstrip()} of line {number} as part of this block; close "
                    f"this block before it with a line {mark}, or, where it is part of it, open "
                    f"and close with {mark + mark[0]}",
                )
                break


def _never_closed(document: Document, container: _Container) -> Finding:
    return Finding(
        document.path,
        container.line,
        "container-unclosed",
        f"Zenn takes all that follows into this {container.head}; close it with a line of as many "
        "colons, and give a container around it one more, :::: at both ends",
    )


def _open_fence(document: Document, fence: Fence, lines: list[str]) -> Finding:
    mark = _mark(lines[fence.line - 1])
    return Finding(
        document.path,
        fence.line,
        "fence-unclosed",
        f"Zenn shows all that follows as code, because this block is never closed; add a line "
        f"{mark} after it",
    )


def _cut(document: Document, fence: Fence, container: _Container) -> Finding:
    colons = re.match(r":+", container.head)
    more = ":" * (len(colons[0]) + 1 if colons else 4)
    return Finding(
        document.path,
        container.end,
        "container-cut",
        f"Zenn ends {container.head} of line {container.line} at this :::, though it stands in a "
        f"code block; give the container more colons, {more} at both ends",
    )


def _mark(opening: str) -> str:
    found = re.search(r"`{3,}|~{3,}", opening)
    return found[0] if found else "```"


RULES: tuple[Rule, ...] = (unclosed, swallowed)
