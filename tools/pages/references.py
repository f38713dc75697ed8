"""Words of the prose that lead somewhere: unshare(2) to its manual page, a term to the glossary.

Material's abbreviations want a space on both sides of a word, which Japanese doesn't have.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from xml.etree.ElementTree import Element

from markdown.util import AtomicString

from pages.elements import append_final
from pages.glossary import Term

_MAN = r"(?<![\w./-])(?P<page>[a-z_][\w.+-]*)\((?P<section>[1-8])\)"
_PAGES = "https://man7.org/linux/man-pages/man{section}/{page}.{section}.html"
_NOT_PROSE = frozenset({"a", "abbr", "code", "figcaption", "pre", "summary"})
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_KATAKANA = "ァ-ヺー"


def link_references(root: Element, terms: Sequence[Term], page: str) -> None:
    """Link manual pages, and terms where a section (``##``) first has them, in the prose of a page.

    `page` is its path within docs. Code, headings and links stay as they are.
    """
    _Linker(terms, page.count("/")).walk(root)


class _Linker:
    """Goes through a page in the order of reading, and knows which terms its section has had."""

    def __init__(self, terms: Sequence[Term], depth: int) -> None:
        self.by_name: Mapping[str, Term] = {name: term for term in terms for name in term.names}
        self.up = "../" * depth
        self.seen: set[Term] = set()
        self.told: set[Term] = set()
        longest_first = sorted(self.by_name, key=len, reverse=True)
        patterns = [f"(?a:{_MAN})", *map(_word, longest_first)]
        self.pattern = re.compile("|".join(patterns))

    def walk(self, element: Element) -> None:
        if element.tag in _HEADINGS:
            if element.tag in ("h1", "h2"):
                self.seen.clear()
            return
        if element.tag in _NOT_PROSE or element.get("class", "").startswith(("block", "arith")):
            return
        children = list(element)
        pieces = list(self.linked(element.text or ""))
        for child in children:
            self.walk(child)
            tail, child.tail = child.tail or "", None
            pieces += [child, *self.linked(tail)]
        _put(element, pieces)

    def linked(self, text: str) -> Iterator[str | Element]:
        place = 0
        for found in self.pattern.finditer(text):
            link = self.manual(found) if found["page"] else self.term(found[0])
            if link is not None:
                yield text[place : found.start()]
                yield link
                place = found.end()
        yield text[place:]

    def manual(self, found: re.Match[str]) -> Element:
        link = Element("a", {"class": "man", "href": _PAGES.format(**found.groupdict())})
        link.text = AtomicString(found[0])
        return link

    def term(self, name: str) -> Element | None:
        term = self.by_name[name]
        if term in self.seen:
            return None
        self.seen.add(term)
        link = Element("a", {"class": "term", "href": self.up + term.place})
        if term not in self.told:  # once a page: they are long
            self.told.add(term)
            link.set("data-definition", term.definition)
        link.text = AtomicString(name)
        return link


def _word(name: str) -> str:
    """A pattern for a term: not a part of a longer word of Latin letters or of katakana."""
    pattern = re.escape(name)
    for letters in ("A-Za-z0-9_", _KATAKANA):
        if re.match(f"[{letters}]", name):
            pattern = f"(?<![{letters}]){pattern}"
        if re.search(f"[{letters}]$", name):
            pattern = f"{pattern}(?![{letters}])"
    return pattern


def _put(element: Element, pieces: Sequence[str | Element]) -> None:
    """Make `pieces` the content of `element`."""
    element[:] = []
    element.text = None
    for piece in pieces:
        if isinstance(piece, Element):
            element.append(piece)
        elif piece:
            append_final(element, piece)
