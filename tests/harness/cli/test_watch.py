"""Watching: what is verified after which save. The machines are those of test_serve.py."""

import contextlib
import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from pathlib import Path

import pytest

from harness.cli.watch import watch
from harness.plan.selection import Selection
from harness.record import Reason
from harness.run.verdict import Result, skip
from zenn.book import Book
from zenn.model import ChapterError

BLOCK = "```console\n$ echo {}\n```\n"
INCLUDE = '```python file:x.py\n--8<-- "x.py"\n```\n'


class _EnoughError(Exception):
    """Ends the watching; it has no other end than ^C."""


class Watched:
    """A project that is being watched by a thread; it says what it verifies, and what is wrong."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.said: queue.Queue[list[str] | str] = queue.Queue()
        self.hold = threading.Event()
        self.hold.set()
        self.ending = self.lacking = False
        self.words: Sequence[str] = ()
        for name in ("docs", "snippets"):
            (root / name).mkdir()

    def write(self, name: str, text: str) -> None:
        (self.root / name).write_text(text)

    def next(self) -> list[str] | str:
        return self.said.get(timeout=30)

    def verify(self, selection: Selection, enough: Future[None]) -> list[Result]:
        if self.ending:
            raise _EnoughError
        self.said.put([str(chapter.path) for chapter in selection.chapters])
        if self.lacking:
            raise ChapterError("docs/01-a.md", 4, "no package nope")
        if not self.hold.is_set():
            enough.result(timeout=30)
            return []
        return [skip(one, Reason("author", {"why": "x"})) for one in selection.chosen]

    def run(self) -> None:
        words = [str(self.root / word) for word in self.words]
        with contextlib.suppress(_EnoughError):
            watch(words, Book(self.root), self.verify, lambda error: self.said.put(str(error)))


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Callable[..., Watched]]:
    """Begins to watch chapters, or all; the first of them ends it."""
    book = Watched(tmp_path)
    book.write("docs/01-a.md", BLOCK.format("a"))
    book.write("docs/02-b.md", BLOCK.format("b"))
    thread = threading.Thread(target=book.run)

    def start(*words: str) -> Watched:
        book.words = words
        thread.start()
        return book

    yield start
    book.hold.set()
    book.ending = True
    for name in [*book.words, "docs/01-a.md"]:
        if name.endswith(".md"):
            book.write(name, BLOCK.format("the end"))
    thread.join(30)
    assert not thread.is_alive()


@pytest.mark.parametrize("words", [[], ["docs"]])
def test_all_is_verified_first_and_then_what_is_saved(
    watched: Callable[..., Watched], words: list[str]
) -> None:
    book = watched(*words)
    assert book.next() == ["docs/01-a.md", "docs/02-b.md"]
    book.write("docs/02-b.md", BLOCK.format("c"))
    assert book.next() == ["docs/02-b.md"]
    book.write("docs/03-c.md", BLOCK.format("new"))
    assert book.next() == ["docs/03-c.md"]


def test_a_chapter_may_be_anywhere(watched: Callable[..., Watched], tmp_path: Path) -> None:
    (tmp_path / "else").mkdir()
    (tmp_path / "else/x.md").write_text(BLOCK.format("a"))
    book = watched("else/x.md")
    assert book.next() == ["else/x.md"]
    book.write("docs/01-a.md", BLOCK.format("not asked for"))
    book.write("else/x.md", BLOCK.format("b"))
    assert book.next() == ["else/x.md"]


def test_a_program_is_saved_for_the_chapters_that_include_it(
    watched: Callable[..., Watched], tmp_path: Path
) -> None:
    (tmp_path / "snippets/x.py").write_text("a = 1\n")
    (tmp_path / "docs/02-b.md").write_text(INCLUDE)
    book = watched()
    assert book.next() == ["docs/01-a.md", "docs/02-b.md"]
    book.write("snippets/x.py", "a = 2\n")
    assert book.next() == ["docs/02-b.md"]


def test_a_mistake_is_said_once_and_the_others_go_on(watched: Callable[[], Watched]) -> None:
    book = watched()
    book.next()
    book.write("docs/02-b.md", "```console\n$ ls\n")
    assert str(book.next()).startswith("docs/02-b.md:1: this fence is never closed")
    book.write("docs/01-a.md", BLOCK.format("z"))
    assert book.next() == ["docs/01-a.md"]
    book.write("docs/02-b.md", BLOCK.format("mended"))
    assert book.next() == ["docs/02-b.md"]


def test_a_machine_that_can_t_be_made_for_a_chapter_is_said_and_tried_at_the_next_save(
    watched: Callable[[], Watched],
) -> None:
    book = watched()
    assert book.next() == ["docs/01-a.md", "docs/02-b.md"]
    book.lacking = True
    book.write("docs/01-a.md", BLOCK.format("x"))
    assert book.next() == ["docs/01-a.md"]
    assert book.next() == "docs/01-a.md:4: no package nope"
    book.lacking = False
    book.write("docs/02-b.md", BLOCK.format("x"))
    assert book.next() == ["docs/02-b.md", "docs/01-a.md"]


def test_a_round_gives_way_to_the_next_save_and_nothing_is_forgotten(
    watched: Callable[[], Watched],
) -> None:
    book = watched()
    book.next()
    book.hold.clear()
    book.write("docs/01-a.md", BLOCK.format("hangs"))
    assert book.next() == ["docs/01-a.md"]
    book.hold.set()
    book.write("docs/02-b.md", BLOCK.format("c"))
    assert book.next() == ["docs/02-b.md", "docs/01-a.md"]  # what is looked at comes first
