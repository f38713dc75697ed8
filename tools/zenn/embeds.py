"""The page that ``@[kind](target)`` embeds.

Zenn embeds it; the site links to it, because an embed would make the reader's browser ask a third
party. What Zenn takes for a target of each kind is in zenn-markdown-html, embed and url-matcher.
"""

import re
from urllib.parse import quote

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
