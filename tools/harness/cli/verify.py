"""`verify`: scenarios through machines, into the report and the record."""

import argparse
import os
from collections import Counter
from collections.abc import Generator, Iterable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from harness import record
from harness.image import kernels
from harness.machine.backend import Backends, make_backends
from harness.mutate.measure import measure_all
from harness.plan.chapter import Chapter
from harness.plan.passage import Passage, passages
from harness.plan.scenario import Scenario
from harness.plan.selection import Selection, select
from harness.plan.settings import Where
from harness.record import Entry
from harness.report import junit, listing
from harness.report.failures import annotations
from harness.report.progress import Progress
from harness.report.report import Report
from harness.run import shard
from harness.run.cache import Cache
from harness.run.cluster import Wanted, cluster
from harness.run.runner import Played, Workers, known_or_played, known_or_run, threads
from harness.run.runner import run as run_scenarios
from harness.run.verdict import Result, update, worst
from zenn.book import Book
from zenn.model import ChapterError


@dataclass(frozen=True, slots=True)
class Context:
    """What a command is given: the author's options, the book, and where to say what is found."""

    options: argparse.Namespace
    book: Book
    report: Report
    progress: Progress

    @property
    def kernel(self) -> str | None:
        """The kernel that is asked for, where a command takes one."""
        return self.options.kernels[0] if self.options.kernels else None


def run(context: Context, selection: Selection) -> list[Result]:
    """Verify with each kernel that is asked for, or on the reader's machine; tell those who read no
    terminal, too.
    """
    options, book = context.options, context.book
    results = _read_through(context, selection) if options.reader else []
    for kernel in [] if options.reader else options.kernels or [None]:
        chosen = selection
        if options.shard:
            index, count = options.shard
            seconds = shard.expected(selection.chosen, record.read(record_of(book, kernel)))
            ours = shard.shard(selection.chosen, index, count, seconds)
            chosen = replace(selection, chosen=ours)
            record_of(book, kernel, options.shard).unlink(missing_ok=True)
        with session(context, kernel, options.shard) as one:
            found = one.verify(chosen)
        context.report.summary(found, listing.account_of(chosen))
        results += found
    if options.junit:
        known = [] if options.reader else measure_all(selection, worst(results))
        scores = [one.score for one in known]
        try:
            options.junit.write_bytes(junit.to_xml(book.name, results, scores))
        except OSError as error:
            context.report.unwritten(options.junit, error)
    if os.environ.get("GITHUB_ACTIONS") == "true":
        for line in annotations(results):
            print(line)
    return results


def chosen(options: argparse.Namespace, book: Book) -> Selection:
    """What is to be run, or looked at. The reader's machine takes minutes to be made, and has a
    kernel of its own: a chapter that is run there alone is so with `--reader`, or when it is named.

    Raises as `select` does.
    """
    selection = select(options.chapters, book)
    if options.command in ("list", "mutate") or getattr(options, "reader", False):
        return selection
    return selection if options.chapters and not options.kernels else selection.of_guests


def check_kernels(selection: Selection) -> None:
    """Raise an ExceptionGroup with a ChapterError for each scenario that no kernel is for."""
    errors = [
        ChapterError(one.chapter, _first_of_kernel(one), NO_KERNEL)
        for one in selection.chosen
        if not kernels.is_anywhere(one.kernel)
    ]
    if errors:
        raise ExceptionGroup("scenarios that nothing can run", errors)


NO_KERNEL = "no kernel that Debian packages or this host has is one that the `kernel` words want"


def _first_of_kernel(scenario: Scenario) -> int:
    return next(block.line for block in scenario.blocks if block.settings.kernel)


def _read_through(context: Context, selection: Selection) -> list[Result]:
    """Play the passages in which something was chosen, the longest first; as `Session.verify`."""
    options, book = context.options, context.book
    file = record.of_reader(record_of(book, None))
    chosen = [
        passage
        for chapter in selection.chapters
        for passage in passages(chapter)
        if selection.has_all_of(chapter) or passage.holds(selection.of(chapter))
    ]
    seconds = shard.of_passages(chosen, record.read(file))
    chosen.sort(key=lambda one: -seconds[one.name])
    results: list[Result] = []
    with backends(context, None) as made, kept_of(context) as kept:

        def play(passage: Passage) -> Played:
            return known_or_played(passage, made.single(passage.scenarios), kept)

        expected = [seconds[one.name] for one in chosen]
        with (
            threads(made, options.jobs, play) as workers,
            context.progress.scenarios(expected, "passages") as advance,
            closing(run_scenarios(chosen, workers, options.exitfirst)) as coming,
        ):
            for played in coming:
                advance(seconds[played.passage.name])
                for result in played.results:
                    context.report.failures(result)
                results += played.results
                of_it = (one for one in selection.chapters if one.path == played.passage.chapter)
                note_down(file, context, of_it, results, "reader")
    context.report.summary(results, listing.account_of(selection))
    return results


@dataclass(frozen=True, slots=True)
class Session:
    """A command's machines: who runs scenarios, where it is written down, what is known of the last
    run."""

    context: Context
    workers: Workers[Scenario, Result]
    record: Path
    known: Sequence[Entry]

    def verify(self, selection: Selection, enough: Future[None] | None = None) -> list[Result]:
        """Run the chosen scenarios, show what fails, and write the record, a chapter at a time.

        Some results are missing if `enough` was done before (see `harness.run.runner.run`).
        """
        results: list[Result] = []
        unfinished = {chapter.path: chapter for chapter in selection.chapters}
        missing = Counter(scenario.chapter for scenario in selection.chosen)
        with closing(self.run(selection.chosen, enough=enough)) as coming:
            for result in coming:
                results.append(result)
                path = result.scenario.chapter
                missing[path] -= 1
                if not missing[path]:
                    self.note_down([unfinished.pop(path)], results)
        self.note_down(unfinished.values(), results)
        return results

    def run(
        self,
        scenarios: Sequence[Scenario],
        show: bool = True,
        enough: Future[None] | None = None,
    ) -> Generator[Result]:
        """Results as they come, the longest scenarios first; what fails is shown.

        With `enough` it is the order given: what is being looked at comes first there.
        """
        seconds = shard.expected(scenarios, self.known)
        if not enough:
            scenarios = shard.longest_first(scenarios, seconds)
        expected = [seconds[shard.key(one)] for one in scenarios]
        stop_at_failure = self.context.options.exitfirst
        with self.context.progress.scenarios(expected) as advance:
            for result in run_scenarios(scenarios, self.workers, stop_at_failure, enough):
                advance(seconds[shard.key(result.scenario)])
                if show:
                    self.context.report.failures(result)
                yield result

    def note_down(self, chapters: Iterable[Chapter], results: Sequence[Result]) -> None:
        """Write what was found into the record of this session."""
        note_down(self.record, self.context, chapters, results)


def note_down(
    file: Path,
    context: Context,
    chapters: Iterable[Chapter],
    results: Sequence[Result],
    where: Where = "guest",
) -> None:
    """Write what was found into a record of the book; a chapter from elsewhere is not its."""
    if ours := [chapter for chapter in chapters if not chapter.path.is_absolute()]:
        try:
            update(file, context.book.root, ours, results, where)
        except OSError as error:
            context.report.unwritten(file, error)


@contextmanager
def session(
    context: Context, kernel: str | None, part: tuple[int, int] | None = None
) -> Iterator[Session]:
    """A session with the machines that are asked for, and the record of runs there (`record_of`).

    What runs elsewhere has no cache: its machines aren't known here.
    """
    options, book = context.options, context.book
    with kept_of(context) as kept, ExitStack() as stack:
        if options.executor:
            wanted = Wanted(options.backend, kernel, options.bare_metal, book.guest)
            workers = stack.enter_context(cluster(options.executor, wanted))
        else:
            made = stack.enter_context(backends(context, kernel))
            one = partial(known_or_run, backends=made, kept=kept)
            workers = stack.enter_context(threads(made, options.jobs, one))
        known = record.read(record_of(book, kernel))
        yield Session(context, workers, record_of(book, kernel, part), known)


@contextmanager
def kept_of(context: Context) -> Iterator[Cache | None]:
    """The past runs that need not be made again, if there may be any."""
    options = context.options
    if not options.cache or options.executor:
        yield None
        return
    kept = Cache(context.book.root / "build" / "cache")
    yield kept
    kept.prune()


@contextmanager
def backends(context: Context, kernel: str | None) -> Iterator[Backends]:
    """The machines that are asked for; that the guest image is being built is said."""
    options, progress = context.options, context.progress
    reads = getattr(options, "reader", False)
    name = "reader" if reads and options.backend == "auto" else options.backend
    made = make_backends(name, kernel, options.bare_metal, progress.note, context.book.guest)
    with ExitStack() as stack:
        with progress.step():
            found = stack.enter_context(made)
        yield found


def record_of(book: Book, kernel: str | None, shard: tuple[int, int] | None = None) -> Path:
    """The record of runs on a kernel; for None, where each scenario has the one it wants: that is
    what the site shows.

    A shard has one of its own, so that all divide by what the last whole run took.
    """
    name = f"verification-{kernel}" if kernel else "verification"
    part = f"-shard-{shard[0]}-of-{shard[1]}" if shard else ""
    return book.root / "build" / f"{name}{part}.json"
