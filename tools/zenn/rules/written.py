"""What is written in a line, before `\\*` becomes `*`: lint tells the two apart."""

from copy import copy

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token


def written(md: MarkdownIt) -> None:
    """Keep, where a line has escapes or entities, its children as ``meta["written"]``.

    There they are tokens `text_special`; markdown-it joins them with the text around them.
    """
    md.core.ruler.before("text_join", "written", _keep)


def as_written(inline: Token) -> list[Token]:
    """Return the children of an inline token, escapes and entities apart from text."""
    kept: list[Token] = inline.meta.get("written", inline.children or [])
    return kept


def _keep(state: StateCore) -> None:
    for token in state.tokens:
        children = token.children or []
        if any(child.type == "text_special" for child in children):
            token.meta["written"] = [copy(child) for child in children]
