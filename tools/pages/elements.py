"""Elements of pages that are not the author's words."""

from collections.abc import Iterable, Mapping
from html import escape
from xml.etree.ElementTree import Element, SubElement

from markdown.util import AtomicString

from zenn.model import clean


def text_element(
    parent: Element, tag: str, text: str, attributes: dict[str, str] | None = None
) -> Element:
    """Append ``<tag>text</tag>`` to `parent`; Python-Markdown leaves the text as it is."""
    child = SubElement(parent, tag, attributes or {})
    append_text(child, text)
    return child


def append_text(parent: Element, text: str) -> None:
    """Append `text` after all that `parent` has; Python-Markdown leaves it as it is."""
    # Python-Markdown takes control characters for its own marks, and a terminal may print any.
    append_final(parent, escape(clean(text), quote=False))


def append_final(parent: Element, text: str) -> None:
    """Append `text`, which is escaped, so that no inline pattern of Python-Markdown touches it."""
    if len(parent):
        parent[-1].tail = AtomicString((parent[-1].tail or "") + text)
    else:
        parent.text = AtomicString((parent.text or "") + text)


def facts_element(parent: Element, facts: Mapping[str, str], classes: str) -> None:
    """Append a ``<dl>`` of names and values; those without a value are left out."""
    pairs = SubElement(parent, "dl", {"class": classes})
    for name, value in facts.items():
        if value:
            pair = SubElement(pairs, "div")
            text_element(pair, "dt", name)
            text_element(pair, "dd", value)


def table_element(
    parent: Element,
    heads: Iterable[str],
    caption: str = "",
    attributes: dict[str, str] | None = None,
) -> Element:
    """Append a ``<table>`` with these heads of columns, and return its body."""
    table = SubElement(parent, "table", attributes or {})
    if caption:
        text_element(table, "caption", caption)
    row = SubElement(SubElement(table, "thead"), "tr")
    for name in heads:
        text_element(row, "th", name, {"scope": "col"})
    return SubElement(table, "tbody")
