"""HTML as an ElementTree, and the few questions that the comparison asks of it.

Both pages are well-formed, so the standard library's tokenizer is enough. A browser's repairs
would only hide a difference.
"""

from collections.abc import Iterator
from html.parser import HTMLParser
from xml.etree.ElementTree import Element, TreeBuilder

_VOID = frozenset({"br", "hr", "img", "input", "link", "meta"})


def read_page(html: str) -> Element:
    """Return a ``<div>`` that holds the page; raises AssertionError where a tag is not closed."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.root()


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._builder = TreeBuilder()
        self._builder.start("div", {})

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._builder.start(tag, {name: value or "" for name, value in attrs})
        if tag in _VOID:
            self._builder.end(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self._builder.end(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in _VOID:
            self._builder.end(tag)

    def handle_data(self, data: str) -> None:
        self._builder.data(data)

    def root(self) -> Element:
        self._builder.end("div")
        return self._builder.close()


def classes(element: Element) -> set[str]:
    return set((element.get("class") or "").split())


def text_of(element: Element) -> str:
    return "".join(element.itertext())


def find_class(element: Element, *names: str) -> Element | None:
    return next((found for found in element.iter() if classes(found) & {*names}), None)


Node = str | Element


def nodes(element: Element) -> Iterator[Node]:
    """Yield the texts and elements that `element` holds, in order."""
    if element.text:
        yield element.text
    for child in element:
        yield child
        if child.tail:
            yield child.tail
