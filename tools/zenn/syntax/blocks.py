"""Containers, ``:::message`` and ``:::details Title``, and the ids of headings.

A container is closed by as many colons as open it, or more. Ids are made of h1 to h4: lower case,
spaces to ``-``, the second of its kind ``-1``.
"""

import re
from itertools import pairwise

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from mdit_py_plugins.container import container_plugin

_MESSAGE = re.compile(r"message\s*(alert)?")
_DETAILS = re.compile(r"details\s+(.*)")
_SPACES = re.compile(r"[\s\ufeff]+")  # as JavaScript has it


def containers(md: MarkdownIt) -> None:
    """Add both containers. Zenn leaves ``:::message warning`` a text, and so does this."""
    container_plugin(md, "details", validate=lambda params, _: bool(_DETAILS.match(params.strip())))
    container_plugin(
        md, "message", validate=lambda params, _: bool(_MESSAGE.fullmatch(params.strip()))
    )


def is_alert(info: str) -> bool:
    """Tell ``:::message alert`` from ``:::message``; `info` is what follows the colons."""
    return info.strip().endswith("alert")


def details_title(info: str) -> str:
    """Return the summary of ``:::details Title``; Zenn shows it as plain text."""
    found = _DETAILS.match(info.strip())
    return found[1] if found else ""


def headings(md: MarkdownIt) -> None:
    """Set the attribute `id`.

    Zenn percent-encodes ids and the links to them. Here they are as the author reads them,
    ``はじめに``; browsers and MkDocs compare both decoded.
    """
    md.core.ruler.push("heading_ids", _ids)


def inline_text(inline: Token) -> str:
    """Return the text of a line without its markup."""
    children = inline.children or []
    return "".join(child.content for child in children if child.type in ("text", "code_inline"))


def _ids(state: StateCore) -> None:
    taken: set[str] = set()
    counts: dict[str, int] = {}  # by the slug: how many have been tried
    for token, inline in pairwise(state.tokens):
        if token.type == "heading_open" and token.tag in ("h1", "h2", "h3", "h4"):
            slug = _SPACES.sub("-", _SPACES.sub(" ", inline_text(inline)).strip().lower())
            unique, count = slug, counts.get(slug, 1)
            while unique in taken:
                unique, count = f"{slug}-{count}", count + 1
            counts[slug] = count
            taken.add(unique)
            token.attrSet("id", unique)
