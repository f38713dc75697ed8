"""`watch`: verify the chapters, and after every save those that have changed."""

import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

import watchfiles

from harness.cli.verify import Context, check_kernels, session
from harness.plan.chapter import Chapter
from harness.plan.selection import NamesNothingError, Selection, asked_for, choose
from harness.run.verdict import Result
from zenn.book import Book
from zenn.model import ChapterError

_PATIENCE = 50  # milliseconds in which nothing more is saved, before what was is verified

Verify = Callable[[Selection, Future[None]], list[Result]]
Say = Callable[[Exception], None]
Digests = tuple[str, ...]


def run(context: Context) -> int:
    """Verify what is saved, in machines that are kept ready, until interrupted; 0 then, and 2 if a
    chapter isn't there to begin with.

    Raises as `asked_for` does.
    """
    book, words = context.book, context.options.chapters
    if missing := [path for path in asked_for(words, book) if not path.exists()]:
        for path in missing:
            context.progress.fail(f"{book.shown(path)}:1: can't be read: No such file or directory")
        return 2
    try:
        with session(context, context.kernel) as one:

            def verify(selection: Selection, enough: Future[None]) -> list[Result]:
                results = one.verify(selection, enough)
                if results:  # none where a newer save came first
                    context.report.summary(results, None)
                return results

            folders = [f"{book.shown(folder)}/" for folder in (book.chapters, book.programs)]
            context.progress.note(f"watching {' and '.join(words or folders)}; ^C ends")
            watch(words, book, verify, context.progress.fail)
    except KeyboardInterrupt:  # out here: what is running is ended, not waited for
        return 0


def watch(words: Sequence[str], book: Book, verify: Verify, say: Say) -> NoReturn:
    """Verify the chapters that `words` name (see `asked_for`) now and after every save,
    until interrupted.

    What is verified is given to `verify`, with a future that is done when there is a newer save,
    for which it is to return what it has. An author's mistakes go to `say`, a sentence each.
    """
    chapters = _Chapters(words, book)
    folders = (book.chapters, book.programs)
    elsewhere = {path.parent for path in asked_for(words, book)}
    with closing(Saves(folders, elsewhere)) as saves:
        while True:
            due = chapters.due(saves.take(), say)
            if due.chapters:
                try:
                    chapters.verified(due, verify(due, saves.coming))
                except ChapterError as error:  # a package of its machine that there isn't
                    say(error)


class Saves:
    """What is saved from now on in some folders and below them, and in others themselves,
    collected by threads.

    `coming` is done as soon as there is something to take, the first time at once.
    """

    def __init__(self, folders: Iterable[Path], others: Iterable[Path] = ()) -> None:
        self.coming: Future[None] = Future()
        self._paths: set[Path] = set()
        self._lock = threading.Lock()
        self._end = threading.Event()
        whole = [folder for folder in folders if folder.is_dir()]
        flat = [o for o in others if o.is_dir() and not any(map(o.is_relative_to, whole))]
        self._threads = [
            threading.Thread(target=self._collect, args=(some, deep), name="saves")
            for some, deep in ((whole, True), (flat, False))
            if some
        ]
        for thread in self._threads:
            thread.start()

    def take(self) -> set[Path]:
        """Wait for saves, and return the files; OSError if the folders can't be watched."""
        self.coming.result()
        with self._lock:
            self.coming, paths, self._paths = Future(), self._paths, set()
        return paths

    def close(self) -> None:
        self._end.set()
        for thread in self._threads:
            thread.join()

    def _collect(self, folders: list[Path], deep: bool) -> None:
        try:
            # Its first set is empty and says that it has begun: no save after that is missed.
            for number, changes in enumerate(
                watchfiles.watch(
                    *folders,
                    recursive=deep,
                    step=_PATIENCE,
                    rust_timeout=_PATIENCE,
                    yield_on_timeout=True,
                    stop_event=self._end,
                )
            ):
                if changes or number == 0:
                    self._add({Path(path) for _, path in changes})
        except (OSError, RuntimeError) as error:  # the latter is the library's own
            with self._lock:
                if self.coming.done():
                    self.coming = Future()
                self.coming.set_exception(error)

    def _add(self, paths: set[Path]) -> None:
        with self._lock:
            self._paths |= paths
            if not self.coming.done():
                self.coming.set_result(None)


@dataclass(slots=True)
class _Chapters:
    """The chapters that are watched: as they were when last verified, and their mistakes."""

    words: Sequence[str]
    book: Book
    known: dict[Path, Digests] = field(default_factory=dict)
    mistakes: dict[Path, str] = field(default_factory=dict)

    def due(self, saved: set[Path], say: Say) -> Selection:
        """What of the chapters has been saved (this first: it is being looked at), includes what
        has been, or is unverified still.

        A mistake is said when it is new, and when its chapter is saved with it.
        """
        found: list[Selection] = []
        try:
            asked = asked_for(self.words, self.book)
        except NamesNothingError as error:  # of a folder from which all are gone
            say(error)
            return _joined(())
        except ExceptionGroup as group:
            for one in group.exceptions:
                say(one)
            return _joined(())
        for path, lines in asked.items():
            try:
                selection = choose({path: lines}, self.book)
                check_kernels(selection)
            except ExceptionGroup as group:
                mistake = str(group.exceptions[0])  # of one chapter there is one
                if path in saved or mistake != self.mistakes.get(path):
                    say(group.exceptions[0])
                self.mistakes[path] = mistake
                continue
            if not self.words and path not in saved:
                selection = selection.of_guests  # as `verify` does
            self.mistakes.pop(path, None)
            (chapter,) = selection.chapters
            if path in saved or self.known.get(chapter.path) != _digests(chapter):
                found.append(selection)
        found.sort(key=lambda selection: self.book.root / selection.chapters[0].path not in saved)
        return _joined(found)

    def verified(self, selection: Selection, results: Iterable[Result]) -> None:
        """Take note of the chapters that all chosen scenarios have results of."""
        dealt_with = [result.scenario for result in results]
        missing = {s.chapter for s in selection.chosen if s not in dealt_with}
        for chapter in selection.chapters:
            self.known.pop(chapter.path, None)
            if chapter.path not in missing:
                self.known[chapter.path] = _digests(chapter)


def _digests(chapter: Chapter) -> Digests:
    return tuple(block.fence.digest for block in chapter.blocks)


def _joined(parts: Sequence[Selection]) -> Selection:
    return Selection(
        tuple(chapter for part in parts for chapter in part.chapters),
        {path: scenarios for part in parts for path, scenarios in part.all.items()},
        tuple(scenario for part in parts for scenario in part.chosen),
    )
