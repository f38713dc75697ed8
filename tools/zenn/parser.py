"""A chapter, parsed once for the site, the harness and the export."""

import re
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

from zenn.book import Book
from zenn.fences import InfoString, is_adjacent, kind_of, parse_info
from zenn.frontmatter import parse_front_matter, split_front_matter
from zenn.includes import Expansion, expand
from zenn.model import Document, Fence, Heading, Mistake, at
from zenn.rules.comments import as_comment
from zenn.rules.headings import heading_text
from zenn.syntax import zenn_markdown

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


def parse(text: str, path: Path, book: Book | None) -> Document:
    """Parse a whole chapter file, front matter included.

    `path` is how errors name the chapter, `book` has the programs that it includes; without one
    the include lines stay as they are, as at Zenn. Raises `ChapterError` for what an author must
    mend: front matter that is not YAML, a bad include, a comment that would show.
    """
    with at(path):
        return _parse(clean(text), path, book)


def _parse(text: str, path: Path, book: Book | None) -> Document:
    front, _ = split_front_matter(text)
    # Empty lines in its place, so that every line keeps its number.
    body = "\n" * front.count("\n") + text[len(front) :]
    if not body.endswith("\n"):
        body += "\n"
    try:
        tokens = _markdown().parse(body, {})
    except RecursionError:
        raise Mistake(1, "links or images are nested too deeply to be read") from None
    return Document(
        path=path,
        front_matter=parse_front_matter(front),
        text=text,
        # By line: footnotes stand at the end of the tokens, but not of the file.
        headings=tuple(sorted(_headings(tokens), key=lambda heading: heading.line)),
        fences=tuple(_fences(tokens, body.split("\n"), book)),
        comments=tuple(comment for token in tokens if (comment := as_comment(token))),
        tokens=tuple(tokens),
    )


def clean(text: str) -> str:
    """Make every line end in a line feed and drop control characters, which no reader can see."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    return _CONTROL.sub("", text)


@cache
def _markdown() -> MarkdownIt:
    return zenn_markdown()


def _headings(tokens: list[Token]) -> list[Heading]:
    return [
        Heading(
            level=int(token.tag[1]),
            text=heading_text(inline),
            id=str(token.attrGet("id") or ""),
            line=_first(token),
        )
        for token, inline in pairwise(tokens)
        if token.type == "heading_open"
    ]


def _fences(tokens: list[Token], lines: list[str], book: Book | None) -> Iterator[Fence]:
    """The code blocks, by line; each is put into its token's ``meta``, too."""
    before = None
    for token in sorted((t for t in tokens if t.type in ("fence", "code_block")), key=_first):
        before = token.meta["fence"] = _fence(token, before, lines, book)
        yield before


def _fence(token: Token, before: Fence | None, lines: list[str], book: Book | None) -> Fence:
    line, end = _first(token), (token.map or [0, 0])[1]
    fenced = token.type == "fence"
    # The code holds every line between the two fences, so a missing one shows as one line less.
    closed = fenced and token.content.count("\n") == end - line - 1
    info = parse_info(token.info) if fenced else InfoString("", (), "")
    follows = before and before.kind == "program" and is_adjacent(lines[before.end : line - 1])
    code = Expansion(token.content, token.content, included=False)
    if book:
        code = expand(token.content, line + 1 if fenced else line, book)
    return Fence(
        kind=kind_of(info, book.result if book else "", bool(follows)),
        language=info.language,
        words=info.words,
        title=info.title,
        text=code.text,
        whole=code.whole,
        line=line,
        end=end,
        closed=closed,
        fenced=fenced,
        included=code.included,
        source=code.source,
        indent=_indent(lines[line - 1], token),
        comments=token.meta["comments"],
    )


def _indent(opening: str, token: Token) -> str:
    """Return what precedes the code in every line: markers of quotations, room for those of lists.

    It is read off the line where the block opens, ``> 1. ```console``.
    """
    if token.type == "fence":
        before = opening[: opening.rfind(token.markup + token.info)]
    else:
        code = token.content.partition("\n")[0].lstrip()
        before = opening[: opening.rfind(code)]
    return re.sub(r"[^\s>]", " ", before)


def _first(token: Token) -> int:
    return (token.map or [0])[0] + 1
