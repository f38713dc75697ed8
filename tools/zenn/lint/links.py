"""Links, to chapters and headings, and images: where they lead, what is there, how large it is."""

import difflib
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

from zenn.book import Book
from zenn.lint.shelf import Caught, Draft
from zenn.model import line_of
from zenn.syntax.links import chapter_link, is_outside

KINDS = (".png", ".jpg", ".jpeg", ".gif", ".webp")
LARGEST = 3 * 1024 * 1024  # bytes


def links(draft: Draft) -> Iterator[Caught]:
    """Links to chapters and headings that are not there, or that only the site would follow."""
    for line, token in draft.tokens("link_open"):
        href = str(token.attrGet("href") or "")
        if wrong := _wrong(draft, href):
            yield line, *wrong


def references(draft: Draft) -> Iterator[Caught]:
    """``[x]: 02-uts``: the export looks for links to chapters where they are used."""
    for token in draft.document.tokens:
        if token.type == "definition" and chapter_link(token.meta["url"]):
            why = f"a link to a chapter stands in the text, [text]({token.meta['url']})"
            yield line_of(token), "link-form", f"{why}, because its address is another one at Zenn"


def _wrong(draft: Draft, href: str) -> tuple[str, str] | None:
    if is_outside(href):
        return None
    shelf = draft.shelf
    name, fragment = chapter_link(href) or ("", "")
    if not name and not href.startswith("#"):
        why = (
            f"Zenn has nothing at {unquote(href)}; write a chapter's name without .md and folder, "
            "[text](02-uts), or a whole address, https://…"
        )
        return ("link-form", why) if draft.is_chapter else None
    if name and name not in shelf.names:
        return "link-chapter", f"there is no chapter {name}{_nearest(name, shelf.names)}"
    if name and draft.is_chapter and name not in (shelf.chapters or shelf.names):
        instead = f"link to a chapter that {shelf.book.docs}/config.yaml lists, or list it there"
        return "link-chapter", f"{name} is not in Zenn's book; {instead}"
    target = shelf.document(name) if name and name != draft.document.path.stem else draft.document
    fragment = unquote(fragment or href.partition("#")[2])
    if not target or not fragment:
        return None
    ids = [heading.id for heading in target.headings if heading.id]
    if fragment in ids:
        return None
    near = _nearest(fragment, ids)
    return "link-anchor", f"{target.path} has no heading with the id {fragment}{near}"


def _nearest(word: str, known: list[str]) -> str:
    near = difflib.get_close_matches(word, known, n=1)
    return f"; do you mean {near[0]}?" if near else "; link to one that is there"


def images(draft: Draft) -> Iterator[Caught]:
    """Images that Zenn doesn't show, or that would be fetched from elsewhere."""
    for line, token in draft.tokens("image"):
        source = unquote(str(token.attrGet("src") or ""))
        if wrong := _wrong_image(draft.shelf.book, source):
            yield line, *wrong


def _wrong_image(book: Book, source: str) -> tuple[str, str] | None:
    into = f"put the file into {book.docs}/images/ and write ![text](/images/name.png)"
    if is_outside(source):
        why = "this image would be fetched from another site by every reader"
        return "image-place", f"{why}; {into}"
    if not source.startswith("/images/"):
        return "image-place", f"Zenn shows no image at {source or 'an empty address'}; {into}"
    file = book.chapters / source.removeprefix("/")
    if file.suffix.lower() not in KINDS:
        refused, taken = file.suffix or "files without a suffix", ", ".join(KINDS)
        return "image-kind", f"Zenn refuses {refused} as an image; save it as {taken}"
    if not _is_file(file, book.chapters / "images"):
        return "image-missing", f"there is no file {book.docs}{source}; add it, or correct the name"
    if (size := file.stat().st_size) > LARGEST:
        mib = size / 1024 / 1024
        return "image-size", f"Zenn refuses an image of {mib:.1f} MiB; make it smaller than 3 MiB"
    return None


def _is_file(file: Path, folder: Path) -> bool:
    return file.resolve().is_relative_to(folder.resolve()) and file.is_file()


RULES = (links, references, images)
