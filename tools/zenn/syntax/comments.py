"""``[//]: # (text)``: a link definition that nothing refers to, and so shows nothing."""

import re

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from zenn.model import Comment, Mistake, line_of

_VISIBLE = re.compile(r"^[ \t]*\[//\]:", re.MULTILINE)


def comments(md: MarkdownIt) -> None:
    """Keep definitions as tokens; give each code block the comments right before it.

    They are found in a code block's ``meta["comments"]``, a tuple of `Comment`. One that would be
    shown as text is a `Mistake`.
    """
    md.options["inline_definitions"] = True
    # Before footnotes are moved to the end, so that "right before" means it of the file.
    md.core.ruler.after("block", "comments", _attach)


def as_comment(token: Token) -> Comment | None:
    """Return the comment that a token of a definition is, if it is one."""
    if token.type != "definition" or token.meta["label"] != "//":
        return None
    return Comment(token.meta["title"], line_of(token))


def _attach(state: StateCore) -> None:
    pending: tuple[Comment, ...] = ()
    for token in state.tokens:
        comment = as_comment(token)
        if comment:
            pending += (comment,)
            continue
        if token.type in ("fence", "code_block"):
            token.meta["comments"] = pending
        elif token.type == "inline":
            _refuse_visible(token)
        pending = ()


def _refuse_visible(token: Token) -> None:
    found = _VISIBLE.search(token.content)
    if found:
        row = token.content.count("\n", 0, found.start())
        why = (
            "put an empty line before it"
            if row
            else 'write [//]: # (text), or [//]: # "text" where it holds parentheses'
        )
        raise Mistake(line_of(token) + row, f"this comment would be shown as text; {why}")
