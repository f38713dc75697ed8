"""Images with a size: ``![a](/images/a.png =250x)``, width and height in CSS pixels or per cent."""

import re

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

_SPACES = re.compile(r"[ \n]*")
_SIZE = re.compile(r"(?<= )=([0-9]*%?)x([0-9]*%?)[ \n]*\)")


def images(md: MarkdownIt) -> None:
    """Add the size; an image without one is left to CommonMark's own rule."""
    md.inline.ruler.before("image", "image_size", _image_size)


def _image_size(state: StateInline, silent: bool) -> bool:
    start = state.pos
    if not state.src.startswith("![", start):
        return False
    label_end = state.md.helpers.parseLinkLabel(state, start + 1, False)
    if label_end < 0 or not state.src.startswith("(", label_end + 1):
        return False
    parsed = _destination(state, _skip(state, label_end + 2))
    if not parsed:
        return False
    href, title, pos = parsed
    size = _SIZE.match(state.src, pos, state.posMax)
    if not size:
        return False
    if not silent:
        label = state.src[start + 2 : label_end]
        token = state.push("image", "img", 0)
        token.attrs = {"src": href, "alt": ""}
        token.content = label
        token.children = []
        state.md.inline.parse(label, state.md, state.env, token.children)
        for name, value in (("title", title), ("width", size[1]), ("height", size[2])):
            if value:
                token.attrSet(name, value)
    state.pos = size.end()
    return True


def _destination(state: StateInline, pos: int) -> tuple[str, str, int] | None:
    """Read address and title; return them and where the size would begin."""
    found = state.md.helpers.parseLinkDestination(state.src, pos, state.posMax)
    href = ""
    if found.ok and state.md.validateLink(state.md.normalizeLink(found.str)):
        href, pos = state.md.normalizeLink(found.str), found.pos
    after = _skip(state, pos)
    title = state.md.helpers.parseLinkTitle(state.src, after, state.posMax, None)
    if title.ok and after != pos:
        return href, title.str, _skip(state, title.pos)
    return href, "", after


def _skip(state: StateInline, pos: int) -> int:
    found = _SPACES.match(state.src, pos, state.posMax)
    return found.end() if found else pos


def is_captioned(children: list[Token]) -> bool:
    """Tell whether a paragraph is an image and, in the next line, ``*its caption*``."""
    kinds = [token.type for token in children]
    return (
        kinds[:1] == ["image"]
        and kinds[1:2] in (["softbreak"], ["hardbreak"])
        and kinds[2:3] == ["em_open"]
        and kinds.index("em_close") == len(kinds) - 1
    )
