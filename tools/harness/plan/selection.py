"""The project, and what of its chapters the command line asks for."""

import glob
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.plan.chapter import Chapter, read
from harness.plan.scenario import Scenario, scenarios
from zenn.book import Book, chapters_at
from zenn.guard import leads_out, strays
from zenn.guard.folders import STRAY
from zenn.model import ChapterError

_SUFFIXES = (".md", ".markdown")


class NamesNothingError(Exception):
    """Which word of the command line names no chapter, in one sentence."""


@dataclass(frozen=True, slots=True)
class Selection:
    """Chapters with all their scenarios, and those of them that were asked for.

    `whole` says that every scenario of the chapters was asked for.
    """

    chapters: tuple[Chapter, ...]
    all: dict[Path, tuple[Scenario, ...]]
    chosen: tuple[Scenario, ...]

    @property
    def whole(self) -> bool:
        return all(map(self.has_all_of, self.chapters))

    @property
    def of_guests(self) -> "Selection":
        """It without what is run on the reader's machine alone."""
        left = {one.path for one in self.chapters if one.outfit.readers}
        rest = {path: () if path in left else found for path, found in self.all.items()}
        chosen = tuple(one for one in self.chosen if one.chapter not in left)
        return Selection(self.chapters, rest, chosen)

    def of(self, chapter: Chapter) -> tuple[Scenario, ...]:
        """Those of a chapter's scenarios that were asked for."""
        return tuple(one for one in self.chosen if one.chapter == chapter.path)

    def has_all_of(self, chapter: Chapter) -> bool:
        return len(self.of(chapter)) == len(self.all[chapter.path])


def select(words: Sequence[str], book: Book) -> Selection:
    """Read the chapters named on the command line, and choose their scenarios.

    Raises as `asked_for` and `choose` do.
    """
    return choose(asked_for(words, book), book)


def asked_for(words: Sequence[str], book: Book) -> dict[Path, list[int]]:
    """The chapters that ``CHAPTER``, ``CHAPTER:LINE``, a folder of chapters or a pattern (glob(7),
    with ``**``) name, of this book or from anywhere; default: all of the book. Each comes with the
    lines, 0 for all of it.

    Raises NamesNothingError for a word that can name no chapter (a file may be missing still), and
    an ExceptionGroup with a ChapterError for each file that leads out of the book's folder, and,
    for all of the book, for each that the site would make a page of without it being one.
    """
    lines: dict[Path, list[int]] = {}
    if not words and not book.chapters.is_dir():
        raise NamesNothingError(f"no chapters: there is no folder {book.docs}/ here; name some")
    refused = [] if words else [ChapterError(book.shown(one), 1, STRAY) for one in strays(book)]
    for word in words or [str(book.chapters)]:
        named, number = place(word)
        for path in _chapters(word, named):
            is_ours = path.absolute().is_relative_to(book.chapters)
            if is_ours and (why := leads_out(path, (book.chapters,))):
                refused.append(ChapterError(book.shown(path), 1, why))
            lines.setdefault(path.resolve(), []).append(number)
    if refused:
        raise ExceptionGroup("files that are no chapters", refused)
    return lines


def _chapters(word: str, named: Path) -> list[Path]:
    if not word.strip():
        raise NamesNothingError("no chapter: one of the words is empty")
    if named.is_dir():
        if not (found := chapters_at(named)):
            raise NamesNothingError(f"no chapter: {named} has no *.md")
        return found
    if not named.exists() and glob.has_magic(str(named)):
        found = [Path(one) for one in sorted(glob.glob(str(named), recursive=True))]
        if not (found := [one for one in found if one.suffix in _SUFFIXES]):
            raise NamesNothingError(f"no chapter: no *.md is called {named}")
        return found
    if named.suffix not in (*_SUFFIXES, "") and named.exists():
        raise NamesNothingError(f"no chapter: {named} is no *.md")
    return [named]


def choose(lines: Mapping[Path, Sequence[int]], book: Book) -> Selection:
    """Read the chapters, and choose the scenarios at these lines, as `asked_for` gives them.

    Raises an ExceptionGroup with a ChapterError for each chapter that is wrong, can't be read, or
    has nothing at the line asked for.
    """
    chapters, found, chosen = [], dict[Path, tuple[Scenario, ...]](), list[Scenario]()
    errors = []
    for path, numbers in lines.items():
        try:
            chapter = read(path, book.shown(path), book)
            found[chapter.path] = scenarios(chapter)
            chosen += _at(chapter, found[chapter.path], numbers)
            chapters.append(chapter)
        except ChapterError as error:
            errors.append(error)
    if errors:
        raise ExceptionGroup("chapters that are wrong", errors)
    return Selection(tuple(chapters), found, tuple(chosen))


def place(word: str) -> tuple[Path, int]:
    """``docs/x.md:41`` as the chapter and the line; line 0 where there is none."""
    found = re.fullmatch(r"(.+):([1-9][0-9]*)", word, re.DOTALL)
    return (Path(found[1]), int(found[2])) if found else (Path(word), 0)


def _at(chapter: Chapter, found: Sequence[Scenario], numbers: Iterable[int]) -> list[Scenario]:
    if 0 in numbers:
        return list(found)
    chosen = []
    for number in numbers:
        here = [s for s in found if any(b.line <= number <= b.fence.end for b in s.blocks)]
        here = here or [s for s in found if s.line <= number <= s.end]
        if not here:
            raise ChapterError(chapter.path, number, "no block that runs is at this line")
        chosen += [scenario for scenario in here if scenario not in chosen]
    return chosen
