"""Math: ``$x$`` in a line, ``$$`` around a block. Zenn hands the text between to KaTeX."""

import re
from functools import partial

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline

# A link whose address holds a dollar is left alone: [$x](https://example.com/$y).
_INLINE = re.compile(r"\$(\S|\S(?![^$]*\]\(http.*).*?\S)\$")
_INLINE_DISPLAY = re.compile(r"\${2}(\S|\S(?!.*\]\(http).*?\S)\${2}")
_DIGITS = frozenset("0123456789")
_BLOCK = re.compile(r"\${2}([^$]+?)\${2}(?:\s*?\(([^)\s]+?)\))?")
_QUOTE = re.compile(r"\n*?^(?:\s*>)+", re.MULTILINE)


def math(md: MarkdownIt) -> None:
    """Add tokens `math_inline`, `math_inline_display` and `math_block`; `content` is TeX.

    ``$$x$$ (1)`` is a `math_block_numbered`, its `info` the number.
    """
    for kind, pattern in (("math_inline_display", _INLINE_DISPLAY), ("math_inline", _INLINE)):
        md.inline.ruler.before("escape", kind, partial(_span, pattern=pattern, kind=kind))
    md.block.ruler.before("fence", "math_block", _block)


def _span(state: StateInline, silent: bool, pattern: re.Pattern[str], kind: str) -> bool:
    before = state.src[state.pos - 1] if state.pos else ""
    found = pattern.match(state.src, state.pos, state.posMax)
    if not found or before == "\\" or before in _DIGITS:
        return False
    if state.src[found.end() : found.end() + 1] in _DIGITS:
        return False
    if not silent:
        token = state.push(kind, "math", 0)
        token.content = found[1]
    state.pos = found.end()
    return True


def _block(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    begin = state.bMarks[start] + state.tShift[start]
    found = _BLOCK.match(state.src, begin, state.eMarks[end - 1])
    if not found:
        return False
    if not silent:
        last = start + state.src.count("\n", begin, found.end())
        token = state.push("math_block_numbered" if found[2] else "math_block", "math", 0)
        token.info = found[2] or ""
        token.block = True
        quoted = state.parentType == "blockquote"
        token.content = _QUOTE.sub("", found[1]) if quoted else found[1]
        token.map = [start, last + 1]
        state.line = last + 1
    return True
