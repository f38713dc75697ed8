"""Addresses as Zenn writes them, and as the site needs them."""

import re
from urllib.parse import quote, unquote

_CHAPTER = re.compile(r"([\w-]+)(\?.*)?", re.ASCII)
_OUTSIDE = re.compile(r"[a-z][a-z0-9+.-]*:|//", re.IGNORECASE)
_WEB = re.compile(r"https?://", re.IGNORECASE)
_TOKEN = re.compile(r"[\w?=&.-]+", re.ASCII)

_PLAYERS = {
    "youtube": "https://www.youtube.com/watch?v=",
    "slideshare": "https://www.slideshare.net/slideshow/embed_code/key/",
    "speakerdeck": "https://speakerdeck.com/player/",
}
EMBEDS = frozenset(
    {
        *("blueprintue", "card", "codepen", "codesandbox", "docswell", "figma", "gist"),
        *("github", "jsfiddle", "stackblitz", "tweet", *_PLAYERS),
    }
)


def is_outside(href: str) -> bool:
    """Tell an address with a scheme or a host from one within the book."""
    return bool(_OUTSIDE.match(href))


def chapter_link(href: str) -> tuple[str, str] | None:
    """Return chapter and fragment of a link to a chapter, ``02-uts#id``; None if it is none."""
    target, _, fragment = href.partition("#")
    found = None if is_outside(href) else _CHAPTER.fullmatch(target)
    return (found[1], fragment) if found else None


def page_address(href: str) -> str:
    """Turn a link to a chapter, ``01-tour#id``, into one to its file, which MkDocs checks.

    It compares fragments letter by letter, so they are decoded as the ids are.
    """
    if is_outside(href):
        return href
    target, mark, fragment = href.partition("#")
    found = _CHAPTER.fullmatch(target)
    if found:
        target = f"{found[1]}.md{found[2] or ''}"
    readable = unquote(fragment)
    return target + mark + (readable if readable.isprintable() else fragment)


def embed_address(kind: str, target: str) -> str | None:
    """Return the page that ``@[kind](target)`` would embed, None where Zenn shows nothing.

    The site links to it: an embed would make the reader's browser ask a third party.
    """
    if kind not in EMBEDS:
        return None
    target = target.strip()
    if _WEB.match(target):
        return quote(target, safe=";/?:@&=+$,-_.!~*'()#%")
    if kind in _PLAYERS and _TOKEN.fullmatch(target):
        return _PLAYERS[kind] + target
    return None
