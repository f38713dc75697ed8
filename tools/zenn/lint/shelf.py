"""What a rule sees: a chapter as a draft, on the shelf of its book; and what it finds."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import yaml
from markdown_it.token import Token

from zenn.book import Book, ProjectError, book_address
from zenn.guard.bounds import load_yaml, read_text
from zenn.lint.prose import Prose, prose
from zenn.model import ChapterError, Document
from zenn.parser import parse

_NUMBERED = re.compile(r"[0-9]+-")

_COLUMNS = ("unwanted", "wanted", "why", "except")

Caught = tuple[int, str, str]
"""What a rule has found: a line of the chapter, the rule's name, the message."""


@dataclass(frozen=True, slots=True)
class Trap:
    """A trap at a line (1-based) of a file: what Zenn would show, and what to write instead."""

    path: Path
    line: int
    rule: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.message} [{self.rule}]"


@dataclass(frozen=True, slots=True)
class Term:
    """One line of the book's table of terms, TAB-separated below ``unwanted wanted why except``.

    `pattern` finds a word of the first column, as its group 1, and before that one of the last
    column, whose words may hold one of the first; words have spaces between them, and no meaning
    as patterns.
    """

    pattern: re.Pattern[str]
    wanted: str
    why: str


@dataclass(frozen=True)
class Shelf:
    """The chapters of the `book`, as they are when they are first asked for."""

    book: Book
    _read: dict[Path, Document | Trap] = field(default_factory=dict)

    @cached_property
    def names(self) -> list[str]:
        """Return the names of all pages, ``02-uts`` for docs/02-uts.md."""
        return sorted(file.stem for file in self.book.chapters.glob("*.md"))

    @cached_property
    def chapters(self) -> tuple[str, ...] | None:
        """Return the chapters that config.yaml lists; None where it lists none that can be read."""
        return _listed(self.book.chapters / "config.yaml")

    @cached_property
    def address(self) -> Callable[[str], str]:
        """Return what makes the link to a chapter at Zenn of its name."""
        try:
            return book_address(self.book).chapter
        except ProjectError:  # which is told by itself
            return str

    @cached_property
    def terms(self) -> tuple[tuple[Term, ...], tuple[Trap, ...]]:
        """Return what the book writes otherwise, and what is wrong with its table of that."""
        if not self.book.terms:
            return (), ()
        shown = Path(self.book.terms)
        try:
            lines = read_text(self.book.root / shown).split("\n")
        except (OSError, UnicodeDecodeError) as error:
            why = getattr(error, "strerror", None) or "it is no text in UTF-8"
            return (), (Trap(shown, 1, "terms", f"can't be read: {why}"),)
        found, wrong = list[Term](), list[Trap]()
        for number, line in enumerate(lines, 1):
            cells = line.split("\t")
            head, is_whole = number == 1, len(cells) == len(_COLUMNS) and all(cells[:3])
            if tuple(cells) != _COLUMNS if head else line and not is_whole:
                why = f"a line has {', '.join(_COLUMNS)}, with TABs between them"
                wrong.append(Trap(shown, number, "terms", f"{why}; so has the first"))
            elif not head and line:
                words = ("|".join(map(re.escape, cells[column].split())) for column in (3, 0))
                found.append(Term(re.compile("{}|({})".format(*words).lstrip("|")), *cells[1:3]))
        return tuple(found), tuple(wrong)

    def document(self, name: str) -> Document | None:
        """Return the parsed page of that name; None if it has a mistake that hides the rest."""
        found = self.read(self.book.chapters / f"{name}.md")
        return found if isinstance(found, Document) else None

    def read(self, file: Path) -> Document | Trap:
        """Return a parsed file, or the mistake that hides the rest; each file is read once."""
        full = file.resolve()
        if full not in self._read:
            self._read[full] = self._parsed(full, self.book.shown(full))
        return self._read[full]

    def _parsed(self, file: Path, shown_as: Path) -> Document | Trap:
        try:
            return parse(read_text(file), shown_as, self.book)
        except ChapterError as error:
            return Trap(shown_as, error.line, "chapter", error.message)
        except UnicodeDecodeError:
            return Trap(shown_as, 1, "chapter", "not UTF-8: save the chapter as UTF-8")
        except OSError as error:
            return Trap(shown_as, 1, "chapter", f"can't be read: {error.strerror}")


@dataclass(frozen=True)
class Draft:
    """A chapter to be linted, with its prose, and the shelf of its neighbours."""

    document: Document
    shelf: Shelf

    @cached_property
    def prose(self) -> tuple[Prose, ...]:
        """All that isn't code, in the order of the tokens."""
        return tuple(prose(self.document))

    @property
    def is_chapter(self) -> bool:
        """Tell a chapter of Zenn's book from a page that only the site has."""
        path = self.document.path
        return is_numbered(path.stem) or path.stem in (self.shelf.chapters or ())

    def matches(self, pattern: re.Pattern[str]) -> Iterator[tuple[int, re.Match[str]]]:
        """Yield all that `pattern` fits in the prose, each with its line."""
        for part in self.prose:
            for found in pattern.finditer(part.text):
                yield part.line_of(found.start()), found

    def tokens(self, kind: str) -> Iterator[tuple[int, Token]]:
        """Yield the tokens of that type in the prose, each with its line."""
        for part in self.prose:
            for piece in part.pieces:
                if piece.token.type == kind:
                    yield part.line_of(piece.offset), piece.token


Rule = Callable[[Draft], Iterator[Caught]]
"""Looks through one chapter."""


def is_numbered(name: str) -> bool:
    """Tell the name of a chapter, ``02-uts``, from that of a page of the site alone, ``index``."""
    return bool(_NUMBERED.match(name))


def _listed(file: Path) -> tuple[str, ...] | None:
    try:
        data = load_yaml(read_text(file))
    except (OSError, ValueError, yaml.YAMLError):
        return None
    found = data.get("chapters") if isinstance(data, dict) else None
    if not isinstance(found, list) or not all(isinstance(name, str) for name in found):
        return None
    return tuple(found)
