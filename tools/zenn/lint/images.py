"""Images: where they are, what they are, how large."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

from zenn.links import is_outside
from zenn.lint.book import Shelf
from zenn.lint.finding import Finding, Rule
from zenn.model import Document
from zenn.prose import prose

KINDS = (".png", ".jpg", ".jpeg", ".gif", ".webp")
LARGEST = 3 * 1024 * 1024  # bytes


def images(document: Document, shelf: Shelf) -> Iterator[Finding]:
    """Images that Zenn doesn't show, or that would be fetched from elsewhere."""
    for part in prose(document):
        for piece in part.pieces:
            if piece.token.type == "image":
                source = unquote(str(piece.token.attrGet("src") or ""))
                for rule, message in _wrong(document, shelf, source):
                    yield Finding(document.path, part.line_of(piece.offset), rule, message)


def _wrong(document: Document, shelf: Shelf, source: str) -> Iterator[tuple[str, str]]:
    if is_outside(source):
        yield (
            "image-place",
            "this image would be fetched from another site by every reader; put the file into "
            "docs/images/ and write ![text](/images/name.png)",
        )
        return
    if not source.startswith("/images/"):
        yield (
            "image-place",
            f"Zenn shows no image at {source or 'an empty address'}; put the file into "
            "docs/images/ and write ![text](/images/name.png)",
        )
        return
    file = shelf.book.chapters / source.removeprefix("/")
    if file.suffix.lower() not in KINDS:
        yield (
            "image-kind",
            f"Zenn refuses {file.suffix or 'files without a suffix'} as an image; save it as "
            f"{', '.join(KINDS)}",
        )
    elif not _is_file(file, shelf.book.chapters / "images"):
        yield "image-missing", f"there is no file docs{source}; add it, or correct the name"
    elif file.stat().st_size > LARGEST:
        size = file.stat().st_size / 1024 / 1024
        yield (
            "image-size",
            f"Zenn refuses an image of {size:.1f} MiB; make it smaller than 3 MiB",
        )


def _is_file(file: Path, folder: Path) -> bool:
    return file.resolve().is_relative_to(folder.resolve()) and file.is_file()


RULES: tuple[Rule, ...] = (images,)
