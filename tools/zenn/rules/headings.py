"""Heading ids as Zenn makes them: h1 to h4, lower case, spaces to ``-``, the second one ``-1``."""

import re
from itertools import pairwise

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

_SPACES = re.compile(r"[\s\ufeff]+")  # as JavaScript has it


def headings(md: MarkdownIt) -> None:
    """Set the attribute `id`.

    Zenn percent-encodes ids and the links to them. Here they are as the author reads them,
    ``はじめに``; browsers and MkDocs compare both decoded.
    """
    md.core.ruler.push("heading_ids", _ids)


def heading_text(inline: Token) -> str:
    """Return the text of a heading without its markup."""
    children = inline.children or []
    return "".join(child.content for child in children if child.type in ("text", "code_inline"))


def _ids(state: StateCore) -> None:
    taken: set[str] = set()
    for token, inline in pairwise(state.tokens):
        if token.type == "heading_open" and token.tag in ("h1", "h2", "h3", "h4"):
            slug = _SPACES.sub("-", _SPACES.sub(" ", heading_text(inline)).strip().lower())
            unique, count = slug, 1
            while unique in taken:
                unique, count = f"{slug}-{count}", count + 1
            taken.add(unique)
            token.attrSet("id", unique)
