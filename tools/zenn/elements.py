"""Elements of pages that are not the author's words."""

from html import escape
from xml.etree.ElementTree import Element, SubElement

from markdown.util import AtomicString

from zenn.parser import clean


def text_element(
    parent: Element, tag: str, text: str, attributes: dict[str, str] | None = None
) -> Element:
    """Append ``<tag>text</tag>`` to `parent`; Python-Markdown leaves the text as it is."""
    child = SubElement(parent, tag, attributes or {})
    # Python-Markdown takes control characters for its own marks, and a terminal may print any.
    child.text = AtomicString(escape(clean(text), quote=False))
    return child
