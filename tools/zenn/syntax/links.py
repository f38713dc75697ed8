"""Addresses as Zenn writes them, and as the site needs them."""

import re
from urllib.parse import unquote

_CHAPTER = re.compile(r"([\w-]+)(\?.*)?", re.ASCII)
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):", re.IGNORECASE)
_SCHEMES = frozenset({"http", "https", "ftp", "mailto", "tel"})


def is_outside(href: str) -> bool:
    """Tell an address with a scheme or a host from one within the book."""
    return bool(_SCHEME.match(href)) or href.startswith("//")


def is_shown(href: str) -> bool:
    """Tell the addresses that Zenn shows: within the book, of the web, of mail, of a telephone."""
    scheme = _SCHEME.match(href)
    return not scheme or scheme[1].lower() in _SCHEMES


def chapter_link(href: str) -> tuple[str, str] | None:
    """Return chapter and fragment of a link to a chapter, ``02-uts#id``; None if it is none."""
    target, _, fragment = href.partition("#")
    found = None if is_outside(href) else _CHAPTER.fullmatch(target)
    return (found[1], fragment) if found else None


def page_address(href: str) -> str | None:
    """Turn a link to a chapter, ``01-tour#id``, into one to its file, which MkDocs checks.

    It compares fragments letter by letter, so they are decoded as the ids are. None for an address
    that Zenn doesn't show.
    """
    if not is_shown(href):
        return None
    if is_outside(href):
        return href
    target, mark, fragment = href.partition("#")
    found = _CHAPTER.fullmatch(target)
    if found:
        target = f"{found[1]}.md{found[2] or ''}"
    readable = unquote(fragment)
    return target + mark + (readable if readable.isprintable() else fragment)
