"""A chapter's text for Zenn: programs in place of includes, links to chapters as full URLs.

Everything else stays letter by letter, comments too: they show nothing there either.
"""

from collections.abc import Iterator
from dataclasses import replace
from itertools import zip_longest
from typing import Any

from markdown_it.token import Token

from zenn.export.relink import Address, with_addresses
from zenn.links import chapter_link
from zenn.model import ChapterError, Document, Fence
from zenn.parser import clean, parse


def expanded(document: Document) -> str:
    """Return the chapter with the programs in place of its include lines."""
    lines = document.text.split("\n")
    for fence in reversed(document.fences):
        if fence.included:
            last = fence.end - 1 if fence.closed else fence.end
            first = fence.line if fence.fenced else fence.line - 1
            lines[first:last] = _rows(clean(fence.text), fence.indent)
    return "\n".join(lines)


def _rows(code: str, indent: str) -> list[str]:
    rows = code.removesuffix("\n").split("\n") if code else []
    # Nothing ends in spaces because of the list or quotation that it stands in.
    return [indent + row if row else indent.rstrip() for row in rows]


def exported(document: Document, address: Address) -> str:
    """Return the chapter as Zenn gets it; `address` makes the links to chapters.

    Raises ChapterError where Zenn would read it otherwise than it reads here.
    """
    for fence in misread(document):
        raise ChapterError(document.path, fence.line, "Zenn would end this block elsewhere")
    relinked = with_addresses(document, address)
    text = expanded(replace(document, text=relinked))
    again = parse(text, document.path, None)
    if shape(again, str) != shape(document, address):
        raise ChapterError(document.path, 1, "Zenn would read this chapter otherwise")
    return text


def misread(document: Document) -> Iterator[Fence]:
    """Yield the first block that would read otherwise with its programs in place, if one does."""
    try:
        again = parse(expanded(document), document.path, None)
    except ChapterError:
        yield next(fence for fence in document.fences if fence.included)
        return
    for here, there in zip_longest(document.fences, again.fences):
        if not here or not there or _code(here) != _code(there):
            yield here or document.fences[-1]
            return


def shape(document: Document, address: Address) -> list[Any]:
    """Return what a reader sees of a chapter, but for the lines that it stands in."""
    headings = [(heading.level, heading.text, heading.id) for heading in document.headings]
    fences = [_code(fence) for fence in document.fences]
    return [headings, fences, [_token(token, address) for token in document.tokens]]


def _code(fence: Fence) -> tuple[Any, ...]:
    info = (fence.language, fence.words, fence.title)
    comments = tuple(comment.text for comment in fence.comments)
    return (*info, clean(fence.text), fence.closed, fence.fenced, comments)


def _token(token: Token, address: Address) -> tuple[Any, ...]:
    attributes = dict(token.attrs)
    if token.type == "link_open":
        attributes["href"] = _address(str(attributes.get("href", "")), address)
    code = token.type in ("fence", "code_block", "inline")
    return (
        token.type,
        token.tag,
        token.markup,
        token.level,
        attributes,
        "" if code else (token.content, token.info),
        [_token(child, address) for child in token.children or []],
    )


def _address(href: str, address: Address) -> str:
    """Return the address at Zenn of what `href` links to."""
    found = chapter_link(href)
    return address(found[0]) + href[len(found[0]) :] if found else href
