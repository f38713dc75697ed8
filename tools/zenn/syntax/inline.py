"""Within a line: the two pieces of HTML that Zenn knows, ``<br>`` and a comment, and what is
escaped, before `\\*` becomes `*`: lint tells the two apart.
"""

import re
from copy import copy

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.rules_inline.state_inline import Delimiter
from markdown_it.token import Token

_BREAK = re.compile(r"(?<!\\)(?:\\\\)*\n")
_BR = re.compile(r"<br\s?/?>")


def inline_html(md: MarkdownIt) -> None:
    """Add tokens `hardbreak` for ``<br>`` and nothing at all for ``<!-- a comment -->``."""
    md.inline.ruler.before("emphasis", "br", _br)
    md.inline.ruler.after("emphasis", "comment", _comment)


def _br(state: StateInline, silent: bool) -> bool:
    found = _BR.match(state.src, state.pos, state.posMax)
    if silent or not found:
        return False
    if state.level:
        # Within a link's text Zenn leaves it a text.
        state.push("text", "", 0).content = found[0]
    else:
        state.push("hardbreak", "br", 0)
        # On Zenn two of them pair up as two asterisks do, and a `*` between them finds no partner
        # beyond (zenn-markdown-html, md-br).
        state.delimiters.append(
            Delimiter(ord("<"), 0, len(state.tokens) - 1, end=-1, open=True, close=True)
        )
    state.pos = found.end()
    return True


def _comment(state: StateInline, silent: bool) -> bool:
    start = state.pos
    if silent or not state.src.startswith("<!--", start, state.posMax):
        return False
    if start + len("<!---->") >= state.posMax:
        return False
    end = _comment_end(state)
    state.pos = start
    if not end or _BREAK.search(state.src, start, end):
        return False
    if state.pending:
        # Else linkify looks there for the scheme of an address right after it.
        state.pushPending()
    state.pos = end
    return True


def _comment_end(state: StateInline) -> int:
    """Where the comment ends that begins here, by tokens, as Zenn: `-->` within a code span does
    not end it. 0 if it never does.

    Whatever begins a comment on the way to that place ends it there, too: each place is looked at
    once, however many comments are begun.
    """
    ends = state.env.setdefault("comment_ends", {}).setdefault((state.src, state.posMax), {})
    state.pos += 4
    way = []
    while state.pos not in ends and state.pos + 3 <= state.posMax:
        way.append(state.pos)
        if state.src.startswith("-->", state.pos):
            ends[state.pos] = state.pos + 3
        else:
            state.md.inline.skipToken(state)
    end: int = ends.get(state.pos, 0)
    ends.update(dict.fromkeys(way, end))
    return end


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
