"""The two pieces of HTML that Zenn knows: ``<br>``, and a comment within one line."""

import re

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline

_BR = re.compile(r"<br\s?/?>")


def inline_html(md: MarkdownIt) -> None:
    """Add tokens `hardbreak` for ``<br>`` and nothing at all for ``<!-- a comment -->``."""
    md.inline.ruler.before("emphasis", "br", _br)
    md.inline.ruler.after("emphasis", "comment", _comment)


def _br(state: StateInline, silent: bool) -> bool:
    found = _BR.match(state.src, state.pos, state.posMax)
    if silent or not found:
        return False
    state.push("hardbreak", "br", 0)
    state.pos = found.end()
    return True


def _comment(state: StateInline, silent: bool) -> bool:
    start = state.pos
    if silent or not state.src.startswith("<!--", start, state.posMax):
        return False
    state.pos = start + 4
    # By tokens, as Zenn: `-->` within a code span does not end the comment.
    while state.pos + 3 <= state.posMax:
        if state.src.startswith("-->", state.pos):
            state.pos += 3
            if re.search(r"(?<!\\)(?:\\\\)*\n", state.src[start : state.pos]):
                break
            return True
        state.md.inline.skipToken(state)
    state.pos = start
    return False
