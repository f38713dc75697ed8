"""Which files of a book may be read, published, and taken for chapters.

A symbolic link of a stranger's pull request may lead anywhere on the host that builds the site.
What a book publishes or includes lies in its own folders, whatever it is called.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

from zenn.book import Book

# What MkDocs makes a page of (mkdocs.utils.markdown_extensions).
_MARKDOWN = frozenset({".md", ".markdown", ".mdown", ".mkdn", ".mkd"})

STRAY = "the site would make a page of it that nothing verifies: chapters are *.md right in docs/"


def leads_out(path: Path, folders: Iterable[Path]) -> str:
    """Why a file is not to be read: where it leads, if that is outside of `folders`; else empty."""
    try:
        there = path.resolve()
    except (OSError, RuntimeError):  # a link to itself
        return f"{path} is a link that leads nowhere"
    if any(there.is_relative_to(folder.resolve()) for folder in folders):
        return ""
    return f"{path} leads out of its folder, to {there}: put the file itself there"


def no_links_out(folder: Path, allowed: Iterable[Path]) -> Iterator[str]:
    """For each file and folder below `folder` that leads out of the `allowed` ones, why."""
    allowed = tuple(allowed)
    for path in sorted(folder.rglob("*")):
        if path.is_symlink() and (why := leads_out(path, allowed)):
            yield why


def strays(book: Book) -> Iterator[Path]:
    """Files that a site generator would make pages of, and that are no chapters: those are
    ``*.md`` right in the folder of the chapters, for the harness, the site and Zenn alike."""
    seen = set[Path]()
    for folder in (book.chapters, book.programs):
        for path in sorted(folder.rglob("*")):
            is_page = path.suffix.lower() in _MARKDOWN and path.is_file()
            is_chapter = path.parent == book.chapters and path.suffix == ".md"
            if is_page and not is_chapter and (full := path.resolve()) not in seen:
                seen.add(full)
                yield path
