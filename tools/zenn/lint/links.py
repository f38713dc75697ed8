"""Links between chapters, and to headings."""

import difflib
from collections.abc import Iterator
from urllib.parse import unquote

from zenn.links import chapter_link, is_outside
from zenn.lint.book import Shelf
from zenn.lint.finding import Finding, Rule
from zenn.model import Document
from zenn.prose import prose


def links(document: Document, shelf: Shelf) -> Iterator[Finding]:
    """Links to chapters and headings that are not there, or that only the site would follow."""
    for part in prose(document):
        for piece in part.pieces:
            href = str(piece.token.attrGet("href") or "")
            if piece.token.type != "link_open" or is_outside(href):
                continue
            for rule, message in _wrong(document, shelf, href):
                yield Finding(document.path, part.line_of(piece.offset), rule, message)


def references(document: Document, shelf: Shelf) -> Iterator[Finding]:
    """``[x]: 02-uts``: the export looks for links to chapters where they are used."""
    for token in document.tokens:
        if token.type == "definition" and chapter_link(token.meta["url"]):
            yield Finding(
                document.path,
                (token.map or [0])[0] + 1,
                "link-form",
                f"a link to a chapter stands in the text, [text]({token.meta['url']}), because its "
                "address is another one at Zenn",
            )


def _wrong(document: Document, shelf: Shelf, href: str) -> Iterator[tuple[str, str]]:
    name, fragment = chapter_link(href) or ("", "")
    if not name and not href.startswith("#"):
        if shelf.is_chapter(document):
            yield (
                "link-form",
                f"Zenn has nothing at {unquote(href)}; write a chapter's name without .md and "
                "folder, [text](02-uts), or a whole address, https://…",
            )
        return
    if name and name not in shelf.names:
        yield "link-chapter", f"there is no chapter {name}{_nearest(name, shelf.names)}"
        return
    if name and shelf.is_chapter(document) and name not in (shelf.chapters or shelf.names):
        yield (
            "link-chapter",
            f"{name} is not in Zenn's book; link to a chapter that docs/config.yaml lists, or list "
            "it there",
        )
        return
    target = shelf.document(name) if name and name != document.path.stem else document
    fragment = unquote(fragment or href.partition("#")[2])
    if not target or not fragment:
        return
    ids = [heading.id for heading in target.headings if heading.id]
    if fragment not in ids:
        yield (
            "link-anchor",
            f"{target.path} has no heading with the id {fragment}{_nearest(fragment, ids)}",
        )


def _nearest(word: str, known: list[str]) -> str:
    near = difflib.get_close_matches(word, known, n=1)
    return f"; do you mean {near[0]}?" if near else "; link to one that is there"


RULES: tuple[Rule, ...] = (links, references)
