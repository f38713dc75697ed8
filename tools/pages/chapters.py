"""Which chapter is this text? An extension of Python-Markdown is told the text and nothing else."""

from dataclasses import dataclass
from pathlib import Path

from pages.kept import kept
from zenn.book import Book


@dataclass(frozen=True, slots=True)
class Chapter:
    """A chapter file: `path` from the project's root, `name` within `docs`, and its whole text."""

    path: Path
    name: str
    text: str


def find_chapter(body: str, book: Book) -> Chapter | None:
    """Return the file of the book that `body` is the end of, what precedes it being front matter.

    Where several end in it, it is the one that has the least before it.
    """
    wanted = body.strip("\n")
    found: list[tuple[int, Path, str]] = []
    for file in sorted(book.chapters.rglob("*.md")):
        text = _text(file)
        stripped = text.rstrip("\n")
        before = len(stripped) - len(wanted)
        if wanted and stripped.endswith(wanted) and (before == 0 or stripped[before - 1] == "\n"):
            found.append((before, file, text))
    if not found:
        return None
    _, file, text = min(found)
    return Chapter(book.shown(file), file.relative_to(book.chapters).as_posix(), text)


@kept
def _text(file: Path) -> str:
    """Read `file` as MkDocs does; a file that is not UTF-8 is MkDocs' to complain of."""
    return file.read_text(encoding="utf-8-sig", errors="replace")
