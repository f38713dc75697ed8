"""A chapter's text for Zenn: programs in place of includes, links within the book as there.

Everything else stays letter by letter, comments too: they show nothing there either.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from markdown_it.token import Token

from zenn.export.relink import Address, readdressed, with_addresses
from zenn.includes import expanded
from zenn.lint.blocks import as_read
from zenn.model import Document, Mistake, at
from zenn.parser import parse
from zenn.parts import Part, without_machine


@dataclass(frozen=True, slots=True)
class Places:
    """Where at Zenn the book is: the parts of each chapter, and the address of one by its name."""

    parts: Mapping[str, Sequence[Part]]
    address: Callable[[str], str]

    def seen_from(self, chapter: str, here: Part) -> Address:
        """Return what makes the links in a part of a chapter."""

        def address(name: str, section: str) -> tuple[str, str]:
            for part in self.parts.get(name or chapter, ()):
                if section in part.ids:
                    same = part == here and not name
                    return "" if same else self.address(part.name), part.ids[section]
            return self.address(name) if name else "", section

        return address


def exported(document: Document, places: Places) -> dict[str, str]:
    """Return what Zenn gets of a chapter, by the names of its parts there.

    Raises ChapterError where Zenn would read it otherwise than it reads here.
    """
    chapter = document.path.stem
    first, *more = places.parts[chapter]
    with at(document.path):
        if not more:
            return {chapter: _relinked(document, places.seen_from(chapter, first))}
        with_addresses(document, _elsewhere)  # for its mistakes, which have the chapter's lines
        _relinked(document, _here)
        return {
            part.name: _relinked(
                parse(part.text, document.path, None), places.seen_from(chapter, part)
            )
            for part in (first, *more)
        }


def _here(name: str, section: str) -> tuple[str, str]:
    return name, section


def _elsewhere(name: str, section: str) -> tuple[str, str]:
    return f"another/{name}", section


def _relinked(document: Document, address: Address) -> str:
    relinked = with_addresses(document, address)
    text = without_machine(expanded(replace(document, text=relinked)))
    again = parse(text, document.path, None)
    if shape(again, _here) != shape(document, address):
        raise Mistake(1, "Zenn would read this chapter otherwise")
    return text


def shape(document: Document, address: Address) -> list[Any]:
    """Return what a reader sees of a chapter, but for the lines that it stands in."""
    headings = [(heading.level, heading.text, heading.id) for heading in document.headings]
    fences = [as_read(fence) for fence in document.fences]
    return [headings, fences, [_token(token, address) for token in document.tokens]]


def _token(token: Token, address: Address) -> tuple[Any, ...]:
    attributes = dict(token.attrs)
    if token.type == "link_open":
        attributes["href"] = readdressed(str(attributes.get("href", "")), address)
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
