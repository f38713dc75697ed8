"""What would Zenn show otherwise than its author means, and what would it refuse?"""

from collections.abc import Iterator, Sequence
from pathlib import Path

from zenn.book import Book, chapters_at
from zenn.guard import no_links_out, strays
from zenn.guard.folders import STRAY
from zenn.lint import blocks, links, markup, metadata, text
from zenn.lint.shelf import Draft, Rule, Shelf, Trap
from zenn.model import Document

__all__ = ["Shelf", "Trap", "lint", "lint_book", "lint_files"]

RULES: tuple[Rule, ...] = (
    *metadata.RULES,
    *blocks.RULES,
    *markup.RULES,
    *text.RULES,
    *links.RULES,
)


def lint(document: Document, shelf: Shelf) -> list[Trap]:
    """Return what is wrong with one chapter, by line, each once."""
    draft = Draft(document, shelf)
    found = dict.fromkeys(Trap(document.path, *caught) for rule in RULES for caught in rule(draft))
    return list(_without_echoes(sorted(found, key=lambda finding: finding.line)))


def lint_book(book: Book) -> list[Trap]:
    """Return what is wrong with config.yaml and every page of docs/."""
    shelf = Shelf(book)
    pages = [book.chapters / f"{name}.md" for name in shelf.names]
    return [*_files(book), *metadata.traps(shelf), *_lint(pages, shelf)]


def _files(book: Book) -> Iterator[Trap]:
    """What would be published, and is not the book's or no chapter."""
    folders = (book.chapters, book.programs)
    for folder in folders:
        for why in no_links_out(folder, folders):
            yield Trap(book.shown(folder), 1, "link-out", why)
    for stray in strays(book):
        yield Trap(book.shown(stray), 1, "no-chapter", STRAY)


def lint_files(files: Sequence[Path], book: Book) -> list[Trap]:
    """Return what is wrong with these files, or folders of files, as far as Zenn is to have them.

    One that can't be read is a finding, too.
    """
    named = [chapter for file in files for chapter in chapters_at(file)]
    return _lint([chapter for chapter in named if is_of(book, chapter)], Shelf(book))


def is_of(book: Book, file: Path) -> bool:
    """Whether a file is one of the book's, of which Zenn has the chapters."""
    return file.resolve().is_relative_to(book.chapters.resolve())


def _lint(files: Sequence[Path], shelf: Shelf) -> list[Trap]:
    found = list(shelf.terms[1])
    for file in files:
        read = shelf.read(file)
        found += [read] if isinstance(read, Trap) else lint(read, shelf)
    return found


def _without_echoes(found: Sequence[Trap]) -> Iterator[Trap]:
    """Leave out what is mended with something else: line breaks near it, an end with its begin."""
    others = {finding.line for finding in found if finding.rule != text.LINE_BREAK}
    unclosed = False
    for finding in found:
        if finding.rule == text.LINE_BREAK and {finding.line, finding.line - 1} & others:
            others.add(finding.line)  # and so the breaks that follow
            continue
        if finding.rule == "container-end" and unclosed:
            continue
        unclosed |= finding.rule == "container-unclosed"
        yield finding
