"""Raw Markdown that a reader can see: what looks like markup, in text that is not code."""

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from page import classes

_CODE = frozenset({"code", "pre", "embed-katex", "script", "style"})
_NOT_TEXT = frozenset(
    {"arithmatex", "badge", "block__head", "code-block-filename", "footnotes-title"}
)
_MARKUP = re.compile(
    r"```|~~|:::|\*\*|__|==|\]\(|!\[|@\[|\]\[|\[\^|\^\[|\[//\]|\[[ xX]\]|\[TOC\]|<!--|-->|--8<--"
    r"|\$[^$]+\$|\{[.#:]|</?[a-zA-Z]|&#?\w+;|!!!|\?\?\?|\|[ :]*--"
    r"|^ *(?:#{2,6}|(?:#|[-*+>]|\d+[.)]) )",
    re.MULTILINE,
)


def leaks(page: Element) -> list[str]:
    """Return what looks like markup, each with some text around it."""
    text = "".join(_texts(page))
    return [text[max(0, m.start() - 10) : m.end() + 10] for m in _MARKUP.finditer(text)]


def _texts(element: Element) -> Iterator[str]:
    if element.tag not in _CODE and not classes(element) & _NOT_TEXT:
        yield element.text or ""
        for child in element:
            yield from _texts(child)
            yield child.tail or ""
