"""A chapter's text for Zenn: programs in place of includes, links to chapters as full URLs.

Everything else stays letter by letter, comments too: they show nothing there either.
"""

from dataclasses import replace
from typing import Any

import yaml
from markdown_it.token import Token

from zenn.export.relink import Address, with_addresses
from zenn.includes import expanded
from zenn.lint.blocks import as_read
from zenn.model import Document, Mistake, at
from zenn.parser import front_matter_node, parse
from zenn.syntax.links import chapter_link


def exported(document: Document, address: Address) -> str:
    """Return the chapter as Zenn gets it; `address` makes the links to chapters.

    Raises ChapterError where Zenn would read it otherwise than it reads here.
    """
    with at(document.path):
        relinked = with_addresses(document, address)
        text = without_machine(expanded(replace(document, text=relinked)))
        again = parse(text, document.path, None)
        if shape(again, str) != shape(document, address):
            raise Mistake(1, "Zenn would read this chapter otherwise")
    return text


def without_machine(text: str) -> str:
    """A chapter without what its front matter says to the harness, which is nothing to Zenn."""
    node = front_matter_node(text)
    lines = text.split("\n")
    pairs = node.value if node and not node.flow_style else []
    for key, value in reversed(pairs):
        if key.value == "machine":
            begin, end = key.start_mark.line + 1, value.end_mark.line + 1
            blocks = isinstance(value, yaml.CollectionNode) and not value.flow_style
            lines[begin : end + (not blocks)] = []
    return "\n".join(lines)


def shape(document: Document, address: Address) -> list[Any]:
    """Return what a reader sees of a chapter, but for the lines that it stands in."""
    headings = [(heading.level, heading.text, heading.id) for heading in document.headings]
    fences = [as_read(fence) for fence in document.fences]
    return [headings, fences, [_token(token, address) for token in document.tokens]]


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
