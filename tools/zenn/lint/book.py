"""The chapters of a book as lint asks of them: what exists, what is listed, what it links to."""

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from zenn.book import Book
from zenn.config import chapter_names, is_numbered
from zenn.model import ChapterError, Document
from zenn.parser import parse


@dataclass(frozen=True)
class Shelf:
    """The chapters of the `book`, as they are when they are first asked for."""

    book: Book
    _documents: dict[str, Document | None] = field(default_factory=dict)

    @cached_property
    def names(self) -> list[str]:
        """Return the names of all pages, ``02-uts`` for docs/02-uts.md."""
        return sorted(file.stem for file in self.book.chapters.glob("*.md"))

    @cached_property
    def chapters(self) -> tuple[str, ...] | None:
        """Return the chapters that config.yaml lists; None where it lists none that can be read."""
        return chapter_names(self.book.chapters / "config.yaml")

    def is_chapter(self, document: Document) -> bool:
        """Tell a chapter of Zenn's book from a page that only the site has."""
        path = document.path
        if path.parent != Path(self.book.docs):  # an author's file, on its way to be one
            return True
        return is_numbered(path.stem) or path.stem in (self.chapters or ())

    def document(self, name: str) -> Document | None:
        """Return the parsed page of that name; None if it has a mistake that hides the rest."""
        if name not in self._documents:
            self._documents[name] = self._parsed(Path(self.book.docs) / f"{name}.md")
        return self._documents[name]

    def _parsed(self, path: Path) -> Document | None:
        try:
            return parse((self.book.root / path).read_text("utf-8"), path, self.book)
        except (ChapterError, OSError, UnicodeDecodeError):
            return None
