"""Links, to chapters and headings, and images: where they lead, what is there, how large it is."""

import difflib
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

from zenn.book import Book
from zenn.lint.shelf import Caught, Draft, Rule
from zenn.syntax.links import chapter_link, is_outside

KINDS = (".png", ".jpg", ".jpeg", ".gif", ".webp")
LARGEST = 3 * 1024 * 1024  # bytes


def links(draft: Draft) -> Iterator[Caught]:
    """Links to chapters and headings that are not there, or that only the site would follow."""
    for part in draft.prose:
        for piece in part.pieces:
            href = str(piece.token.attrGet("href") or "")
            if piece.token.type != "link_open" or is_outside(href):
                continue
            for rule, message in _wrong(draft, href):
                yield part.line_of(piece.offset), rule, message


def references(draft: Draft) -> Iterator[Caught]:
    """``[x]: 02-uts``: the export looks for links to chapters where they are used."""
    for token in draft.document.tokens:
        if token.type == "definition" and chapter_link(token.meta["url"]):
            yield (
                (token.map or [0])[0] + 1,
                "link-form",
                f"a link to a chapter stands in the text, [text]({token.meta['url']}), because its "
                "address is another one at Zenn",
            )


def _wrong(draft: Draft, href: str) -> Iterator[tuple[str, str]]:
    shelf = draft.shelf
    name, fragment = chapter_link(href) or ("", "")
    if not name and not href.startswith("#"):
        if draft.is_chapter:
            yield (
                "link-form",
                f"Zenn has nothing at {unquote(href)}; write a chapter's name without .md and "
                "folder, [text](02-uts), or a whole address, https://…",
            )
        return
    if name and name not in shelf.names:
        yield "link-chapter", f"there is no chapter {name}{_nearest(name, shelf.names)}"
        return
    if name and draft.is_chapter and name not in (shelf.chapters or shelf.names):
        yield (
            "link-chapter",
            f"{name} is not in Zenn's book; link to a chapter that {shelf.book.docs}/config.yaml "
            "lists, or list it there",
        )
        return
    target = shelf.document(name) if name and name != draft.document.path.stem else draft.document
    fragment = unquote(fragment or href.partition("#")[2])
    if not target or not fragment:
        return
    ids = [heading.id for heading in target.headings if heading.id]
    if fragment not in ids:
        yield (
            "link-anchor",
            f"{target.path} has no heading with the id {fragment}{_nearest(fragment, ids)}",
        )


def _nearest(word: str, known: list[str]) -> str:
    near = difflib.get_close_matches(word, known, n=1)
    return f"; do you mean {near[0]}?" if near else "; link to one that is there"


def images(draft: Draft) -> Iterator[Caught]:
    """Images that Zenn doesn't show, or that would be fetched from elsewhere."""
    for part in draft.prose:
        for piece in part.pieces:
            if piece.token.type == "image":
                source = unquote(str(piece.token.attrGet("src") or ""))
                for rule, message in _wrong_image(draft.shelf.book, source):
                    yield part.line_of(piece.offset), rule, message


def _wrong_image(book: Book, source: str) -> Iterator[tuple[str, str]]:
    if is_outside(source):
        yield (
            "image-place",
            "this image would be fetched from another site by every reader; put the file into "
            f"{book.docs}/images/ and write ![text](/images/name.png)",
        )
        return
    if not source.startswith("/images/"):
        yield (
            "image-place",
            f"Zenn shows no image at {source or 'an empty address'}; put the file into "
            f"{book.docs}/images/ and write ![text](/images/name.png)",
        )
        return
    file = book.chapters / source.removeprefix("/")
    if file.suffix.lower() not in KINDS:
        yield (
            "image-kind",
            f"Zenn refuses {file.suffix or 'files without a suffix'} as an image; save it as "
            f"{', '.join(KINDS)}",
        )
    elif not _is_file(file, book.chapters / "images"):
        yield "image-missing", f"there is no file {book.docs}{source}; add it, or correct the name"
    elif file.stat().st_size > LARGEST:
        size = file.stat().st_size / 1024 / 1024
        yield (
            "image-size",
            f"Zenn refuses an image of {size:.1f} MiB; make it smaller than 3 MiB",
        )


def _is_file(file: Path, folder: Path) -> bool:
    return file.resolve().is_relative_to(folder.resolve()) and file.is_file()


RULES: tuple[Rule, ...] = (links, references, images)
