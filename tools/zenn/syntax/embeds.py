"""``@[card](https://…)`` and its kin, and the card that a URL alone on a line becomes.

Zenn embeds the page; the site links to it, because an embed would make the reader's browser ask a
third party. What Zenn takes for a target of each kind is in zenn-markdown-html, embed and
url-matcher.
"""

import re
from itertools import pairwise
from urllib.parse import quote

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

_EMBED = re.compile(r"@\[([\w-]+)\]\((.+)\)", re.ASCII)
_LONGEST = 300
_WEB = r"https?://[^\s/?#<>\[\]\\^|%]+(?:[/?#].*)?"

_USER = r"[a-zA-Z0-9](?:-?[a-zA-Z0-9]){0,38}"
_PAGES = {
    "card": _WEB,
    "tweet": r"https://(?:twitter|x)\.com/[\w-]+/status/[\w?=&-]+",
    "gist": rf"https://gist\.github\.com/{_USER}/[a-zA-Z0-9]{{1,32}}(?:/[a-zA-Z0-9]+)?"
    r"(?:\?file=.+)?",
    "github": rf"https://github\.com/{_USER}/[a-zA-Z0-9](?:-?[a-zA-Z0-9._]){{0,99}}/blob/"
    r"[^~\s:?\[*^/\\]{2,}/[\w!~.*%()'\"/-]+(?:#L\d+(?:-L\d+)?)?",
    "codepen": r"https://codepen\.io/[\w/@-]+/pen/[\w/.@?&=%,-]+",
    "codesandbox": r"https://codesandbox\.io/embed/[\w/.@?&=%,+-]+",
    "stackblitz": r"https://stackblitz\.com/[\w/.@?&=%\[\]-]+",
    "jsfiddle": r"https?://jsfiddle\.net/[\w,/-]+",
    "docswell": r"https://www\.docswell\.com/"
    r"(?:s/[\w-]+/[\w-]+(?:/\d+)?|slide/[\w-]+/embed)(?:#p\d+)?",
    "blueprintue": r"https://blueprintue\.com/render/[\w-]+/?",
    "figma": r"https://(?:(?:www|embed)\.)?figma\.com/(?:file|proto|design|board|slides|deck)/"
    r"[0-9a-zA-Z]{22,128}(?:/[\w.?=&%-]+)?(?:\?[\w.?=&%-]+)?",
    "youtube": r"https?://(?:youtu\.be/[\w-]{11}(?:\?[\w=&-]+)?"
    r"|(?:www\.)?youtube\.com/watch\?(?:[\w=&-]*&)?v=[\w-]{11}(?:&[\w=&-]*)?)",
}
"""Kinds whose target is the address of a page, and what Zenn accepts as one."""

_PLAYERS = {
    "youtube": (r"[\w-]+", "https://www.youtube.com/watch?v={}"),
    "slideshare": (r"[\w-]+", "https://www.slideshare.net/slideshow/embed_code/key/{}"),
    "speakerdeck": (r"[\w-]+(?:\?slide=\d+)?", "https://speakerdeck.com/player/{}"),
}
"""Kinds whose target is a key, and the page that shows what it is the key of."""

KINDS = frozenset({*_PAGES, *_PLAYERS})


def embed_address(kind: str, target: str) -> str | None:
    """Return the page that ``@[kind](target)`` would embed.

    None where Zenn shows none: nothing at all for a kind that it doesn't know, and a complaint in
    the text for a target that it doesn't take.
    """
    if kind == "card":
        target = target.strip()
    elif len(target) > _LONGEST and kind != "github":
        return None
    if kind in _PAGES and re.fullmatch(_PAGES[kind], target, re.ASCII):
        return quote(target, safe=";/?:@&=+$,-_.!~*'()#%")
    if kind in _PLAYERS:
        key, page = _PLAYERS[kind]
        return page.format(target) if re.fullmatch(key, target, re.ASCII) else None
    return None


def is_web_address(target: str) -> bool:
    """Tell what can be shown as a card from ``mailto:`` and its like."""
    return bool(re.fullmatch(_WEB, target))


def embeds(md: MarkdownIt) -> None:
    """Add tokens `embed` (meta: kind, target) and, among inline tokens, `card` (meta: target)."""
    md.block.ruler.before(
        "fence", "embed", _embed, {"alt": ["paragraph", "reference", "blockquote", "list"]}
    )
    md.core.ruler.after("replacements", "link_to_card", _cards)


def _embed(state: StateBlock, start: int, _end: int, silent: bool) -> bool:
    line = state.src[state.bMarks[start] + state.tShift[start] : state.eMarks[start]]
    # As Zenn: the line must begin with @[, the embed may follow later in it, the rest is dropped.
    found = _EMBED.search(line) if line.startswith("@[") else None
    if not found:
        return False
    if not silent:
        token = state.push("embed", "div", 0)
        token.block = True
        token.map = [start, start + 1]
        token.meta = {"kind": found[1], "target": found[2]}
        state.line = start + 1
    return True


def _cards(state: StateCore) -> None:
    containers: list[str] = []
    for before, token in pairwise(state.tokens):
        if before.type in ("container_details_open", "container_message_open"):
            containers.append(before.type)
        elif before.type in ("container_details_close", "container_message_close"):
            containers.pop()
        # A message keeps its links small, and so do lists and quotations.
        if (
            token.type == "inline"
            and before.type == "paragraph_open"
            and before.level == len(containers)
            and containers[-1:] != ["container_message_open"]
        ):
            token.children = _with_cards(token.children or [])


def _with_cards(children: list[Token]) -> list[Token]:
    """Put a card in the place of each link that is alone on its line, and of the breaks beside."""
    result: list[Token] = []
    index = 0
    while index < len(children):
        token = children[index]
        if (
            token.type == "link_open"
            and token.markup == "linkify"
            and is_web_address(str(token.attrGet("href")))
            and _breaks(children, index - 1)
            and _breaks(children, index + 3)
        ):
            if result and result[-1].type != "card":
                result.pop()
            meta = {"target": str(token.attrGet("href"))}
            result.append(Token("card", "a", 0, level=token.level, meta=meta))
            index += 4
        else:
            result.append(token)
            index += 1
    return result


def _breaks(children: list[Token], index: int) -> bool:
    """Tell whether a line ends at `index`, where the paragraph's first and last do."""
    if not 0 <= index < len(children):
        return True
    return children[index].type in ("softbreak", "hardbreak")
