"""A fault at each system call that writes the record, the scores, the cache or a chapter.

Whatever fails, and wherever it is killed: the file is the old one or the new one, nothing lies
beside it, who waits for it hears one sentence, and the next one to write it does.
"""

import errno
import io
import os
import resource
import signal
from argparse import Namespace
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from typing import Any, NoReturn

import guests
import msgspec
import pytest
from entries import entry

from harness import atomic, record
from harness.cli import update
from harness.cli.verify import Context, note_down
from harness.plan.chapter import Chapter, read
from harness.plan.scenario import scenarios
from harness.report.progress import Progress
from harness.report.report import Report, SafeConsole
from harness.run.cache import Cache
from harness.run.runner import run_one
from harness.run.verdict import Result
from zenn.book import Book

CALLS = ("open", "mkdir", "fchmod", "fsync", "link", "replace", "unlink")
Fault = Callable[[Callable[[], Any], object], Any]
TEXT = "# a\n\n```console\n$ hostname\n{}\n```\n"


@dataclass(frozen=True)
class Writing:
    """Something that writes a file: `do` it, and what it has `said` to its author.

    `old` and `new` are all files of its folder, before it and after.
    """

    file: Path
    do: Callable[[], object]
    said: Callable[[], str] = str
    old: dict[str, bytes] = field(default_factory=dict)
    new: dict[str, bytes] = field(default_factory=dict)

    def there(self) -> dict[str, bytes]:
        return {one.name: one.read_bytes() for one in self.file.parent.iterdir()}

    def restore(self) -> None:
        if self.file.name in self.old:
            self.file.write_bytes(self.old[self.file.name])
        else:
            self.file.unlink(missing_ok=True)


def played(book: Book, name: str, output: str) -> tuple[Chapter, Result]:
    path = book.chapters / f"{name}.md"
    path.write_text(TEXT.format(output))
    chapter = read(path, Path(f"docs/{name}.md"), book)
    (scenario,) = scenarios(chapter)
    with closing(guests.namespaces()) as backend:
        return chapter, run_one(scenario, backend)


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Book:
    root = tmp_path_factory.mktemp("book")
    (root / "docs").mkdir()
    (root / "snippets").mkdir()
    return Book(root, guest=guests.GUEST)


@pytest.fixture(scope="module")
def passed(book: Book) -> tuple[Chapter, Result]:
    return played(book, "a", "unshared")


@pytest.fixture(scope="module")
def differs(book: Book) -> tuple[Chapter, Result]:
    return played(book, "b", "another")


@pytest.fixture
def out() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def context(book: Book, out: io.StringIO) -> Context:
    console = SafeConsole(file=out, width=500, highlight=False, emoji=False)
    return Context(Namespace(), book, Report(console), Progress(console, console))


@pytest.fixture(params=["a file", "a record", "scores", "a note of a run", "the cache", "update"])
def writing(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    context: Context,
    out: io.StringIO,
    passed: tuple[Chapter, Result],
    differs: tuple[Chapter, Result],
) -> Writing:
    """Each of those that write, with an old file there, but for the cache, which has none."""
    score = record.Score(chapter="docs/a.md", text="a" * 64, caught=3)
    result, (chapter, bad) = passed[1], differs
    kept = Cache(tmp_path / "cache")
    match request.param:
        case "a file":
            one = Writing(tmp_path / "x", lambda: atomic.write(one.file, b"new", 0o640))
            one.file.write_bytes(b"old")
        case "a record":
            one = Writing(
                tmp_path / "verification.json",
                lambda: record.update(one.file, lambda known: known.line != 9, [entry(line=9)]),
            )
            record.write(one.file, [entry()])
        case "scores":
            one = Writing(
                tmp_path / "mutation.json",
                lambda: record.update_scores(one.file, lambda _: False, [score]),
            )
            record.update_scores(one.file, lambda _: False, [])
        case "a note of a run":
            one = Writing(
                tmp_path / "verification.json",
                lambda: note_down(one.file, context, [passed[0]], [result]),
                out.getvalue,
            )
            record.write(one.file, [])
        case "the cache":
            kept.directory.mkdir()
            one = Writing(
                kept._path(result.scenario, "m"), lambda: kept.keep(result, "m"), lambda: ""
            )
        case _:
            one = Writing(
                context.book.chapters / "b.md",
                lambda: update._bless(context, chapter, [bad]),
                out.getvalue,
            )
            one.file.write_text(TEXT.format("another"))
    old, _, new = one.there(), one.do(), one.there()
    assert old != new
    assert set(new) == {*old, one.file.name}
    one = replace(one, old=old, new=new)
    one.restore()
    return one


@contextmanager
def failing(number: int, how: Fault) -> Iterator[Callable[[], bool]]:
    """The call of that number, of all in `CALLS`, goes as `how` says; whether it came to that."""
    calls = 0

    def faulty(real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*words: Any, **named: Any) -> Any:
            nonlocal calls
            calls += 1
            if calls == number:
                path = words[0] if isinstance(words[0], str | Path) else None
                return how(lambda: real(*words, **named), path)
            return real(*words, **named)

        return call

    with pytest.MonkeyPatch.context() as patched:
        for name in CALLS:
            patched.setattr(os, name, faulty(getattr(os, name)))
        yield lambda: calls >= number


def full(_: Callable[[], Any], path: object) -> NoReturn:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), path)


def stopped(_: Callable[[], Any], path: object) -> NoReturn:
    raise KeyboardInterrupt


def killed(_: Callable[[], Any], path: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def killed_after(real: Callable[[], Any], path: object) -> None:
    with suppress(OSError):
        real()
    os.kill(os.getpid(), signal.SIGKILL)


def test_what_fails_leaves_the_old_file_or_the_new_one_and_is_said_once(writing: Writing) -> None:
    writing.restore()
    for number in count(1):
        before, told = writing.said(), ""
        with failing(number, full) as it_came_to_that:
            try:
                writing.do()
            except OSError as error:
                told = f"{error.filename}: {error.strerror}\n"
        if not it_came_to_that():
            break
        said = writing.said()[len(before) :] + told
        kept = "cache" in str(writing.file)  # which need not be kept, and says nothing
        failed = writing.there() == writing.old
        assert writing.there() in (writing.old, writing.new)
        if failed and not kept:
            assert said.startswith(str(writing.file.parent))  # which may be what can't be opened
            assert said.endswith(": No space left on device\n")
            assert said.count("\n") == 1
        writing.restore()
    assert number > 4
    writing.do()
    assert writing.there() == writing.new


def test_a_stop_at_any_call_leaves_the_old_file_or_the_new_one(writing: Writing) -> None:
    writing.restore()
    for number in count(1):
        with failing(number, stopped) as it_came_to_that:
            try:
                writing.do()
            except KeyboardInterrupt:
                assert it_came_to_that()
        if not it_came_to_that():
            break
        assert writing.there() in (writing.old, writing.new)
        writing.restore()


@pytest.mark.parametrize("how", [killed, killed_after])
def test_a_kill_at_any_call_leaves_the_old_file_or_the_new_one(
    writing: Writing, how: Fault
) -> None:
    beside = f".{writing.file.name}.new"  # for the moment in which it takes the old one's place
    writing.restore()
    for number in count(1):
        if (child := os.fork()) == 0:
            try:
                with failing(number, how):
                    writing.do()
            finally:
                os._exit(0)
        if os.waitpid(child, 0)[1] == 0:
            break
        found = writing.there()
        found.pop(beside, None)
        assert found in (writing.old, writing.new)
        writing.do()
        assert writing.there() == writing.new
        writing.restore()
    assert number > 4


@contextmanager
def room(size: int) -> Iterator[None]:
    """No file gets larger than that: write(2) then takes a part, and fails (setrlimit(2))."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_write_that_takes_a_part_leaves_the_old_file(writing: Writing) -> None:
    size = len(writing.new[writing.file.name])
    for most in (0, 1, size // 2, size - 1):
        before, told = writing.said(), ""
        with room(most):
            try:
                writing.do()
            except OSError as error:
                told = f"{error.filename}: {error.strerror}"
        assert writing.there() == writing.old
        said = writing.said()[len(before) :] + told
        assert f"{writing.file}: " in said or "cache" in str(writing.file)
    with room(size):
        writing.do()
    assert writing.there() == writing.new


def test_where_files_without_a_name_are_unknown_it_is_the_same(
    writing: Writing, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.open

    def of_virtualbox(path: Any, flags: int, *words: Any, **named: Any) -> int:
        if flags & os.O_TMPFILE == os.O_TMPFILE:
            raise OSError(errno.EOPNOTSUPP, "Operation not supported")
        return real(path, flags, *words, **named)

    def no_links(*_: Any, **named: Any) -> NoReturn:
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "open", of_virtualbox)
    monkeypatch.setattr(os, "link", no_links)
    test_a_stop_at_any_call_leaves_the_old_file_or_the_new_one(writing)
    test_what_fails_leaves_the_old_file_or_the_new_one_and_is_said_once(writing)


def test_a_run_that_was_kept_in_part_is_made_again(
    tmp_path: Path, passed: tuple[Chapter, Result]
) -> None:
    kept, result = Cache(tmp_path), passed[1]
    kept.keep(result, "m")
    file = kept._path(result.scenario, "m")
    whole = file.read_bytes()
    assert kept.recall(result.scenario, "m")
    for broken in (b"", whole[: len(whole) // 2], b"[]", b"{}", b"[" * 100_000, b"\xff"):
        file.write_bytes(broken)
        assert kept.recall(result.scenario, "m") is None
    less = msgspec.json.decode(whole)
    entries: list[object]
    for entries in ([], less["entries"] * 2):
        file.write_bytes(msgspec.json.encode(less | {"entries": entries}))
        assert kept.recall(result.scenario, "m") is None
