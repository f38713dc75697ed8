"""The files of a book: each is read once until it is written again, and which one is this text?

An extension of Python-Markdown is told the text and nothing else.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

from zenn.book import Book

P = ParamSpec("P")
T = TypeVar("T")


def kept(make: Callable[Concatenate[Path, P], T]) -> Callable[Concatenate[Path, P], T]:
    """Call `make` for a file once, and again when its time or size has changed (stat(2)).

    Whatever else `make` takes is the same for a file every time. Raises OSError where the file
    can't be looked at, and what `make` raises.
    """
    known: dict[Path, tuple[tuple[int, int], T]] = {}

    def made(file: Path, /, *args: P.args, **kwargs: P.kwargs) -> T:
        state = file.stat()
        stamp = (state.st_mtime_ns, state.st_size)
        before = known.get(file)
        if before is None or before[0] != stamp:
            before = known[file] = (stamp, make(file, *args, **kwargs))
        return before[1]

    return made


@dataclass(frozen=True, slots=True)
class PageFile:
    """A chapter file: `path` from the project's root, `name` within `docs`, and its whole text."""

    path: Path
    name: str
    text: str


def page_file(body: str, book: Book) -> PageFile | None:
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
    return PageFile(book.shown(file), file.relative_to(book.chapters).as_posix(), text)


@kept
def _text(file: Path) -> str:
    """Read `file` as MkDocs does; a file that is not UTF-8 is MkDocs' to complain of."""
    return file.read_text(encoding="utf-8-sig", errors="replace")
