"""A chapter, parsed once for the site, the harness and the export."""

import re
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import yaml
from markdown_it import MarkdownIt
from markdown_it.token import Token

from zenn.book import Book
from zenn.fences import InfoString, is_adjacent, kind_of, parse_info
from zenn.guard.bounds import PROGRAMS_CHARACTERS, TooMuchError, bounded, load_yaml, too_large
from zenn.includes import Expansion, expand
from zenn.model import Document, Fence, Heading, Mistake, at, clean, line_of
from zenn.syntax import zenn_markdown
from zenn.syntax.blocks import inline_text
from zenn.syntax.comments import as_comment

_BLOCK = re.compile(r"---[ \t]*\n(.*?)^(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)


def parse(text: str, path: Path, book: Book | None) -> Document:
    """Parse a whole chapter file, front matter included.

    `path` is how errors name the chapter, `book` has the programs that it includes; without one
    the include lines stay as they are, as at Zenn. Raises `ChapterError` for what an author must
    mend: front matter that is not YAML, a bad include, a comment that would show.
    """
    with at(path):
        if found := too_large(text):
            raise Mistake(*found)
        try:
            with bounded("reading this chapter"):
                return _document(clean(text), path, book)
        except TooMuchError as error:
            raise Mistake(1, str(error)) from None


def _document(text: str, path: Path, book: Book | None) -> Document:
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


@cache
def _markdown() -> MarkdownIt:
    return zenn_markdown()


def _headings(tokens: list[Token]) -> list[Heading]:
    return [
        Heading(
            level=int(token.tag[1]),
            text=inline_text(inline),
            id=str(token.attrGet("id") or ""),
            line=line_of(token),
        )
        for token, inline in pairwise(tokens)
        if token.type == "heading_open"
    ]


def _fences(tokens: list[Token], lines: list[str], book: Book | None) -> Iterator[Fence]:
    """The code blocks, by line; each is put into its token's ``meta``, too."""
    before = None
    included = 0
    for token in sorted((t for t in tokens if t.type in ("fence", "code_block")), key=line_of):
        before = token.meta["fence"] = _fence(token, before, lines, book)
        included += len(before.text) if before.included else 0
        if included > PROGRAMS_CHARACTERS:
            why = f"the chapter includes more than {PROGRAMS_CHARACTERS >> 10} Ki characters"
            raise Mistake(before.line, why)
        yield before


def _fence(token: Token, before: Fence | None, lines: list[str], book: Book | None) -> Fence:
    line, end = line_of(token), (token.map or [0, 0])[1]
    fenced = token.type == "fence"
    # The code holds every line between the two fences, so a missing one shows as one line less.
    closed = fenced and token.content.count("\n") == end - line - 1
    info = parse_info(token.info) if fenced else InfoString("", (), "")
    follows = None
    if book and before and is_adjacent(lines[before.end : line - 1]):
        follows = {"program": book.result, "console": book.output}.get(before.kind)
    code = Expansion(token.content, token.content, included=False)
    if book:
        code = expand(token.content, line + 1 if fenced else line, book)
    return Fence(
        kind=kind_of(info, code.text, follows),
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


def split_front_matter(text: str) -> tuple[str, str]:
    """Cut `text` into its front matter, both fences included, and the rest ("" and all if none)."""
    found = _BLOCK.match(text)
    end = found.end() if found else 0
    return text[:end], text[end:]


def parse_front_matter(block: str) -> dict[str, Any]:
    """Read what `split_front_matter` cut off; `Mistake` names the line YAML stumbles on."""
    found = _BLOCK.match(block)
    if not found:
        return {}
    try:
        data = load_yaml(found[1])
    except (yaml.YAMLError, ValueError) as error:
        line, problem = yaml_problem(error)
        why = f"the front matter is not YAML ({problem}); quote a value that holds `:` or `#`"
        raise Mistake(line + 1, why) from error
    if data is None:
        return {}
    if not isinstance(data, dict):
        raise Mistake(2, "the front matter is not a mapping; write lines `key: value`")
    return data


def front_matter_node(text: str) -> yaml.MappingNode | None:
    """The front matter of a chapter that has been parsed, as YAML's nodes, whose lines count from
    that after the first fence."""
    found = _BLOCK.match(text)
    node = yaml.compose(found[1], yaml.SafeLoader) if found else None
    return node if isinstance(node, yaml.MappingNode) else None


def yaml_problem(error: Exception) -> tuple[int, str]:
    """Return the line that YAML stumbles on (1 if it doesn't say), and what it says."""
    mark = getattr(error, "problem_mark", None)
    return mark.line + 1 if mark else 1, getattr(error, "problem", None) or str(error)
